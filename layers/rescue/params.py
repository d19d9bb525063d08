"""The parameters of each kind of evidence, read once: what is no number, no place or no shape is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

import orjson
import shapely
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from shapely.geometry.base import BaseGeometry

from data.errors import Invalid
from layers.rescue.evidence import KINDS

MAX_VERTICES: Final = 200_000
MAX_CANDIDATES: Final = 500
_FAR_M: Final = 5_000_000.0


def geometry_of(given: Any, *, kinds: tuple[str, ...]) -> BaseGeometry:
    """Return a GeoJSON geometry, or a Feature's, in degrees; ValueError where it is none of `kinds`."""
    if isinstance(given, BaseGeometry):
        shape = given
    else:
        feature = isinstance(given, Mapping) and given.get("type") == "Feature"
        held = given.get("geometry") if feature else given
        if not isinstance(held, Mapping) or held.get("type") not in kinds:
            raise ValueError(f"must be a GeoJSON {' or '.join(kinds)}")
        try:
            shape = shapely.from_geojson(orjson.dumps(held))
        except (shapely.errors.GEOSException, orjson.JSONEncodeError, TypeError) as error:
            raise ValueError("is no GeoJSON geometry that can be read") from error
    if shape.geom_type not in kinds or shape.is_empty:
        raise ValueError(f"must be a GeoJSON {' or '.join(kinds)} with places in it")
    if shapely.get_num_coordinates(shape) > MAX_VERTICES:
        raise ValueError(f"has more than {MAX_VERTICES:,} places")
    west, south, east, north = shape.bounds
    # Written so that NaN fails as well.
    if not (west >= -360 and east <= 360 and south >= -90 and north <= 90):
        raise ValueError("lies outside the Earth; longitude comes before latitude, in degrees")
    return shape


def _polygon(given: Any) -> BaseGeometry:
    shape = geometry_of(given, kinds=("Polygon", "MultiPolygon"))
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)


def _line(given: Any) -> BaseGeometry:
    return geometry_of(given, kinds=("LineString", "MultiLineString"))


Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Metres = Annotated[float, Field(gt=0, le=_FAR_M)]
Softness = Annotated[float, Field(ge=0, le=_FAR_M)]
Share = Annotated[float, Field(ge=0, le=1)]
Polygonal = Annotated[BaseGeometry, BeforeValidator(_polygon)]
Linear = Annotated[BaseGeometry, BeforeValidator(_line)]


class Params(BaseModel):
    """What every kind's parameters share: finite numbers, unknown keys left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, arbitrary_types_allowed=True)


class Point(Params):
    """A place; `accuracy_m` is the radius that holds 68 %."""

    lon: Lon
    lat: Lat
    accuracy_m: Metres


class Candidate(Point):
    """One of several places that the words may mean."""

    name: str = ""
    weight: Annotated[float, Field(gt=0, le=1e9)] = 1.0


class Candidates(Params):
    """All places that an address, an intersection or a name may mean."""

    places: Annotated[tuple[Candidate, ...], Field(min_length=1, max_length=MAX_CANDIDATES)]


class Bearing(Params):
    """A direction (true, clockwise from north) or a distance from a place, or both."""

    lon: Lon
    lat: Lat
    bearing_deg: Annotated[float, Field(ge=-360, le=360)] | None = None
    distance_m: Softness | None = None
    spread_deg: Annotated[float, Field(gt=0, le=180)] = 22.5
    spread_m: Metres

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.bearing_deg is None and self.distance_m is None:
            raise ValueError("needs bearing_deg or distance_m")
        return self


class NearLine(Params):
    """Within so many metres of a line."""

    line: Linear
    metres: Metres


class VisibleFrom(Params):
    """Seen from a place, or seeing it: within so many metres, whatever hills there may be."""

    lon: Lon
    lat: Lat
    max_m: Metres


class Area(Params):
    """Inside a drawn shape, its edge as soft as said."""

    shape: Polygonal
    softness_m: Softness = 0.0


class CellSector(Params):
    """The sector of a cell tower; `ring_m` is the timing-advance ring."""

    lon: Lon
    lat: Lat
    azimuth_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0
    beam_deg: Annotated[float, Field(gt=0, le=360)] = 360.0
    range_m: Metres
    ring_m: tuple[Softness, Metres] | None = None

    @model_validator(mode="after")
    def _ring_opens_outward(self) -> Self:
        if self.ring_m is not None and self.ring_m[0] >= self.ring_m[1]:
            raise ValueError("ring_m must be [from, to] with from below to")
        return self


class Sighting(Point):
    """Seen at a place and time; since then they may have moved."""

    at: AwareDatetime | None = None
    speed_mps: Annotated[float, Field(ge=0, le=400)] = 1.0


class Landmark(Params):
    """Something recognised in the picture; they are within `accuracy_m` of it."""

    lon: Lon
    lat: Lat
    accuracy_m: Metres = 150.0


class Footprint(Params):
    """A picture from the air; `pitch_deg` is 0 level and -90 straight down."""

    lon: Lon
    lat: Lat
    altitude_m: Annotated[float, Field(gt=0, le=50_000)]
    heading_deg: Annotated[float, Field(ge=-360, le=360)]
    fov_deg: Annotated[float, Field(gt=0, lt=180)]
    pitch_deg: Annotated[float, Field(ge=-90, le=90)] | None = None
    range_m: Metres
    landmarks: Annotated[tuple[Landmark, ...], Field(max_length=100)] = ()


class Damage(Params):
    """Inside the shape they are `factor` times as likely as outside."""

    shape: Polygonal
    factor: Annotated[float, Field(ge=1e-3, le=1e3)]


Quantile = tuple[Annotated[float, Field(gt=0, lt=1)], Metres]


class LastKnown(Params):
    """How far people of a category are found from where they were last known: share, metres."""

    lon: Lon
    lat: Lat
    category: str = ""
    quantiles: Annotated[tuple[Quantile, ...], Field(min_length=1, max_length=50)]
    at_point: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @model_validator(mode="after")
    def _quantiles_grow(self) -> Self:
        pairs = list(zip(self.quantiles, self.quantiles[1:], strict=False))
        if any(after[0] <= before[0] or after[1] <= before[1] for before, after in pairs):
            raise ValueError("quantiles must grow in share and in metres")
        return self


class Searched(Params):
    """Searched and nobody found: a shape with its POD, or a track with what it sweeps or its own POD."""

    shape: Polygonal | None = None
    track: Linear | None = None
    pod: Share | None = None
    sweep_m: Metres | None = None
    model: Literal["random", "inverse-cube", "definite"] = "random"

    @model_validator(mode="after")
    def _shape_or_track(self) -> Self:
        if (self.shape is None) == (self.track is None):
            raise ValueError("needs a shape or a track, not both")
        if self.shape is not None and self.pod is None:
            raise ValueError("needs the pod of the shape")
        if self.track is not None and self.sweep_m is None and self.pod is None:
            raise ValueError("needs sweep_m, the width that the track swept, or its pod")
        return self


MODELS: Final[Mapping[str, type[Params]]] = dict(
    zip(
        KINDS,
        (
            Point,
            Candidates,
            Bearing,
            NearLine,
            VisibleFrom,
            Area,
            CellSector,
            Sighting,
            Footprint,
            Damage,
            LastKnown,
            Searched,
        ),
        strict=True,
    )
)


def read_params(kind: str, params: Mapping[str, Any]) -> Params:
    """Return the parameters of a kind of evidence; raise Invalid, naming what is wrong with them."""
    if kind not in MODELS:
        raise Invalid(f"{kind!r} is no kind of evidence.", hint=f"Use one of: {', '.join(KINDS)}.")
    try:
        return MODELS[kind].model_validate(params)
    except ValidationError as error:
        raise Invalid(f"The evidence ({kind}) cannot be read: {reason(error)}.", hint="Mend it.") from error
    except RecursionError as error:
        raise Invalid(
            f"The evidence ({kind}) is nested too deeply.", hint="Send a plain geometry."
        ) from error


def reason(error: ValidationError) -> str:
    """Return the first of what is wrong, with where it stands."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
