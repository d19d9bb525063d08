"""Road networks out of OpenStreetMap extracts (.osm.pbf), read with osmium."""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np
import osmium
import shapely

from data.errors import Invalid, UnreadableFile
from layers.roads.network import CLASSES, Network
from layers.roads.reading import OSM, assemble

_ONEWAY = {"yes": 1, "1": 1, "true": 1, "-1": -1, "reverse": -1}


def read_osm(path: Path) -> Network:
    """Return the roads of an extract, cut at every junction; raise UnreadableFile or Invalid in words."""
    ways: list[tuple[int, int]] = []  # class, direction
    nodes, sizes, lon, lat = array("q"), array("l"), array("d"), array("d")
    try:
        found = osmium.FileProcessor(str(path), osmium.osm.WAY | osmium.osm.NODE).with_locations()
        for way in found.with_filter(osmium.filter.KeyFilter("highway")):
            if not isinstance(way, osmium.osm.Way) or way.tags["highway"] not in OSM:
                continue
            places = [(one.ref, one.lon, one.lat) for one in way.nodes if one.location.valid()]
            if len(places) < 2:  # a line has two ends
                continue
            roundabout = way.tags.get("junction") == "roundabout"
            ways.append(
                (CLASSES.index(OSM[way.tags["highway"]]), _direction(way.tags.get("oneway"), roundabout))
            )
            sizes.append(len(places))
            for ref, x, y in places:
                nodes.append(ref)
                lon.append(x)
                lat.append(y)
    except (RuntimeError, ValueError) as error:
        raise UnreadableFile(
            f"{path.name} cannot be read as OpenStreetMap data.", hint="Download it again; give .osm.pbf."
        ) from error
    if not ways:
        raise Invalid(f"{path.name} has no roads.", hint="Give an extract that holds ways with `highway`.")
    return _cut_at_junctions(np.array(ways), np.array(nodes), np.array(sizes), np.column_stack([lon, lat]))


def _direction(oneway: str | None, roundabout: bool) -> int:
    return _ONEWAY.get(oneway or "", 1 if roundabout and oneway is None else 0)


def _cut_at_junctions(ways: np.ndarray, nodes: np.ndarray, sizes: np.ndarray, places: np.ndarray) -> Network:
    """Return the network of ways cut wherever a node is an end or stands twice."""
    _, number, many = np.unique(nodes, return_inverse=True, return_counts=True)
    number = number.ravel()
    last = np.cumsum(sizes) - 1
    first = last - sizes + 1
    junction = many[number] > 1
    junction[first] = junction[last] = True
    way = np.repeat(np.arange(len(sizes)), sizes)
    at = np.flatnonzero(junction)
    # Each piece goes from one junction to the next of the same way.
    inner = way[at[:-1]] == way[at[1:]]
    begin, end = at[:-1][inner], at[1:][inner]
    lengths = end - begin + 1
    index = np.repeat(begin - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(
        lengths.sum()
    )
    shapes = shapely.linestrings(places[index], indices=np.repeat(np.arange(len(begin)), lengths))
    of = ways[way[begin]]
    return assemble(
        np.asarray(shapes, dtype=object),
        ends=(number[begin], number[end]),
        road_class=of[:, 0].astype(np.uint8),
        oneway=of[:, 1].astype(np.int8),
    )
