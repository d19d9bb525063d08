"""The roads of the search: the networks that were imported, cut where closures lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dashboard.searching import Search
from dashboard.services import Services
from data.access import Actor
from data.errors import Invalid
from data.mirror.lru import Lru
from data.model import LonLat
from data.rescue_records import Household
from data.search_records import Closure
from layers.rescue.credible import best
from layers.roads import closures as roads_closures
from layers.roads.fitting import fitted
from layers.roads.network import Network, Vehicle
from layers.roads.reach import People
from layers.roads.reading import joined

_KEPT_BYTES: Final = 512 << 20
_BYTES_AN_EDGE: Final = 600
_FLOOD: Final = ("flood", "water", "surge")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Waiting:
    """Households that wait and are on some place, with that place."""

    households: list[Household]
    people: People
    without_place: int


class Ways:
    """Networks of the roads that an actor may see, kept while the roads stay."""

    def __init__(self, services: Services, search: Search) -> None:
        self._services, self._search = services, search
        self._networks: Lru[Network] = Lru(
            limit_bytes=_KEPT_BYTES, size=lambda network: _BYTES_AN_EDGE * len(network)
        )

    def missing(self, actor: Actor) -> Invalid | None:
        """Return what is still needed before the reach of a base can be told, or None."""
        if not self.bases(actor):
            return Invalid("There is no base to start from.", hint="Add a resource with its base.")
        if not self._services.store.networks.known(actor):
            return _no_roads()
        return None

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
        now = self._services.clock.now()
        return [
            roads_closures.Closure(
                id=str(one.id),
                name=one.name,
                geometry=one.geometry,
                cause=roads_closures.Cause.FLOOD if _is_flood(one) else roads_closures.Cause.CLOSED,
            )
            for one in self._services.store.closures.all(actor)
            if one.active(now)
        ]

    def bases(self, actor: Actor) -> list[LonLat]:
        """Return where the resources start from."""
        found = [one.about["base"] for one in self._services.store.resources.all(actor)]
        return list(dict.fromkeys(LonLat(one["lon"], one["lat"]) for one in found))

    def waiting(self, actor: Actor) -> Waiting:
        """Return the households that wait, each at its likeliest place."""
        every = [one for one in self._services.store.households.all(actor) if one.open]
        placed = [
            (one, best(surface, 1)[0])
            for one, surface in zip(every, self._search.surfaces(actor, every), strict=True)
            if surface is not None
        ]
        people = People(
            lon=np.array([at.lon for _, at in placed], dtype=np.float64),
            lat=np.array([at.lat for _, at in placed], dtype=np.float64),
            count=np.array([one.people_count for one, _ in placed], dtype=np.float64),
        )
        return Waiting([one for one, _ in placed], people, len(every) - len(placed))


def seconds_of(network: Network, closed: list[roads_closures.Closure], vehicle: Vehicle) -> np.ndarray:
    """Return what each road takes with a vehicle, infinity where it is closed."""
    return roads_closures.cut(network, closed, vehicle)


def _no_roads() -> Invalid:
    return Invalid("No roads are known.", hint="Import them: watchfloor import roads FILE.")


def _is_flood(one: Closure) -> bool:
    said = f"{one.name} {one.reason}".casefold()
    return any(word in said for word in _FLOOD)
