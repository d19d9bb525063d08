"""What every reader gives: the rows of a file as they stand, and the ones that could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.errors import Invalid, TooLarge, UnreadableFile

GeometryArray = npt.NDArray[np.object_]

MAX_COLUMNS: Final = 2_000
MAX_FIELD_CHARS: Final = 1_000_000
MAX_UNPACKED_BYTES: Final = 4 * 1024**3
MAX_ENTRIES: Final = 10_000
# Plain text packs 20:1 at most; beyond 200:1 somebody built the file to burst.
MAX_RATIO: Final = 200
RATIO_COUNTS_FROM_BYTES: Final = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken in: which one, what it said, and why."""

    row: int
    original: Mapping[str, Any]
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows of one layer of a file, as the file says them.

    `rows` numbers the rows of `frame` as people count them in the file, from 1, header not counted.
    `geometry` holds shapely geometries in `crs`, one per row, None where a row has none.
    """

    format: str
    frame: pl.DataFrame
    rows: npt.NDArray[np.int64]
    bad: Sequence[BadRow] = ()
    geometry: GeometryArray | None = None
    crs: str = "EPSG:4326"
    layer: str = ""
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def read(self) -> int:
        """Return how many rows the file has, the unreadable ones too."""
        return self.frame.height + len(self.bad)


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person can decide; `choices` are the answers that `field` takes."""

    field: str
    text: str
    choices: Sequence[str] = ()


class NeedsAnswer(Invalid):
    """The file can be read in more than one way; `details["questions"]` says what to decide."""

    code = "needs_answer"

    def __init__(self, questions: Sequence[Question]) -> None:
        first = questions[0]
        hint = (
            f"Choose one: {'; '.join(first.choices)}." if first.choices else "Say which, then import again."
        )
        listed = [{"field": q.field, "text": q.text, "choices": list(q.choices)} for q in questions]
        super().__init__(" ".join(q.text for q in questions), hint=hint, questions=listed)
        self.questions = tuple(questions)


class AmbiguousDates(NeedsAnswer):
    """Day and month cannot be told apart in the whole column."""

    code = "ambiguous_dates"


def as_float(value: Any) -> float:
    """Return a column's mean or quantile as a number; of an empty column, 0."""
    return float(value or 0)


def checked_columns(names: Sequence[object]) -> list[str]:
    """Return usable column names: trimmed, none empty, none twice; raise TooLarge on a flood of them."""
    if len(names) > MAX_COLUMNS:
        raise TooLarge(
            f"The file has {len(names):,} columns; the limit is {MAX_COLUMNS:,}.",
            hint="Is the file turned on its side, or is the delimiter another one?",
        )
    out: list[str] = []
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        text = " ".join(str(name or "").split())[:200] or f"column {position}"
        seen[text] = seen.get(text, 0) + 1
        out.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return out


def text_sheet(
    kind: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    numbers: Sequence[int],
    **more: Any,
) -> Sheet:
    """Return a sheet of text rows, all of the same width as `columns`."""
    if not columns:
        raise UnreadableFile("The file has no columns.", hint="Check that its first row names them.")
    data = {name: [row[i] for row in rows] for i, name in enumerate(columns)}
    frame = pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String))
    return Sheet(kind, frame, np.asarray(numbers, dtype=np.int64), **more)
