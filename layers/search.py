"""The search box: sites, areas, places, addresses, coordinates and incident numbers in one ranked list.

Whatever is a record is asked for through the row filter; what is in the gazetteer is public.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np

from data.access import Actor
from data.errors import BadCoordinates, NotFound
from data.gazetteer import addresses, grids
from data.gazetteer.match import MAX_QUERY_CHARS, Matches, NameIndex, folded, words
from data.gazetteer.places import Gazetteer
from data.geo import FloatArray, IntArray, checked, distance_m
from data.mirror import Mirror, SiteFrame
from data.model import LonLat
from data.records import Area, Incident
from data.store import Store

LIMIT: Final = 20
_PER_KIND: Final = 8
_FAR_M: Final = 1_000_000.0
_SURE: Final = 2.0  # a number or a grid reference says exactly what is meant
# So far from the middle of the map a thing counts as half as near as one right there.
_HERE_M: Final = 50_000.0
# Nearness outweighs the difference between a short and a long name, the very name outweighs both.
_NEAR_WORTH: Final = 0.4
_EXACT_WORTH: Final = 0.4
_CENTRE: Final = LonLat(-71.06, 42.36)

FindStretches = Callable[[Actor, addresses.Address], list[addresses.Stretch]]


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was found, where it is, and how to open it."""

    kind: str
    label: str
    detail: str
    at: LonLat | None
    score: float
    bbox: tuple[float, float, float, float] | None = None
    id: str = ""
    accuracy_m: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the result as the API answers it; what is not known is left out."""
        answer: dict[str, Any] = {"kind": self.kind, "label": self.label, "detail": self.detail}
        if self.at is not None:
            answer |= {"lon": round(self.at.lon, 7), "lat": round(self.at.lat, 7)}
        if self.bbox is not None:
            answer["bbox"] = list(self.bbox)
        if self.id:
            answer["id"] = self.id
        if self.accuracy_m is not None:
            answer["accuracy_m"] = round(self.accuracy_m, 1)
        return answer


@dataclass(frozen=True)
class _Names:
    """The names of one site frame, made searchable."""

    frame: SiteFrame
    index: NameIndex


class Searcher:
    """Answers the search box for one server; keeps the index of site names until names change."""

    def __init__(
        self,
        store: Store,
        mirror: Mirror,
        *,
        gazetteer: Callable[[], Gazetteer],
        stretches: FindStretches | None = None,
    ) -> None:
        """Take what is searched; `gazetteer` is called once, at the first search."""
        self._store = store
        self._mirror = mirror
        self._load_gazetteer = gazetteer
        self._stretches = stretches
        self._gazetteer: Gazetteer | None = None
        self._names: _Names | None = None
        self._lock = threading.Lock()

    def find(
        self, actor: Actor, text: str, *, near: LonLat | None = None, limit: int = LIMIT
    ) -> list[Result]:
        """Return what the actor may find, best first; nothing for empty text."""
        # NUL and half a surrogate pair are letters of no name, and no database takes them.
        asked = text.replace("\x00", " ").encode("utf-8", "ignore").decode().strip()[:MAX_QUERY_CHARS]
        if not asked:
            return []
        sure = [*self._coordinates(asked, near), *self._incidents(actor, asked)]
        named = [] if sure else self._named(actor, asked, near)
        return (sure + named)[:limit]

    def _named(self, actor: Actor, asked: str, near: LonLat | None) -> list[Result]:
        """Return what has such a name, by match, then what it is, then as each kind was ranked.

        What is near the middle of the map comes before what is far, unless the far one has that very name.
        Slips of the key are forgiven only when nothing at all is called so.
        """
        exact = [*self._addresses(actor, asked), *self._areas(actor, asked)]
        for slips in (False, True):
            found = [*exact, *self._places(asked, near, slips), *self._sites(actor, asked, near, slips)]
            if found:
                return sorted(found, key=lambda result: -round(_worth(result, asked, near) * 20))
        return []

    def warm(self) -> None:
        """Make the indexes now, so that the first search is as quick as the others."""
        self._gazetteer_now().warm()
        self._index_of(self._mirror.sites.listed)

    # ── exact ────────────────────────────────────────────────────────────────────────────────────

    def _coordinates(self, asked: str, near: LonLat | None) -> Iterator[Result]:
        """Yield the place that the text gives as coordinates; both readings where only one is near."""
        try:
            fix = grids.read(asked)
        except BadCoordinates:
            return
        if fix is None:
            return
        readings = [fix.place]
        if fix.swapped is not None and _far(fix.place, near) and not _far(fix.swapped, near):
            readings.insert(0, fix.swapped)
        for place in readings:
            label, other = grids.decimal(place), _grid(place)
            if fix.notation is grids.Notation.USNG:
                label, other = " ".join(asked.upper().split()), label
            yield Result("coordinates", label, other, place, _SURE, accuracy_m=fix.accuracy_m)

    def _incidents(self, actor: Actor, asked: str) -> Iterator[Result]:
        """Yield the incident with this id, or those to which a source gave this number."""
        number = asked.strip("# ")
        own = self._incident(actor, number)
        for incident in [own] if own else self._store.incidents.numbered(actor, number, limit=_PER_KIND):
            detail = f"{incident.type.label} · {incident.status.name.lower().replace('_', ' ')}"
            accuracy = incident.accuracy_m if incident.place else None
            yield Result(
                "incident", incident.title, detail, incident.place, _SURE, None, str(incident.id), accuracy
            )

    def _incident(self, actor: Actor, asked: str) -> Incident | None:
        if asked.isascii() and asked.isdigit() and len(asked) <= 18:
            frame = self._mirror.incidents
            rows = np.flatnonzero(frame.fid == int(asked))
            found = self._store.incidents.by_seq(actor, [int(seq) for seq in frame.seq[rows]])
            return found[0] if found else None
        try:
            return self._store.incidents.get(actor, UUID(asked))
        except (ValueError, NotFound):
            return None

    # ── by name ──────────────────────────────────────────────────────────────────────────────────

    def _sites(self, actor: Actor, asked: str, near: LonLat | None, slips: bool) -> Iterator[Result]:
        snapshot = self._mirror.snapshot
        frame = snapshot.sites.listed
        if not len(frame):
            return
        visible = snapshot.scope_table(snapshot.visible(actor))[frame.scope]
        matches = self._index_of(frame).find(asked, mask=visible, slips=slips)
        order = _nearest_matches(matches, frame, placed=len(snapshot.sites), near=near or _CENTRE)
        scores = dict(
            zip(frame.seq[matches.rows[order]].tolist(), matches.scores[order].tolist(), strict=True)
        )
        for site in self._store.sites.by_seq(actor, list(scores)):
            where = site.address if site.place else " · ".join(filter(None, (site.address, "no location")))
            detail = " · ".join(part for part in (site.kind or site.sector, where) if part)
            yield Result(
                "site", site.name, detail, site.place, scores[site.seq], None, str(site.id), site.accuracy_m
            )

    def _areas(self, actor: Actor, asked: str) -> Iterator[Result]:
        for area in self._store.areas.search(actor, asked, limit=_PER_KIND):
            west, south, east, north = area.bounds
            middle = LonLat((west + east) / 2, (south + north) / 2)
            detail = ", ".join(part for part in (area.kind, area.parent) if part)
            yield Result(
                "area", area.name, detail, middle, _name_score(area, asked), area.bounds, str(area.id)
            )

    def _places(self, asked: str, near: LonLat | None, slips: bool) -> Iterator[Result]:
        for place, score in self._gazetteer_now().find(asked, near=near, limit=3 * _PER_KIND, slips=slips):
            yield Result("place", place.name, place.detail, place.at, score, accuracy_m=place.accuracy_m)

    def _addresses(self, actor: Actor, asked: str) -> Iterator[Result]:
        """Yield house numbers, where a street file was imported."""
        address = addresses.read(asked) if self._stretches else None
        if address is None or self._stretches is None:
            return
        for found in addresses.locate(address, self._stretches(actor, address))[:_PER_KIND]:
            yield Result("address", found.label, "address", found.at, 1.0, accuracy_m=found.accuracy_m)

    # ── what is kept ─────────────────────────────────────────────────────────────────────────────

    def _gazetteer_now(self) -> Gazetteer:
        with self._lock:
            if self._gazetteer is None:
                self._gazetteer = self._load_gazetteer()
            return self._gazetteer

    def _index_of(self, frame: SiteFrame) -> NameIndex:
        """Return the index of these names; a new frame with the same names keeps the old index."""
        with self._lock:
            held = self._names
            if held is None or not _same_names(held.frame, frame):
                held = _Names(frame, NameIndex(frame.name.tolist()))
            elif held.frame is not frame:
                held = _Names(frame, held.index)
            self._names = held
            return held.index


def _same_names(old: SiteFrame, new: SiteFrame) -> bool:
    return old is new or (len(old) == len(new) and bool(np.array_equal(old.name, new.name)))


def _nearest_matches(matches: Matches, frame: SiteFrame, *, placed: int, near: LonLat) -> IntArray:
    """Return the positions in `matches` that are worth most; what has no place is near nothing."""
    lon, lat = frame.lonlat
    away: FloatArray = distance_m(near, lon[matches.rows], lat[matches.rows])
    away[matches.rows >= placed] = np.inf
    worth = np.round((matches.scores + _nearness(away)) * 20)
    return np.lexsort((matches.rows, away, -worth))[:_PER_KIND].astype(np.int64)


def _nearness(away_m: FloatArray) -> FloatArray:
    """Return what being so far away is worth: most right here, half at 50 km, nothing an ocean away."""
    return np.asarray(_NEAR_WORTH / (1 + (away_m / _HERE_M) ** 2), dtype=np.float64)


def _worth(result: Result, asked: str, near: LonLat | None) -> float:
    """Return how well a result answers: by name, by nearness to the map, and for bearing that very name."""
    worth = result.score
    if words(result.label) == words(asked):
        worth += _EXACT_WORTH
    if result.at is None:
        return worth
    lon, lat = result.at.lon, result.at.lat
    middle = near or _CENTRE
    if result.bbox is not None:
        # An area is as near as its nearest edge.
        west, south, east, north = result.bbox
        lon, lat = min(max(middle.lon, west), east), min(max(middle.lat, south), north)
    return worth + float(_nearness(distance_m(middle, [lon], [lat]))[0])


def _name_score(area: Area, asked: str) -> float:
    """Return how well an area's name fits: the very name, its beginning, or a part."""
    name, wanted = folded(area.name), folded(asked)
    if name == wanted or words(area.name) == words(asked):
        return 1.0
    return 0.9 if name.startswith(wanted) else 0.8


def _far(place: LonLat, near: LonLat | None) -> bool:
    return bool(distance_m(near or _CENTRE, [place.lon], [place.lat])[0] > _FAR_M)


def _grid(place: LonLat) -> str:
    """Return the grid reference of a place, or its degrees where there is none."""
    try:
        return grids.usng(checked(place.lon, place.lat))
    except BadCoordinates:
        return grids.dms(place)
