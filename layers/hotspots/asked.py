"""What somebody wants to know of hotspots, beside the filter."""

from __future__ import annotations

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from layers.hotspots.exposure import Exposure
from layers.hotspots.layer import Against, Kind

Extent = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about hotspots: over which box, in which cells, and with what.

    `within` is the ground that the filter restricts to, in degrees; None where it does not. `zone` is the
    zone in which times are said. Default points are the filter's own affair (`default_points=1`).
    """

    kind: Kind = Kind.GI_STAR
    bbox: Extent | None = None
    cell_m: float | None = None
    against: Against = Against.PREVIOUS  # for a difference or an excess
    duplicates: bool = False
    within: BaseGeometry | None = None
    zone: str = "UTC"
    exposure: Exposure | None = None  # for Gi* alone: the others compare a place with itself
