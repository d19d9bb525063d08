"""What is known of the ground that a text speaks of: names, streets, sites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from data.gazetteer.addresses import Stretch
from data.gazetteer.match import Mask
from data.gazetteer.mentions import MentionIndex, Token
from data.gazetteer.places import Gazetteer
from data.geo import FloatArray, distance_m
from data.mirror import SiteFrame
from data.model import LonLat
from layers.rescue.places_meant import Possible

MAX_POSSIBLE: Final = 25
SITE_ACCURACY_M: Final = 50.0
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
        self._all = tuple(landmarks)

    def __len__(self) -> int:
        return len(self._all)

    def named(self, text: Sequence[Token], first: int) -> tuple[int, list[Possible]]:
        """Return how many words the longest name of a site that begins here has, and the sites.

        A name of one word is too often just a word.
        """
        count, rows = self._names.at(text, first) if self._all else (0, {})
        return (count, [self._possible(row) for row in list(rows)[:MAX_POSSIBLE]]) if count > 1 else (0, [])

    def of_kind(
        self, kinds: Sequence[str], around: Sequence[LonLat], *, within_m: float
    ) -> list[tuple[float, Possible]]:
        """Return sites near one of these places whose kind or name says that they are such a thing.

        With the distance of each to the nearest of the places, nearest first.
        """
        if not self._all or not around:
            return []
        away = np.min([distance_m(here, *self._at) for here in around], axis=0)
        close = [int(row) for row in np.argsort(away, kind="stable") if away[row] <= within_m]
        said = ((row, f"{self._all[row].kind} {self._all[row].name}".lower()) for row in close)
        return [
            (float(away[row]), self._possible(row))
            for row, text in said
            if any(kind in text for kind in kinds)
        ]

    @cached_property
    def _names(self) -> MentionIndex:
        return MentionIndex((one.name, row, 1.0) for row, one in enumerate(self._all))

    @cached_property
    def _at(self) -> tuple[FloatArray, FloatArray]:
        return np.array([one.at.lon for one in self._all]), np.array([one.at.lat for one in self._all])

    def _possible(self, row: int) -> Possible:
        one = self._all[row]
        return Possible(one.name, one.kind, one.at, one.accuracy_m)


def landmarks_of(frame: SiteFrame, visible: Mask) -> Landmarks:
    """Return the sites of the mirror that somebody may see; `visible` has a value for each of its scopes."""
    lon, lat = frame.lonlat
    return Landmarks(
        Landmark(
            str(frame.name[row]),
            f"{frame.kind[row]} {frame.sector[row]}".strip(),
            LonLat(float(lon[row]), float(lat[row])),
            SITE_ACCURACY_M,
        )
        for row in np.flatnonzero(visible[frame.scope])
    )


@dataclass(frozen=True)
class Ground:
    """What is known of the ground: names, and where there are any, streets and sites."""

    gazetteer: Gazetteer
    streets: FindStretches | None = None
    landmarks: Landmarks = field(default_factory=lambda: Landmarks(()))

    def things(self, kinds: Sequence[str], around: Sequence[LonLat], *, within_m: float) -> list[Possible]:
        """Return what may be called "the church" near these places, nearest first: sites and known places."""
        held = (self.landmarks, self._own)
        found = [pair for one in held for pair in one.of_kind(kinds, around, within_m=within_m)]
        return [possible for _, possible in sorted(found, key=lambda pair: pair[0])]

    @cached_property
    def _own(self) -> Landmarks:
        return Landmarks(
            Landmark(one.name, one.kind, one.at, one.accuracy_m)
            for one in self.gazetteer.places
            if one.kind in _THINGS
        )

    @cached_property
    def states(self) -> Mapping[str, int]:
        """Return the codes of states with the position of each among the regions."""
        regions = self.gazetteer.regions
        return {one.region.lower(): row for row, one in enumerate(regions) if one.region}
