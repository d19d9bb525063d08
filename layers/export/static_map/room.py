"""What has taken its place on the sheet: the first come, the most important, keep theirs."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from layers.export.static_map.svg import Box

_CELL: Final = 64.0


class Room:
    """Boxes that are taken."""

    def __init__(self) -> None:
        """Begin with an empty sheet."""
        self._cells: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def free(self, box: Box) -> bool:
        """Tell whether nothing is in the way."""
        return not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for cell in _cells(box)
            for other in self._cells.get(cell, ())
        )

    def take(self, box: Box) -> None:
        """Keep a place, whatever lies there."""
        for cell in _cells(box):
            self._cells[cell].append(box)

    def take_if_free(self, box: Box) -> bool:
        """Keep a place when nothing is in the way, and tell whether it was so."""
        if not self.free(box):
            return False
        self.take(box)
        return True


def around(x: float, y: float, half: float) -> Box:
    """Return the square round a place."""
    return (x - half, y - half, x + half, y + half)


def _cells(box: Box) -> list[tuple[int, int]]:
    left, top, right, bottom = (int(edge // _CELL) for edge in box)
    return [(column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)]
