"""Incident types by number: roots, ancestors, descendants."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from data.errors import BadFilter
from data.records import IncidentType

Table = npt.NDArray[np.bool_]


class Taxonomy:
    """The types of one snapshot; tables are indexed with type ids."""

    def __init__(self, types: Sequence[IncidentType]) -> None:
        self.types = tuple(types)
        self.by_id = {entry.id: entry for entry in self.types}
        self.by_code = {entry.code: entry for entry in self.types}
        self.size = max(self.by_id, default=0) + 1

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Return the codes of the roots in the order of the tree."""
        return tuple(entry.code for entry in self.types if entry.parent is None)

    @cached_property
    def root_number(self) -> npt.NDArray[np.int32]:
        """The place of each type's root in `roots`."""
        order = {code: number for number, code in enumerate(self.roots)}
        table = np.zeros(self.size, dtype=np.int32)
        for entry in self.types:
            table[entry.id] = order[entry.root]
        return table

    @cached_property
    def _words(self) -> dict[str, tuple[str, ...]]:
        return {
            name: tuple(
                str(getattr(self.by_id[type_id], name)) if type_id in self.by_id else ""
                for type_id in range(self.size)
            )
            for name in ("root", "code", "glyph", "label")
        }

    def words(self, name: str) -> tuple[str, ...]:
        """Return the root, code, glyph or label of every type, to be indexed with type ids."""
        return self._words[name]

    def under(self, codes: Sequence[str]) -> Table:
        """Return the table of these types and their descendants; raise BadFilter on an unknown code."""
        table = np.zeros(self.size, dtype=np.bool_)
        for code in codes:
            if code not in self.by_code:
                raise BadFilter(
                    f"There is no incident type {code!r}.", hint="See the filter tree for the types."
                )
            stem = code + "."
            table[[e.id for e in self.types if e.code == code or e.code.startswith(stem)]] = True
        return table

    def with_ancestors(self, counts: npt.NDArray[np.int64]) -> dict[str, int]:
        """Return the counts that are not zero by code, each added to all its ancestors."""
        total: dict[str, int] = {}
        for type_id in np.flatnonzero(counts).tolist():
            code = self.by_id[type_id].code
            while code:
                total[code] = total.get(code, 0) + int(counts[type_id])
                code = code.rpartition(".")[0]
        return dict(sorted(total.items()))

    @cached_property
    def digest(self) -> str:
        """A word that changes when the taxonomy does."""
        text = "\n".join(f"{e.id}|{e.code}|{e.label}|{e.glyph}|{e.retired}" for e in self.types)
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
