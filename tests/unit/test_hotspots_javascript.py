"""What the page makes of hotspots by itself: outlines, places on the ramp, the address, words for numbers."""

from __future__ import annotations

from itertools import product

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

from layers.hotspots import Kind
from tests.support.javascript import node_path, run

CELLS = ["auto", "x0.5", "x2", "750"]
BOXES = ["", "-71.2,42.2,-70.9,42.5"]
cells = st.sets(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def node() -> str:
    return node_path()


def _drawn(column: int, row: int, *, robust: bool) -> dict[str, object]:
    ring = [
        [column, row],
        [column + 1, row],
        [column + 1, row + 1],
        [column, row + 1],
        [column, row],
    ]
    return {
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "cell": f"500-{column}-{row}",
            "claim": True,
            "robust": robust,
            "edge": False,
            "fewer": False,
        },
    }


@settings(max_examples=5, deadline=None)
@given(batch=st.lists(st.tuples(cells, cells), min_size=15, max_size=15))
def test_outlines_are_the_borders_of_what_is_claimed(
    node: str, batch: list[tuple[set[tuple[int, int]], set[tuple[int, int]]]]
) -> None:
    script = """
    import { outlines } from './src/map/hotspot-cells.js';
    console.log(JSON.stringify(input.map((cells) => outlines(cells))));
    """
    asked = [[_drawn(*at, robust=at in strong) for at in sorted(claims | strong)] for claims, strong in batch]
    for (claims, strong), lines in zip(batch, run(node, script, asked), strict=True):
        drawn: dict[bool, BaseGeometry] = dict.fromkeys((True, False), shapely.MultiLineString())
        for line in lines:
            drawn[line["properties"]["robust"]] = shapely.geometry.shape(line["geometry"])
        all_of = shapely.union_all([box(x, y, x + 1, y + 1) for x, y in claims | strong]).boundary
        bold = shapely.union_all([box(x, y, x + 1, y + 1) for x, y in strong]).boundary
        # Bold all round what is robust; thin round the rest, wherever it is not bold already.
        assert drawn[True].length == pytest.approx(bold.length)
        assert shapely.symmetric_difference(drawn[True], bold).length == pytest.approx(0)
        assert drawn[False].length == pytest.approx(all_of.difference(bold).length)


@settings(max_examples=5, deadline=None)
@given(at=st.lists(st.tuples(st.floats(-1, 6), st.floats(-1, 6)), min_size=40, max_size=40))
def test_a_place_is_in_a_hotspot_where_shapely_says_so(node: str, at: list[tuple[float, float]]) -> None:
    script = """
    import { holds } from './src/map/hotspot-cells.js';
    console.log(JSON.stringify(input.at.map((place) => holds(input.geometry, place))));
    """
    ring = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 3, 3).exterior])
    geometry = MultiPolygon([ring, box(4.5, 4.5, 5.5, 5.5)])
    said = run(node, script, {"at": at, "geometry": mapping(geometry)})
    for place, inside in zip(at, said, strict=True):
        if geometry.boundary.distance(Point(place)) > 1e-9:
            assert inside is geometry.contains(Point(place))


@settings(max_examples=5, deadline=None)
@given(zs=st.lists(st.floats(-5, 60), min_size=30, max_size=30))
def test_a_higher_z_never_stands_lower_on_the_ramp(node: str, zs: list[float]) -> None:
    script = """
    import { placeOfZ } from './src/map/hotspot-cells.js';
    console.log(JSON.stringify(input.map(placeOfZ)));
    """
    places = run(node, script, sorted(zs))
    assert places == sorted(places)
    assert all(0 <= place <= 1 for place in places)


def test_only_what_passed_a_test_is_drawn_as_a_claim(node: str) -> None:
    script = """
    import { drawnCells } from './src/map/hotspot-cells.js';
    const geometry = { type: 'Polygon', coordinates: [] };
    const looks = (properties, id) => drawnCells('gi_star', [{ id, geometry, properties }])[0]?.properties;
    console.log(JSON.stringify(input.map((cell, id) => looks(cell, id) ?? null)));
    """
    weak = {"z": 9.0, "claim": False, "robust": 3, "edge": False}
    strong, quiet, single = (
        weak | {"claim": True},
        weak | {"z": 1.0},
        weak | {"claim": True, "robust": 1},
    )
    drawn = run(node, script, [weak, strong, quiet, single])
    assert (drawn[0]["claim"], drawn[0]["robust"]) == (False, False)
    assert (drawn[1]["claim"], drawn[1]["robust"]) == (True, True)
    assert drawn[2] is None
    assert (drawn[3]["claim"], drawn[3]["robust"]) == (True, False)


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bbox", BOXES)
def test_the_address_brings_a_surface_back(
    address: dict[str, list[str]], kind: str, cell: str, bbox: str
) -> None:
    text, again, layer = address[f"{kind}/{cell}/{bbox}"]
    assert text.startswith(kind)
    assert again == text
    assert layer == ("density" if kind == "density" else "hotspots")


@pytest.fixture(scope="module")
def address(node: str) -> dict[str, list[str]]:
    """Return, for every choice, what the address says, what that says when read, and which layer is on."""
    script = """
    import { optionsText, parseOptions } from './src/map/hotspot-options.js';
    const on = (name) => ({ density: name === 'density', hotspots: name === 'hotspots' });
    console.log(JSON.stringify(Object.fromEntries(input.map(([kind, cell, bbox]) => {
      const layers = on(kind === 'density' ? 'density' : 'hotspots');
      const text = optionsText({ kind, against: 'weeks', cell, bbox }, layers);
      const read = parseOptions(text);
      return [`${kind}/${cell}/${bbox}`, [text, optionsText(read.options, on(read.layer)), read.layer]];
    }))));
    """
    kinds = [kind.value for kind in Kind]
    found: dict[str, list[str]] = run(node, script, list(product(kinds, CELLS, BOXES)))
    return found


def test_nonsense_in_the_address_is_the_plain_choice(node: str) -> None:
    script = """
    import { parseOptions } from './src/map/hotspot-options.js';
    console.log(JSON.stringify(input.map(parseOptions)));
    """
    nothing, bad = run(node, script, ["<script>", "difference:never:-5:1,2,3:<b>"])
    assert nothing is None
    plain = {"against": "previous", "cell": "auto", "bbox": "", "exposure": ""}
    assert bad["options"] == {"kind": "difference", **plain}


def test_numbers_are_said_with_no_more_digits_than_they_have(node: str) -> None:
    script = """
    import { chance, interval, number, times, trendText } from './src/map/hotspot-words.js';
    console.log(JSON.stringify([
      ...[0, 0.0032, 0.4, null].map(chance), ...[2.649, 31.4, null].map(times),
      interval(1.7, 3.84), interval(null, null), ...[9.14, 1284].map(number),
      ...['new', 'cold_new', 'none'].map(trendText),
    ]));
    """
    assert run(node, script, None) == [
        "below 0.001",
        "0.003",
        "0.40",
        "unknown",
        "2.6×",
        "31×",
        "new",
        "1.7 to 3.8×",
        "",
        "9.1",
        "1,284",
        "new (hot in the last step only)",
        "new cold spot (cold in the last step only)",
        "none found",
    ]


def test_filtering_to_one_cell_keeps_to_what_is_drawn_and_to_the_cell(node: str) -> None:
    script = """
    import { clippedText, shapeRings } from './src/map/shapes.js';
    console.log(JSON.stringify(input[0].map((text) => [shapeRings(text), clippedText(text, input[1])])));
    """
    cell = (-71.1, 42.3, -71.05, 42.35)
    drawn = [
        "r:-71.08,42.2,-71,42.33",  # over two sides
        "r:-72,42,-70,43",  # the cell and more
        "r:-71.09,42.31,-71.06,42.34",  # within it
        "r:-71,42.3,-70.9,42.35",  # beside it
        "p:-71.12,42.29;-71.03,42.29;-71.03,42.36;-71.07,42.31;-71.12,42.36",  # bent: two tips reach beyond
        "c:-71.1,42.3,2000",
        "r:-71.2,42.2,-71.09,42.31|r:-71.06,42.34,-71,42.4",
    ]
    for rings, clipped in run(node, script, [drawn, cell]):
        wanted = shapely.intersection(
            shapely.union_all([shapely.Polygon(ring) for ring in rings]), shapely.box(*cell)
        )
        texts = [each.removeprefix("p:").split(";") for each in clipped.split("|") if each]
        parts = [
            shapely.Polygon([[float(number) for number in corner.split(",")] for corner in each])
            for each in texts
        ]
        got = shapely.union_all([shapely.make_valid(part) for part in parts])
        assert shapely.area(shapely.symmetric_difference(got, wanted)) < 5e-8  # of 2.5e-3 square degrees
