"""Vector tiles, decoded by other people's decoders and compared with a plain loop over the reports."""

from __future__ import annotations

from collections import Counter, defaultdict

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from data.errors import BadFilter
from data.geo import CELL_BITS, mercator, morton
from data.mirror import UNLOCATED
from data.model import LonLat
from layers import incidents, sites
from layers.tiles import EXTENT, TileAddress, mvt, outlines, pyramid, spots
from layers.tiles.address import BUFFER, GRID_BITS
from tests.support.frames import CITY, TYPES, Row, rows, sites_of, view_of

CITY_TILE = {
    z: TileAddress(z, *(int(v) >> (CELL_BITS - z) for v in mercator(CITY.lon, CITY.lat))) for z in range(23)
}


def _decoded(tile: bytes) -> dict:
    return mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True}) if tile else {}


def _features(tile: bytes, layer: str) -> list[dict]:
    return _decoded(tile).get(layer, {}).get("features", [])


def _local(row: Row, address: TileAddress) -> tuple[int, int]:
    x, y = mercator(row.place.lon, row.place.lat)
    left, top = address.origin
    return int((x - left) * EXTENT // address.span), int((y - top) * EXTENT // address.span)


def _on_tile(at: tuple[float, float]) -> bool:
    return all(-BUFFER <= value < EXTENT + BUFFER for value in at)


def _display_cell(row: Row, address: TileAddress) -> int:
    return row.cell >> (2 * (CELL_BITS - address.z - GRID_BITS))


def _expected(made: list[Row], address: TileAddress) -> tuple[list[tuple], dict[int, tuple]]:
    """Return clusters as (x, y, n, sev, hi), and points by fid as (x, y, n, row): the rule, said plainly."""
    cells: dict[int, list[Row]] = defaultdict(list)
    for row in made:
        if row.place is not None and row.scope != 3:
            cells[_display_cell(row, address)].append(row)
    clusters, points = [], {}
    counted = address.z <= pyramid.LAST_COUNTED_ZOOM
    for members in cells.values():
        if counted and len(members) > pyramid.max_loose(address.z):
            at = np.array([[int(v) for v in mercator(r.place.lon, r.place.lat)] for r in members])
            x, y = np.floor((at.mean(axis=0) - address.origin) * EXTENT / address.span).astype(int)
            if _on_tile((x, y)):
                high = sum(r.severity >= 5 for r in members)
                clusters.append((x, y, len(members), max(r.severity for r in members), high))
            continue
        by_spot: dict[int, list[Row]] = defaultdict(list)
        for row in members:
            by_spot[row.cell].append(row)
        for same in by_spot.values():
            front = max(same, key=lambda r: (r.severity, r.occurred_ms, -r.fid))
            if _on_tile(_local(front, address)):
                points[front.fid] = (*_local(front, address), len(same), front)
    return clusters, points


@given(rows(), st.sampled_from([0, 3, 7, 10, 13, 14, 16, 22]))
@settings(max_examples=60)
def test_a_tile_holds_exactly_what_the_rule_says(made, z):
    address = CITY_TILE[z]
    tile = incidents.tile(view_of(made), address)
    clusters, points = _expected(made, address)
    found = [
        (*f["geometry"]["coordinates"], f["properties"]["n"], f["properties"]["sev"], f["properties"]["hi"])
        for f in _features(tile, "clusters")
    ]
    assert Counter(found) == Counter(clusters)
    drawn = {f["id"]: f for f in _features(tile, "points")}
    assert set(drawn) == set(points)
    for fid, (x, y, n, row) in points.items():
        entry = TYPES[row.type - 1]
        expected = {
            "type": entry.root,
            "code": entry.code,
            "glyph": entry.glyph,
            "sev": row.severity,
            "st": row.status,
            "loc": row.located_by,
            "n": n,
        }
        if row.accuracy_m is not None:
            expected["acc"] = int(np.ceil(np.float32(row.accuracy_m)))
        assert drawn[fid]["geometry"]["coordinates"] == [x, y]
        assert drawn[fid]["properties"] == expected


@given(
    rows(most=80, located=True),
    st.sampled_from([5, 9, 11, 13, 15]),
    st.sampled_from([(1, 0), (0, 1), (1, 1)]),
)
def test_neighbouring_tiles_agree_about_what_stands_in_both(made, z, step):
    view, here = view_of(made), CITY_TILE[z]
    there = TileAddress(z, here.x + step[0], here.y + step[1])
    shift = (step[0] * EXTENT, step[1] * EXTENT)

    def seen(address: TileAddress, move: tuple[int, int]) -> set[tuple]:
        tile = incidents.tile(view, address)
        features = [(layer, f) for layer in ("clusters", "points") for f in _features(tile, layer)]
        return {
            (
                layer,
                f["geometry"]["coordinates"][0] + move[0],
                f["geometry"]["coordinates"][1] + move[1],
                tuple(sorted(f["properties"].items())),
            )
            for layer, f in features
        }

    ours, theirs = seen(here, (0, 0)), seen(there, shift)

    def shared(feature: tuple) -> bool:
        _, x, y, _ = feature
        return _on_tile((x, y)) and _on_tile((x - shift[0], y - shift[1]))

    assert {f for f in ours if shared(f)} == {f for f in theirs if shared(f)}


@given(rows(), st.integers(0, 13))
def test_no_report_is_lost_between_the_tiles_of_a_zoom(made, z):
    view = view_of(made)
    wanted = [row for row in made if row.place is not None and row.scope != 3]
    tiles = {
        TileAddress(z, *(int(v) >> (CELL_BITS - z) for v in mercator(r.place.lon, r.place.lat)))
        for r in wanted
    }
    total = 0
    for address in tiles:
        tile = incidents.tile(view, address)
        for layer in ("clusters", "points"):
            for feature in _features(tile, layer):
                inside = all(0 <= value < EXTENT for value in feature["geometry"]["coordinates"])
                total += feature["properties"]["n"] * inside
    assert total == len(wanted)


def test_the_answer_does_not_depend_on_the_order_in_which_reports_came():
    made = [Row(fid=n, severity=n % 7, place=LonLat(-71.06 + n % 5 * 1e-4, 42.36)) for n in range(1, 40)]
    tiles = [incidents.tile(view_of(order), CITY_TILE[z]) for z in (9, 15) for order in (made, made[::-1])]
    assert tiles[0] == tiles[1]
    assert tiles[2] == tiles[3]


def test_crowded_places_are_thinned_by_lot_and_newcomers_push_out_their_like_only():
    random = np.random.default_rng(7)
    address = CITY_TILE[14]
    left, top = address.origin
    xy = random.integers(0, address.span >> GRID_BITS, (1_000, 2)) + np.array([left, top])
    cells = np.sort(morton(*xy.T))
    keep = spots.thin(cells, shift=address.shift)
    assert keep.sum() == spots.MAX_SPOTS
    # The lot belongs to the place: leaving out what is not drawn changes nothing of what is.
    np.testing.assert_array_equal(cells[keep], cells[keep][spots.thin(cells[keep], shift=address.shift)])
    # Drawn evenly: the kept ones lie all over the cell, not in the corner that sorts last.
    assert 0.3 < np.flatnonzero(keep).mean() / len(cells) < 0.7


def test_severity_then_recency_decides_who_stands_for_a_spot():
    made = [
        Row(fid=1, severity=2, occurred_ms=100),
        Row(fid=2, severity=5, occurred_ms=50),
        Row(fid=3, severity=5, occurred_ms=90),
        Row(fid=4, severity=5, occurred_ms=90),
    ]
    (feature,) = _features(incidents.tile(view_of(made), CITY_TILE[15]), "points")
    assert (feature["id"], feature["properties"]["n"]) == (3, 4)


def test_an_empty_tile_is_no_bytes_and_the_unlocated_are_on_none():
    view = view_of([Row(fid=1, place=None), Row(fid=2, scope=3)])
    assert all(incidents.tile(view, CITY_TILE[z]) == b"" for z in (0, 8, 14, 18))
    assert view.frame.cell.tolist().count(UNLOCATED) == 1


@pytest.mark.parametrize(
    ("z", "x", "y"), [(-1, 0, 0), (0, 1, 0), (23, 0, 0), (3, 8, 0), (3, 0, -1), (10**30, 0, 0)]
)
def test_a_tile_that_is_not_in_the_scheme_is_refused(z, x, y):
    with pytest.raises(BadFilter):
        TileAddress(z, x, y)


# ── lines and polygons ───────────────────────────────────────────────────────────────────────────


def _ring(draw: st.DrawFn) -> Polygon:
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    angle = np.sort(random.uniform(0, 2 * np.pi, 9))
    reach = random.uniform(0.02, 0.3, 9)
    return Polygon(np.column_stack([-71.06 + reach * np.cos(angle), 42.36 + reach * np.sin(angle)]))


polygons = st.composite(_ring)()


@given(polygons, st.sampled_from([6, 9, 11, 13]))
@example(box(-71.5, 42.0, -70.5, 42.6).difference(box(-71.1, 42.3, -71.0, 42.4)), 9)
@example(MultiPolygon([box(-71.2, 42.3, -71.1, 42.4), box(-71.0, 42.3, -70.9, 42.4)]), 8)
def test_polygons_are_drawn_where_they_are_and_by_the_winding_rule(shape, z):
    shape = shapely.make_valid(shape)
    address = CITY_TILE[z]
    row = Row(fid=1, place=LonLat(*shape.representative_point().coords[0]), shape=shape)
    features = _features(incidents.tile(view_of([row]), address), "shapes")
    left, top = address.origin
    on_map = shapely.transform(
        shape, lambda at: (np.column_stack(mercator(*at.T)) - [left, top]) * (EXTENT / address.span)
    )
    frame = box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    expected = on_map.intersection(frame)
    drawn = (
        shapely.make_valid(
            shapely.from_geojson(shapely.to_geojson(shapely.geometry.shape(features[0]["geometry"])))
        )
        if features
        else Polygon()
    )
    assert drawn.symmetric_difference(expected).area <= 2.0 * expected.length + 4
    if features:
        assert features[0]["id"] == 1


def test_a_ring_outside_is_clockwise_on_the_screen_and_a_hole_is_not():
    holed = box(-71.5, 42.0, -70.5, 42.6).difference(box(-71.1, 42.3, -71.0, 42.4))
    drawn = outlines.draw(view_of([Row(fid=1, shape=holed)]).frame.shapes.on_map[0], CITY_TILE[7])
    assert drawn is not None
    areas = [_signed(ring) for ring in _rings(drawn.commands)]
    assert [area > 0 for area in areas] == [True, False]


def _rings(commands) -> list[np.ndarray]:
    numbers, place, pen, rings = list(commands), 0, np.zeros(2, dtype=int), []
    while place < len(numbers):
        command, count = numbers[place] & 7, numbers[place] >> 3
        place += 1
        if command == 1:
            rings.append([])
        for _ in range(count if command != 7 else 0):
            step = [(v >> 1) ^ -(v & 1) for v in numbers[place : place + 2]]
            pen, place = pen + step, place + 2
            rings[-1].append(pen)
    return [np.array(ring) for ring in rings]


def _signed(ring: np.ndarray) -> float:
    following = np.roll(ring, -1, axis=0)
    return float((ring[:, 0] * following[:, 1] - following[:, 0] * ring[:, 1]).sum())


def test_a_line_is_drawn_as_a_line_and_a_hidden_one_not_at_all():
    road = LineString([(-71.2, 42.3), (-71.06, 42.36), (-70.9, 42.4)])
    made = [Row(fid=1, shape=road), Row(fid=2, shape=road, scope=3)]
    (feature,) = _features(incidents.tile(view_of(made), CITY_TILE[9]), "shapes")
    assert (feature["id"], feature["geometry"]["type"]) == (1, "LineString")
    assert len(feature["geometry"]["coordinates"]) == 3


# ── the encoding itself ──────────────────────────────────────────────────────────────────────────


@given(
    st.lists(
        st.tuples(
            st.integers(-BUFFER, EXTENT + BUFFER - 1),
            st.integers(-BUFFER, EXTENT + BUFFER - 1),
            st.integers(0, 2**52 - 1),
            st.none() | st.integers(-5, 10**12),
            st.none() | st.text(max_size=12).filter(lambda s: s.isprintable()),
            st.none() | st.floats(allow_nan=False),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_what_is_written_is_what_a_decoder_reads(points):
    x, y, ids, whole, words, real = (list(column) for column in zip(*points, strict=True))

    def tags(key: str, values: list) -> mvt.Tags:
        distinct = list(dict.fromkeys(v for v in values if v is not None))
        index = [-1 if v is None else distinct.index(v) for v in values]
        return mvt.Tags(key, distinct, np.array(index, dtype=np.int64))

    layer = mvt.point_layer(
        "points",
        np.array(x),
        np.array(y),
        tags=[tags("whole", whole), tags("words", words), tags("real", real)],
        ids=np.array(ids),
    )
    decoded = _features(layer, "points")
    assert [f["geometry"]["coordinates"] for f in decoded] == [[a, b] for a, b in zip(x, y, strict=True)]
    assert [f["id"] for f in decoded] == ids
    for name, values in (("whole", whole), ("words", words), ("real", real)):
        assert [f["properties"].get(name) for f in decoded] == values


def test_gdal_reads_the_tile_too(tmp_path):
    pyogrio = pytest.importorskip("pyogrio")
    if "MVT" not in pyogrio.list_drivers():
        pytest.skip("this GDAL has no MVT driver")
    made = [Row(fid=n, place=LonLat(-71.06 + n * 1e-4, 42.36)) for n in range(1, 6)]
    path = tmp_path / "tile.mvt"
    path.write_bytes(incidents.tile(view_of(made), CITY_TILE[15]))
    frame = pyogrio.read_dataframe(f"MVT:{path}", layer="points")
    # GDAL leaves out what lies in the buffer.
    inside = [f for f in _features(path.read_bytes(), "points") if max(f["geometry"]["coordinates"]) < EXTENT]
    assert sorted(frame["mvt_id"]) == sorted(f["id"] for f in inside)
    assert len(inside) > 1
    assert set(frame["code"]) == {"fire"}


# ── sites ────────────────────────────────────────────────────────────────────────────────────────


@given(
    st.lists(st.builds(LonLat, st.floats(-71.2, -70.9), st.floats(42.2, 42.5)), max_size=40),
    st.sampled_from([4, 9, 12, 15]),
)
def test_every_site_is_drawn_or_counted(places, z):
    frame = sites_of(places)
    chosen = sites.choose(frame, np.array([False, True]), sites.SiteFilter())
    tiles = {TileAddress(z, *(int(v) >> (CELL_BITS - z) for v in mercator(at.lon, at.lat))) for at in places}
    drawn, counted = [], 0
    for address in tiles:
        tile = sites.tile(chosen, address)
        inside = [
            f
            for layer in ("sites", "site_clusters")
            for f in _features(tile, layer)
            if all(0 <= value < EXTENT for value in f["geometry"]["coordinates"])
        ]
        drawn += [f["id"] for f in inside if "kind" in f["properties"]]
        counted += sum(f["properties"]["n"] for f in inside if "n" in f["properties"])
    assert len(drawn) + counted == len(places)
    assert len(set(drawn)) == len(drawn)


def test_sites_have_names_from_zoom_eleven_and_hidden_ones_are_nowhere():
    frame = sites_of([CITY])
    shown = sites.choose(frame, np.array([False, True]), sites.SiteFilter())
    hidden = sites.choose(frame, np.array([False, False]), sites.SiteFilter())
    far, near = (_features(sites.tile(shown, CITY_TILE[z]), "sites")[0]["properties"] for z in (10, 11))
    assert near == {**far, "name": "Site"}
    assert far == {"kind": "substation", "sector": "energy", "glyph": "substation", "status": 0}
    assert sites.tile(hidden, CITY_TILE[11]) == b""
    other = sites.choose(frame, np.array([False, True]), sites.SiteFilter.parse(sector="water"))
    assert sites.tile(other, CITY_TILE[11]) == b""


def test_a_status_that_is_none_is_refused():
    with pytest.raises(BadFilter):
        sites.SiteFilter.parse(status="purple")
    assert sites.SiteFilter.parse(status="red,1") == sites.SiteFilter(statuses=frozenset({3, 1}))
