"""Lines cut at places along them: where others end on them, where others cross, where somebody lives."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from data.geo import EARTH_RADIUS_M

Shapes = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SNAP_M: Final = 1.0  # ends as near as this are one junction
_METRES_PER_DEGREE: Final = EARTH_RADIUS_M * np.pi / 180.0


def flat(shapes: Shapes, lat: float) -> Shapes:
    """Return lines in metres on a plane that holds near a latitude."""
    squeeze = max(float(np.cos(np.radians(lat))), 0.01) * _METRES_PER_DEGREE
    return np.asarray(shapely.transform(shapes, lambda xy: xy * [squeeze, _METRES_PER_DEGREE]), dtype=object)


def cut_lines(shapes: Shapes, line: Ints, along: Floats) -> tuple[Shapes, Ints]:
    """Return the pieces of all lines, in order along each, and the line that each is of.

    `along` says where a line is cut, as a share of its length strictly between 0 and 1; sorted by line, then
    along, and none twice.
    """
    hit, first = np.unique(line, return_index=True)
    if not len(hit):
        return shapes, np.arange(len(shapes), dtype=np.int64)
    many = np.ones(len(shapes), dtype=np.int64)
    shares = np.split(along, first[1:])
    made: list[Floats] = []
    for number, share in zip(hit.tolist(), shares, strict=True):
        made += _parts(shapely.get_coordinates(shapes[number]), share)
        many[number] = len(share) + 1
    of = np.repeat(np.arange(len(shapes), dtype=np.int64), many)
    pieces = shapes[of]
    sizes = np.array([len(one) for one in made])
    pieces[many[of] > 1] = shapely.linestrings(
        np.concatenate(made), indices=np.repeat(np.arange(len(made)), sizes)
    )
    return pieces, of


def _parts(xy: Floats, share: Floats) -> list[Floats]:
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    at = share * run[-1]
    cuts = np.column_stack([np.interp(at, run, xy[:, 0]), np.interp(at, run, xy[:, 1])])
    stops = [(0.0, xy[0]), *zip(at.tolist(), cuts, strict=True), (float(run[-1]), xy[-1])]
    return [
        np.vstack([[start], xy[(run > begin) & (run < end)], [stop]])
        for (begin, start), (end, stop) in pairwise(stops)
    ]


def spread(line: Ints, metres: Floats, length_m: Floats) -> tuple[Ints, Floats]:
    """Return the cuts at `metres` along lines as shares, sorted; none near an end or near another."""
    inside = (metres > SNAP_M) & (metres < length_m[line] - SNAP_M)
    line, metres = line[inside], metres[inside]
    order = np.lexsort((metres, line))
    line, metres = line[order], metres[order]
    keep = np.ones(len(line), dtype=np.bool_)
    keep[1:] = (line[1:] != line[:-1]) | (np.floor(metres[1:] / SNAP_M) != np.floor(metres[:-1] / SNAP_M))
    return line[keep], metres[keep] / length_m[line[keep]]


def at_meetings(shapes: Shapes, *, crossings: bool) -> tuple[Shapes, Ints]:
    """Return lines cut where others end on them and, with `crossings`, where others cross them.

    Crossings are cut only when that is asked for: a bridge is none.
    """
    plane = flat(shapes, float(shapely.get_coordinates(shapes)[:, 1].mean()))
    tree = shapely.STRtree(plane)
    both = np.concatenate([shapely.get_point(plane, 0), shapely.get_point(plane, -1)])
    ends = np.asarray(shapely.points(np.unique(shapely.get_coordinates(both), axis=0)), dtype=object)
    point, line = tree.query(ends, predicate="dwithin", distance=SNAP_M)
    places = ends[point]
    if crossings:
        one, other = tree.query(plane, predicate="crosses")
        met = shapely.intersection(plane[one], plane[other])
        parts, of = shapely.get_parts(met, return_index=True)
        points = shapely.get_type_id(parts) == 0  # what they share of their length is no crossing
        places = np.concatenate([places, parts[points]])
        line = np.concatenate([line, one[of[points]]])
    metres = shapely.line_locate_point(plane[line], places)
    return cut_lines(shapes, *spread(line, metres, shapely.length(plane)))


def junctions(ends: Floats) -> Ints:
    """Return the number of the junction of each end (lon, lat): ends within SNAP_M are one."""
    places, number = np.unique(np.round(ends, 7), axis=0, return_inverse=True)
    squeeze = max(float(np.cos(np.radians(places[:, 1].mean()))), 0.01)
    pairs = cKDTree(places * [squeeze, 1.0]).query_pairs(SNAP_M / _METRES_PER_DEGREE, output_type="ndarray")
    ones = np.ones(len(pairs), dtype=np.int8)
    near = sparse.csr_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(places), len(places)))
    _, cluster = csgraph.connected_components(near, directed=False)
    return np.asarray(cluster[number.ravel()], dtype=np.int64)
