"""How far work that draws is: told between draws, so that whoever is told may also end it by raising."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Told = Callable[[float], None]  # the share that is done, from 0 to 1

_TIMES = 100  # as often as a bar moves


def untold(_share: float) -> None:
    """Tell nobody."""


def draws(count: int, at: Told) -> Iterator[int]:
    """Yield the numbers of so many draws, telling between them how many are done."""
    every = max(1, count // _TIMES)
    for done in range(count):
        if done % every == 0:
            at(done / count)
        yield done
