"""The roads of the search: the networks that were imported, cut where closures lie."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from dashboard.services import Services
from data.access import Actor
from data.errors import Invalid
from data.mirror.lru import Lru
from data.model import LonLat
from data.rescue_records import Household
from data.search_records import Closure
from layers.roads import closures as roads_closures
from layers.roads.fitting import fitted
from layers.roads.network import Network, Vehicle
from layers.roads.reach import People, reach
from layers.roads.reading import joined

_KEPT_BYTES: Final = 512 << 20
_BYTES_AN_EDGE: Final = 600
_FLOOD: Final = ("flood", "water", "surge")
_KEPT: Final = 16  # actors who may see different things
_LONG_S: Final = 0.5  # to find out who is cut off
_PAUSES: Final = 5.0  # times as long as that until it is done again

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Waiting:
    """Households that wait and are on some place, with that place."""

    households: list[Household]
    people: People
    without_place: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """Who is cut off, of which question that is the answer, and until when it is new enough."""

    asked: Hashable
    found: Mapping[UUID, bool]
    until: float


class Ways:
    """Networks of the roads that an actor may see, kept while the roads stay."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._networks: Lru[Network] = Lru(
            limit_bytes=_KEPT_BYTES, size=lambda network: _BYTES_AN_EDGE * len(network)
        )
        self._cut: dict[frozenset[int], _Cut] = {}
        self._lock = threading.Lock()

    def known(self, actor: Actor) -> bool:
        """Return whether the actor may see any roads."""
        return bool(self._services.store.networks.known(actor))

    def missing(self, actor: Actor) -> Invalid | None:
        """Return what is still needed before the reach of a base can be told, or None."""
        if not self.bases(actor):
            return Invalid("There is no base to start from.", hint="Add a resource with its base.")
        return None if self.known(actor) else _no_roads()

    def network(self, actor: Actor, vehicle: Vehicle, lon: Floats, lat: Floats) -> Network:
        """Return what a vehicle can use, with a junction beside each place; raise Invalid without roads."""
        networks = self._services.store.networks
        known = networks.known(actor)
        if not known:
            raise _no_roads()

        def whole() -> Network:
            return joined([Network(**vars(one)) for one in networks.all(actor)])

        def fit() -> Network:
            return fitted(self._networks.get((known,), whole), vehicle, lon, lat)

        return self._networks.get((known, vehicle, lon.tobytes(), lat.tobytes()), fit)

    def closures(self, actor: Actor) -> list[roads_closures.Closure]:
        """Return what is closed now, as the network takes it."""
        return [
            roads_closures.Closure(
                id=str(one.id),
                name=one.name,
                geometry=one.geometry,
                cause=roads_closures.Cause.FLOOD if _is_flood(one) else roads_closures.Cause.CLOSED,
            )
            for one in self.closed(actor)
        ]

    def closed(self, actor: Actor) -> list[Closure]:
        """Return the closures that are in force now."""
        now = self._services.clock.now()
        return [one for one in self._services.store.closures.all(actor) if one.active(now)]

    def bases(self, actor: Actor) -> list[LonLat]:
        """Return where the resources start from."""
        found = [one.about["base"] for one in self._services.store.resources.all(actor)]
        return list(dict.fromkeys(LonLat(one["lon"], one["lat"]) for one in found))

    def waiting(self, actor: Actor) -> Waiting:
        """Return the households that wait, each at its likeliest place."""
        return _waiting(self._services.store.households.all(actor))

    def cut_off(self, actor: Actor, households: Sequence[Household]) -> Mapping[UUID, bool]:
        """Return which of these, which the actor was shown, no car reaches from any base.

        Those of whom nobody can say are left out. On large networks it may be as it was a moment ago.
        """
        store, bases = self._services.store, self.bases(actor)
        known = store.networks.known(actor)
        if not bases or not known:
            return {}
        waiting, closed = _waiting(households), self.closed(actor)
        asked = (
            known,
            tuple(bases),
            tuple((one.id, one.revision) for one in closed),
            tuple(one.id for one in waiting.households),
            waiting.people.lon.tobytes(),
            waiting.people.lat.tobytes(),
        )
        sees = store.visible(actor)
        with self._lock:  # a change is computed once, however many pages ask
            kept = self._cut.get(sees)
            if kept is None or (kept.asked != asked and time.monotonic() >= kept.until):
                while len(self._cut) >= _KEPT:
                    del self._cut[next(iter(self._cut))]
                began = time.monotonic()
                found = self._cut_now(actor, waiting, bases)
                ended = time.monotonic()
                pause = _PAUSES * (ended - began) if ended - began > _LONG_S else 0.0
                kept = self._cut[sees] = _Cut(asked, found, ended + pause)
            return kept.found

    def _cut_now(self, actor: Actor, waiting: Waiting, bases: Sequence[LonLat]) -> Mapping[UUID, bool]:
        people, car = waiting.people, Vehicle.CAR
        lon = np.concatenate([people.lon, [one.lon for one in bases]])
        lat = np.concatenate([people.lat, [one.lat for one in bases]])
        network = self.network(actor, car, lon, lat)
        seconds = seconds_of(network, self.closures(actor), car)
        found = reach(network, seconds, bases=bases, people=people, vehicle=car)
        rows = zip(waiting.households, found.cut_off.tolist(), found.off_network.tolist(), strict=True)
        return {one.id: cut for one, cut, unknown in rows if not unknown}


def seconds_of(network: Network, closed: list[roads_closures.Closure], vehicle: Vehicle) -> np.ndarray:
    """Return what each road takes with a vehicle, infinity where it is closed."""
    return roads_closures.cut(network, closed, vehicle)


def _waiting(households: Sequence[Household]) -> Waiting:
    every = [one for one in households if one.open]
    placed = [(one, here.place) for one in every if (here := one.whereabouts) is not None]
    people = People(
        lon=np.array([at.lon for _, at in placed], dtype=np.float64),
        lat=np.array([at.lat for _, at in placed], dtype=np.float64),
        count=np.array([one.people_count for one, _ in placed], dtype=np.float64),
    )
    return Waiting([one for one, _ in placed], people, len(every) - len(placed))


def _no_roads() -> Invalid:
    return Invalid("No roads are known.", hint="Import them: watchfloor import roads FILE.")


def _is_flood(one: Closure) -> bool:
    said = f"{one.name} {one.reason}".casefold()
    return any(word in said for word in _FLOOD)
