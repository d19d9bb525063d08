"""A network fitted to a question: the edges that a vehicle can use, with a junction beside each place.

Without it a house would stand for its nearest corner, which may lie on the other side of a landslide, or on
a footpath that no car uses.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from layers.roads.network import FAR_M, FloatArray, IntArray, Mask, Network, Vehicle
from layers.roads.splitting import cut_lines, flat, spread


def fitted(network: Network, vehicle: Vehicle, lon: FloatArray, lat: FloatArray) -> Network:
    """Return the edges that a vehicle can use, cut where each place lies beside them."""
    if not vehicle.on_roads:
        return network
    usable = np.isfinite(network.seconds(vehicle))
    part = network if usable.all() else _only(network, usable)
    if not len(part) or not len(lon):
        return part
    middle = float(part.lat.mean())
    plane = flat(part.shapes, middle)
    places = flat(np.asarray(shapely.points(lon, lat), dtype=object), middle)
    place, edge = shapely.STRtree(plane).query_nearest(places, max_distance=FAR_M, all_matches=False)
    metres = shapely.line_locate_point(plane[edge], places[place])
    return _cut(part, *spread(edge.astype(np.int64), metres, shapely.length(plane)))


def _only(network: Network, edges: Mask) -> Network:
    """Return a network of some of the edges and of their junctions alone."""
    ends = np.concatenate([network.start[edges], network.end[edges]])
    kept, number = np.unique(ends, return_inverse=True)
    half = int(edges.sum())
    return Network(
        lon=network.lon[kept],
        lat=network.lat[kept],
        start=number[:half].astype(np.int32),
        end=number[half:].astype(np.int32),
        length_m=network.length_m[edges],
        road_class=network.road_class[edges],
        oneway=network.oneway[edges],
        shapes=network.shapes[edges],
    )


def _cut(network: Network, edge: IntArray, along: FloatArray) -> Network:
    """Return a network whose edges are cut at shares of their lengths, with a junction at each cut."""
    if not len(edge):
        return network
    pieces, of = cut_lines(network.shapes, edge, along)
    inner = np.flatnonzero(of[1:] == of[:-1])  # the pieces that end at a cut, in the order of the cuts
    start, end = network.start[of], network.end[of]
    cuts = network.junctions + np.arange(len(inner), dtype=np.int32)
    end[inner], start[inner + 1] = cuts, cuts
    places = shapely.get_coordinates(shapely.get_point(pieces[inner], -1))
    lengths = shapely.length(pieces)
    share = lengths / np.bincount(of, weights=lengths)[of]
    return replace(
        network,
        lon=np.concatenate([network.lon, places[:, 0]]),
        lat=np.concatenate([network.lat, places[:, 1]]),
        start=start,
        end=end,
        length_m=network.length_m[of] * share,
        road_class=network.road_class[of],
        oneway=network.oneway[of],
        shapes=pieces,
    )
