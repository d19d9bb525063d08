"""A part of a file that stands for the whole while a mapping is being tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from data.importers.base import Sheet

# The first rows are what the columns are recognised by; the others come evenly from the rest.
SAMPLE_ROWS: Final = 20_000
_FIRST_ROWS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of a file that are kept for looking at, how many the file has, and what of it was unreadable."""

    sheet: Sheet  # without unreadable rows
    rows: int  # of the whole file, the unreadable ones too
    unreadable: Mapping[str, int]  # reason -> rows, counted over the whole file

    @property
    def whole(self) -> bool:
        """Return whether the sample is all of the file."""
        return self.sheet.frame.height + sum(self.unreadable.values()) == self.rows


def sampled(sheet: Sheet, *, most: int = SAMPLE_ROWS) -> Sample:
    """Return the first rows of a sheet and evenly spread ones of the rest, `most` in all."""
    unreadable = Counter(row.reason for row in sheet.bad)
    height = sheet.frame.height
    part = replace(sheet, bad=())
    if height > most:
        first = min(_FIRST_ROWS, most // 2)
        chosen = np.r_[0:first, np.linspace(first, height - 1, most - first).astype(np.int64)]
        part = replace(
            part,
            frame=sheet.frame[chosen],
            rows=sheet.rows[chosen],
            geometry=None if sheet.geometry is None else sheet.geometry[chosen],
        )
    return Sample(part, sheet.read, unreadable)
