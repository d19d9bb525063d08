"""The header of a sheet that people made: a title above it, two rows of names, merged cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from data.errors import UnreadableFile

_SEARCH_ROWS: Final = 15

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Cells that were merged into one, from the first to the last row and column."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a sheet, "" where one is empty, and which are merged."""

    cells: list[list[Any]]
    merged: tuple[Span, ...] = ()

    def row(self, index: int) -> list[Any]:
        """Return a row as wide as the widest; beyond the last, an empty one."""
        width = max(len(row) for row in self.cells)
        found = self.cells[index] if index < len(self.cells) else []
        return [*found, *[""] * (width - len(found))]


def find_header(table: Table) -> tuple[int, list[Any]]:
    """Return where the data begin and the columns' names; a title above and a second header row are seen."""
    for index in range(min(len(table.cells), _SEARCH_ROWS)):
        row = table.row(index)
        filled = [cell for cell in row if cell != ""]
        texts = [cell for cell in filled if isinstance(cell, str) and cell.strip()]
        two = len(filled) >= 2 and len(filled) == len(texts) < len(row)
        if two and (joined := _two_rows(table, index)):
            return index + 2, joined
        if len(texts) < max(2, len(row) * 0.5) and not (len(row) == 1 and texts):
            continue  # a title, or nothing
        if len(texts) != len(filled):
            break
        return index + 1, list(table.cells[index])
    raise UnreadableFile(
        "No row of this sheet looks like a row of column names.",
        hint="Put the names in the first row, one above each column, without merged cells.",
    )


def _two_rows(table: Table, index: int) -> list[str]:
    """Return the names that two rows make together; none where the second is a row of data.

    That the second row belongs to the header is told by merged cells, or where there
    are none by numbers and dates below most of its words.
    """
    above, below, after = table.row(index), table.row(index + 1), table.row(index + 2)
    spans = [span for span in table.merged if span.top == index and span.bottom <= index + 1]
    odd = sum(_is_name(name) and not isinstance(cell, str) for name, cell in zip(below, after, strict=True))
    if not spans and odd * 2 < sum(_is_name(name) for name in below):
        return []
    names = [
        f"{top} {bottom}".strip() for top, bottom in zip(_spread(above, below, spans), below, strict=True)
    ]
    whole = all(
        _is_name(bottom) or (bottom == "" and _is_name(top)) for top, bottom in zip(above, below, strict=True)
    )
    return names if whole and any(below) and len(set(names)) == len(names) else []


def _spread(above: Row, below: Row, spans: Sequence[Span]) -> list[str]:
    """Return the upper names over all the columns that they are the heading of."""
    out = [str(cell).strip() for cell in above]
    if spans:
        for span in spans:
            out[span.left : span.right + 1] = [out[span.left]] * (span.right + 1 - span.left)
    if any(span.right > span.left for span in spans) and _covered(above, spans):
        return out
    group = ""
    for column, bottom in enumerate(below):
        # A name with nothing beneath it stands for its own column alone.
        group = "" if bottom == "" else out[column] or group
        out[column] = out[column] or group
    return out


def _covered(above: Row, spans: Sequence[Span]) -> bool:
    """Return whether every empty upper cell is part of a merged one."""
    return all(
        cell != "" or any(span.left <= column <= span.right for span in spans)
        for column, cell in enumerate(above)
    )


def _is_name(cell: Any) -> bool:
    return isinstance(cell, str) and bool(cell.strip()) and not re.fullmatch(r"[-+.\d]+", cell.strip())
