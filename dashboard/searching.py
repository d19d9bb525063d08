"""The search as pages and routes see it: surfaces of households, kept while their evidence stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from dashboard.services import Services
from data.access import Actor
from data.errors import Invalid
from data.gazetteer import places
from data.gazetteer.addresses import Address
from data.mirror.lru import Lru
from data.model import LonLat
from data.rescue_records import Household, Located
from data.search_records import NewPiece, Piece
from layers.rescue.credible import best, credible
from layers.rescue.evidence import Evidence
from layers.rescue.extent import surface_of
from layers.rescue.ground import Ground, Landmarks, landmarks_of
from layers.rescue.params import read_params
from layers.rescue.surface import Surface

PLAN_CELLS = 2_500  # of each of many households: enough to sum them up
_KEPT_BYTES = 128 << 20
_LANDMARKS_BYTES = 128 << 20
_STALE = timedelta(minutes=10)  # a sighting grows stale in steps of so much
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Search:
    """Makes surfaces of evidence; who may see a household may see all of it, so one is made for all."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._landmarks: Lru[Landmarks] = Lru(
            limit_bytes=_LANDMARKS_BYTES, size=lambda held: 1_000 * len(held)
        )
        self._surfaces: Lru[_Held] = Lru(limit_bytes=_KEPT_BYTES, size=lambda held: held.nbytes)

    @property
    def gazetteer(self) -> places.Gazetteer:
        """The gazetteer, read when it is first needed."""
        return _gazetteer()

    def ground(self, actor: Actor) -> Ground:
        """Return what texts may speak of: the gazetteer, and the streets and sites that the actor may see."""
        streets = self._services.store.streets
        return Ground(
            self.gazetteer, lambda key: streets.stretches(actor, Address(0, key)), self._sites(actor)
        )

    def _sites(self, actor: Actor) -> Landmarks:
        snapshot = self._services.mirror.snapshot
        visible = snapshot.visible(actor)
        # Made anew only when a site that these may see did change.
        key = frozenset((scope, snapshot.site_digests.get(scope)) for scope in visible)
        return self._landmarks.get(key, lambda: landmarks_of(snapshot.sites, snapshot.scope_table(visible)))

    def surface(self, pieces: Sequence[Piece], *, at: datetime | None = None) -> Surface | None:
        """Return the surface that evidence makes, now or as it was known at a time."""
        return surface_of(evidence_at(pieces, at), at or self._services.clock.now())

    def surfaces(
        self,
        actor: Actor,
        households: Sequence[Household],
        *,
        max_cells: int = PLAN_CELLS,
        check: Callable[[], None] = lambda: None,
    ) -> list[Surface | None]:
        """Return the surfaces of many households, coarser than that of one; `check` may give it up."""
        pieces = self._services.store.evidence.all(actor, households)
        found = []
        for one in households:
            check()
            found.append(self.kept(pieces[one.id], max_cells))
        return found

    def add(self, actor: Actor, household_id: UUID, new: NewPiece) -> Piece:
        """Return the piece of evidence that was entered; the household's place follows."""
        check(new)
        made = self._services.store.evidence.add(actor, household_id, new)
        self.follow(actor, household_id)
        return made

    def follow(self, actor: Actor, household_id: UUID) -> None:
        """Keep with a household where its evidence now puts it."""
        store = self._services.store
        found = self.surface(store.evidence.of(actor, household_id))
        located = None
        if found is not None:
            first, area = best(found, 1)[0], credible(found, (0.95,))[0]
            located = Located(
                place=LonLat(round(first.lon, 6), round(first.lat, 6)),
                accuracy_m=round(first.accuracy_m, 1),
                area95_km2=round(area.km2, 6),
            )
        store.evidence.put(actor, household_id, located)

    def kept(self, pieces: Sequence[Piece], max_cells: int) -> Surface | None:
        """Return the surface that evidence makes now, made once while the evidence stays."""
        now = self._services.clock.now()
        told = evidence_at(pieces, None)
        age = int(now.timestamp() // _STALE.total_seconds()) if _grows(told) else 0
        key = (
            max_cells,
            age,
            *((one.id, one.on, one.reliability, one.weight, str(one.params)) for one in told),
        )
        return self._surfaces.get(
            key, lambda: _Held(surface_of(told, now, max_cells=max_cells, contributions=False))
        ).surface


@lru_cache(maxsize=1)
def _gazetteer() -> places.Gazetteer:
    """Return what never changes while the program runs."""
    return places.load()


class _Held:
    def __init__(self, surface: Surface | None) -> None:
        self.surface = surface
        self.nbytes = 1_000 if surface is None else 1_000 + surface.log_p.nbytes


def evidence_at(pieces: Sequence[Piece], at: datetime | None) -> list[Evidence]:
    """Return evidence as the kernels take it, as it stood at a time, without what was taken back."""
    found = []
    for one in pieces:
        state = one.now if at is None else one.as_of(at)
        if state is None or state.withdrawn:
            continue
        found.append(
            Evidence(
                id=str(one.id),
                kind=one.kind,
                params=one.params,
                reliability=state.reliability,
                weight=state.weight,
                at=one.at,
                source=one.source,
                words=one.words,
                on=state.on,
            )
        )
    return found


def check(new: NewPiece) -> None:
    """Raise Invalid where the evidence cannot be laid over any ground."""
    read_params(new.kind, new.params)
    try:
        surface_of([Evidence("new", new.kind, new.params, at=new.at)], new.at or _LONG_AGO, max_cells=100)
    except (ValueError, OverflowError, FloatingPointError) as error:
        raise Invalid("This evidence is about no ground.", hint="Check its places and distances.") from error


def _grows(told: Sequence[Evidence]) -> bool:
    return any(one.kind == "sighting" and one.on for one in told)
