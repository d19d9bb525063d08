"""What is known of the ground that a text speaks of: names, streets, sites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from data.gazetteer.addresses import Stretch
from data.gazetteer.mentions import MentionIndex, Token
from data.gazetteer.places import Gazetteer
from data.model import LonLat
from layers.rescue.places_meant import Possible

MAX_POSSIBLE: Final = 25
_THINGS: Final = frozenset({"airport", "hospital", "landmark", "ferry"})

# The stretches of the street whose name has these words, in short form.
FindStretches = Callable[[tuple[str, ...]], Sequence[Stretch]]


@dataclass(frozen=True, slots=True)
class Landmark:
    """A site that a caller may name, or call by what it is."""

    name: str
    kind: str
    at: LonLat
    accuracy_m: float


class Landmarks:
    """Sites by name and by what they are; made once for many texts."""

    def __init__(self, landmarks: Iterable[Landmark]) -> None:
        self.all = tuple(landmarks)
        self._names = MentionIndex((one.name, row, 1.0) for row, one in enumerate(self.all))

    def named(self, text: Sequence[Token], first: int) -> tuple[int, list[Possible]]:
        """Return how many words the longest name of a site that begins here has, and the sites."""
        count, rows = self._names.at(text, first)
        return count, [self._possible(self.all[row]) for row in list(rows)[:MAX_POSSIBLE]]

    def of_kind(self, kinds: Sequence[str]) -> list[Possible]:
        """Return sites whose kind or name says that they are such a thing."""
        said = ((one, f"{one.kind} {one.name}".lower()) for one in self.all)
        return [self._possible(one) for one, text in said if any(kind in text for kind in kinds)]

    @staticmethod
    def _possible(one: Landmark) -> Possible:
        return Possible(one.name, one.kind, one.at, one.accuracy_m)


@dataclass(frozen=True)
class Ground:
    """What is known of the ground: names, and where there are any, streets and sites."""

    gazetteer: Gazetteer
    streets: FindStretches | None = None
    landmarks: Landmarks = field(default_factory=lambda: Landmarks(()))

    @cached_property
    def things(self) -> Landmarks:
        """Sites, and whatever of the gazetteer is a thing and not a town."""
        own = (
            Landmark(one.name, one.kind, one.at, one.accuracy_m)
            for one in self.gazetteer.places
            if one.kind in _THINGS
        )
        return Landmarks([*self.landmarks.all, *own])

    @cached_property
    def states(self) -> Mapping[str, int]:
        """Return the codes of states with the position of each among the regions."""
        regions = self.gazetteer.regions
        return {one.region.lower(): row for row, one in enumerate(regions) if one.region}
