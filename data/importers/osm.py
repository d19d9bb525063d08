"""Roads out of OpenStreetMap extracts (.osm.pbf), read with osmium."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import osmium
import polars as pl
import shapely

from data.errors import Invalid, TooLarge, UnreadableFile
from data.importers.base import Sheet
from data.road_records import ROAD_CLASSES

# OpenStreetMap's classes, and what they count as here; the others are no roads to travel on.
CLASSES: Final[Mapping[str, str]] = {
    **{name: name for name in ROAD_CLASSES},
    **{f"{name}_link": name for name in ("motorway", "trunk", "primary", "secondary", "tertiary")},
    **dict.fromkeys(("unclassified", "living_street", "service", "road"), "residential"),
    **dict.fromkeys(("footway", "pedestrian", "steps", "bridleway", "cycleway"), "path"),
}
_MAX_BYTES: Final = 512 * 1024**2
_ONEWAY_BY_ITSELF: Final = ("motorway", "motorway_link")


def read(path: Path) -> Sheet:
    """Return the roads of an extract, one row from junction to junction; raise in words for what is none."""
    if path.stat().st_size > _MAX_BYTES:
        raise TooLarge(f"{path.name} is over {_MAX_BYTES >> 20} MB.", hint="Cut it to the area in question.")
    ways: list[tuple[str, str, str]] = []  # name, class, direction
    nodes, sizes, lon, lat = array("q"), array("q"), array("d"), array("d")
    try:
        # The format is named: by the file's own name it could be anything, an address too.
        source = osmium.io.File(str(path.resolve()), "pbf")
        found = osmium.FileProcessor(source, osmium.osm.WAY | osmium.osm.NODE).with_locations()
        for way in found.with_filter(osmium.filter.KeyFilter("highway")):
            highway = way.tags.get("highway", "")
            if not isinstance(way, osmium.osm.Way) or highway not in CLASSES:
                continue
            places = [(one.ref, one.lon, one.lat) for one in way.nodes if one.location.valid()]
            if len(places) < 2:  # a line has two ends
                continue
            tags = way.tags
            ways.append((str(tags.get("name", ""))[:200], str(highway), _direction(tags)))
            sizes.append(len(places))
            for ref, x, y in places:
                nodes.append(ref)
                lon.append(x)
                lat.append(y)
    except (RuntimeError, ValueError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"{path.name} cannot be read as OpenStreetMap data.", hint="Download it again; give .osm.pbf."
        ) from error
    if not ways:
        raise Invalid(f"{path.name} has no roads.", hint="Give an extract that holds ways with `highway`.")
    return _cut_at_junctions(ways, np.array(nodes), np.array(sizes), np.column_stack([lon, lat]))


def _direction(tags: osmium.osm.TagList) -> str:
    usual = tags.get("highway") in _ONEWAY_BY_ITSELF or tags.get("junction") == "roundabout"
    return str(tags.get("oneway", "yes" if usual else "no"))[:20]


def _cut_at_junctions(
    ways: list[tuple[str, str, str]],
    nodes: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    places: npt.NDArray[np.float64],
) -> Sheet:
    """Return the rows of ways cut wherever a node is an end or stands twice."""
    _, number, many = np.unique(nodes, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes) - 1
    junction = many[number.ravel()] > 1
    junction[last - sizes + 1] = junction[last] = True
    way = np.repeat(np.arange(len(sizes)), sizes)
    at = np.flatnonzero(junction)
    # Each piece goes from one junction to the next of the same way.
    inner = way[at[:-1]] == way[at[1:]]
    begin, end = at[:-1][inner], at[1:][inner]
    lengths = end - begin + 1
    offset = np.repeat(begin - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    index = offset + np.arange(lengths.sum())
    shapes = shapely.linestrings(places[index], indices=np.repeat(np.arange(len(begin)), lengths))
    name, highway, oneway = (np.array(column, dtype=str)[way[begin]] for column in zip(*ways, strict=True))
    frame = pl.DataFrame(
        {
            "name": name,
            "highway": highway,
            "oneway": oneway,
            "fromnode": nodes[begin].astype(str),
            "tonode": nodes[end].astype(str),
        }
    )
    rows = np.arange(1, len(begin) + 1, dtype=np.int64)
    return Sheet("osm.pbf", frame, rows, geometry=np.asarray(shapes, dtype=object))
