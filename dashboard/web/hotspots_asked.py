"""A question about hotspots as it arrives: the filter, and what belongs to the route."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import Query as Param
from fastapi import Request

from dashboard.services import Services
from dashboard.web.exposures import exposure
from data.access import Actor
from data.errors import BadFilter
from data.mirror import View
from data.model import Tlp
from data.query import Query, Rectangle
from data.query.shapes import parse_shapes
from layers.hotspots import Against, Asked, Extent, Hotspots, Kind, ground_of, hotspots

OF_THE_ROUTES = ("v", "kind", "bbox", "cell_m", "against", "duplicates", "exposure", "limit")


@dataclass(frozen=True, slots=True)
class Question:
    """The filter and how its hotspots are wanted."""

    query: Query
    kind: Kind
    bbox: Extent | None
    cell_m: float | None
    against: Against
    duplicates: bool
    exposure: str = ""

    @property
    def about(self) -> str:
        """All but the filter, as one word for caches."""
        how = f"{self.against.value}/{self.duplicates}/{self.exposure}"
        return f"{self.kind.value}/{self.bbox}/{self.cell_m}/{how}"

    def of(self, services: Services, actor: Actor) -> Asked:
        """Return the question with the ground that the filter restricts to; the actor must see its areas."""
        areas = [services.store.areas.geometry(actor, area) for area in self.query.areas]
        return Asked(
            kind=self.kind,
            bbox=self.bbox,
            cell_m=self.cell_m,
            against=self.against,
            duplicates=self.duplicates,
            within=ground_of(self.query, areas),
            zone=services.settings.timezone,
            exposure=exposure(services.store, actor, self.exposure) if self.exposure else None,
        )

    def answer(self, services: Services, actor: Actor, *, now: datetime) -> Hotspots:
        """Return the map that was asked for."""

        def look(query: Query) -> View:
            return services.mirror.view(actor, query, now=now)

        return hotspots(look(self.query), self.of(services, actor), look=look)

    def marking(self, services: Services, actor: Actor, *, now: datetime) -> Tlp:
        """Return the highest marking of what the map is made of; some are made of other times too."""
        query = self.query
        if self.kind in (Kind.DIFFERENCE, Kind.EXCESS):
            query = replace(query, last_ms=None, from_ms=None, to_ms=None)
        return services.mirror.view(actor, query, now=now).marking


def question(
    request: Request,
    *,
    kind: Annotated[Kind, Param(description="What the cells show.")] = Kind.DENSITY,
    bbox: Annotated[str, Param(max_length=200, description="west,south,east,north in degrees.")] = "",
    cell_m: Annotated[float | None, Param(description="Side of a cell; absent: by the data.")] = None,
    against: Annotated[
        Against, Param(description="What a difference or an excess compares with.")
    ] = Against.PREVIOUS,
    duplicates: Annotated[bool, Param(description="Count what another source has told already.")] = False,
    adjust: Annotated[
        str,
        Param(alias="exposure", max_length=80, description="What Gi* is adjusted for: an exposure's id."),
    ] = "",
) -> Question:
    """Return the question of a request; raise BadFilter on what cannot be asked."""
    query = Query.parse(request.url.query, ignore=OF_THE_ROUTES)
    return Question(query, kind, extent_of(bbox), cell_m, against, duplicates, adjust)


def extent_of(bbox: str) -> Extent | None:
    """Return the box of "west,south,east,north"; raise BadFilter for anything else."""
    if not bbox:
        return None
    shapes = parse_shapes("r:" + bbox)
    box = shapes[0]
    if len(shapes) != 1 or not isinstance(box, Rectangle) or box.west >= box.east or box.south >= box.north:
        raise BadFilter("The box has no inside.", hint="Write bbox=west,south,east,north in degrees.")
    return box.west, box.south, box.east, box.north
