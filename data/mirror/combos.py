"""Every combination of coded values that occurs, numbered.

A million incidents share a few thousand combinations of scope, source, type, severity, status and way of
being located. A filter over codes is decided once per combination; per row it is one look-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from data.geo import IntArray

Codes = npt.NDArray[np.int32]

# Bits of the packed key, from the right; the loader packs in SQL with the same widths.
LOCATED_BITS, STATUS_BITS, SEVERITY_BITS, ID_BITS = 3, 3, 3, 16
STATUS_SHIFT = LOCATED_BITS
SEVERITY_SHIFT = STATUS_SHIFT + STATUS_BITS
TYPE_SHIFT = SEVERITY_SHIFT + SEVERITY_BITS
SOURCE_SHIFT = TYPE_SHIFT + ID_BITS
SCOPE_SHIFT = SOURCE_SHIFT + ID_BITS
MAX_ID = (1 << ID_BITS) - 1


def _field(keys: IntArray, shift: int, bits: int) -> Codes:
    return ((keys >> shift) & ((1 << bits) - 1)).astype(np.int32)


@dataclass(frozen=True)
class Combos:
    """The combinations by number; `keys` is sorted and each occurs once."""

    keys: IntArray

    @classmethod
    def of(cls, keys: IntArray, *, known: Combos | None = None) -> Combos:
        """Return the table of all keys, together with those of `known`."""
        found = np.unique(keys)
        if known is None or not len(known):
            return cls(found)
        place = np.searchsorted(known.keys, found)
        # Few are ever new: putting those in is far cheaper than sorting all of them again.
        new = (place == len(known)) | (known.keys[np.minimum(place, len(known) - 1)] != found)
        return cls(np.insert(known.keys, place[new], found[new])) if new.any() else known

    def __len__(self) -> int:
        return len(self.keys)

    def numbers(self, keys: IntArray) -> Codes:
        """Return the number of each key; every key must be in the table."""
        return np.searchsorted(self.keys, keys).astype(np.int32)

    def renumbering(self, larger: Combos) -> Codes:
        """Return, for each of these combinations, its number in a larger table."""
        return larger.numbers(self.keys)

    @cached_property
    def scope(self) -> Codes:
        """The scope id of each combination."""
        return _field(self.keys, SCOPE_SHIFT, ID_BITS)

    @cached_property
    def source(self) -> Codes:
        """The source id of each combination."""
        return _field(self.keys, SOURCE_SHIFT, ID_BITS)

    @cached_property
    def type(self) -> Codes:
        """The type id of each combination."""
        return _field(self.keys, TYPE_SHIFT, ID_BITS)

    @cached_property
    def severity(self) -> Codes:
        """The severity of each combination."""
        return _field(self.keys, SEVERITY_SHIFT, SEVERITY_BITS)

    @cached_property
    def status(self) -> Codes:
        """The status of each combination."""
        return _field(self.keys, STATUS_SHIFT, STATUS_BITS)

    @cached_property
    def located_by(self) -> Codes:
        """How the places of each combination were found."""
        return _field(self.keys, 0, LOCATED_BITS)


def pack(*, scope: Any, source: Any, type_id: Any, severity: Any, status: Any, located_by: Any) -> Any:
    """Return the packed key of coded values: integers, arrays of int64, or SQL expressions of BIGINT."""
    return (
        scope * (1 << SCOPE_SHIFT)
        + source * (1 << SOURCE_SHIFT)
        + type_id * (1 << TYPE_SHIFT)
        + severity * (1 << SEVERITY_SHIFT)
        + status * (1 << STATUS_SHIFT)
        + located_by
    )
