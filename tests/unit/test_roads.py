"""Roads: what closes them, who is cut off, and which reopening frees most; against brute force."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csgraph

from dashboard.cli import main
from dashboard.cli.reach_files import closures_in, points_in
from data.errors import Forbidden, Invalid, UnreadableFile
from data.model import LonLat, Role, StoreKind, Tlp
from data.store import Store
from layers.roads.closures import Cause, Closure, cut
from layers.roads.fitting import fitted
from layers.roads.legs import hours_between
from layers.roads.network import RESIDENTIAL, Network, Vehicle, graph
from layers.roads.reach import People, Reach, isochrone, nearest_target, pockets, reach
from layers.roads.reading import assemble, joined, read_network
from layers.roads.reopenings import reopenings

STEP = 0.01  # degrees between junctions: about a kilometre, far beyond what a closure reaches


def _at(junction: int) -> tuple[float, float]:
    return (junction % 4 * STEP, junction // 4 * STEP)


def _network(edges: Sequence[tuple[int, int]], oneway: Sequence[int] | None = None) -> Network:
    lines = np.array([shapely.LineString([_at(a), _at(b)]) for a, b in edges], dtype=object)
    way = np.array(oneway if oneway is not None else [0] * len(edges), dtype=np.int8)
    ends = (np.array([a for a, _ in edges]), np.array([b for _, b in edges]))
    return assemble(lines, ends=ends, road_class=np.full(len(edges), RESIDENTIAL, np.uint8), oneway=way)


def _people(junctions: Sequence[int]) -> People:
    lon, lat = np.array([_at(one) for one in junctions], dtype=float).reshape(-1, 2).T
    return People(lon, lat, np.ones(len(junctions)))


def _on(edges: Sequence[tuple[int, int]], chosen: Sequence[int], name: str) -> Closure:
    """Return a closure in the middle of each chosen edge: edges that share a middle are closed with it."""
    points = [shapely.Point(np.mean([_at(edges[n][0]), _at(edges[n][1])], axis=0)) for n in chosen]
    return Closure(name, name, shapely.MultiPoint(points))


PAIRS = [(a, b) for a, b in itertools.combinations(range(8), 2)]
small = st.lists(st.sampled_from(PAIRS), min_size=1, max_size=14, unique=True)
ways = st.lists(st.sampled_from([-1, 0, 1]), min_size=14, max_size=14)
closed = st.lists(st.lists(st.integers(0, 13), min_size=1, max_size=4), max_size=4)


def _brute(network: Network, usable: np.ndarray, base: int) -> set[tuple[float, float]]:
    """Return the places of the junctions that are reached, by walking edge after edge."""
    seen = {base}
    grown = True
    while grown:
        grown = False
        for edge in np.flatnonzero(usable).tolist():
            a, b, way = int(network.start[edge]), int(network.end[edge]), int(network.oneway[edge])
            for tail, head, allowed in ((a, b, way >= 0), (b, a, way <= 0)):
                if allowed and tail in seen and head not in seen:
                    seen.add(head)
                    grown = True
    return {(round(float(network.lon[n]), 6), round(float(network.lat[n]), 6)) for n in seen}


@given(small, ways, closed)
def test_who_is_reached_and_what_a_reopening_frees_agree_with_brute_force(
    edges: list[tuple[int, int]], way: list[int], shut: list[list[int]]
) -> None:
    network = _network(edges, way[: len(edges)])
    closures = [
        _on(edges, [n % len(edges) for n in chosen], f"c{number}") for number, chosen in enumerate(shut)
    ]
    used = sorted({one for edge in edges for one in edge})
    people, base = _people(used), LonLat(*_at(used[0]))
    start = int(network.nearest(base.lon, base.lat)[0][0])

    def reached_without(lifted: set[int]) -> set[tuple[float, float]]:
        left = [one for number, one in enumerate(closures) if number not in lifted]
        return _brute(network, np.isfinite(cut(network, left, Vehicle.CAR)), start)

    found = reach(
        network, cut(network, closures, Vehicle.CAR), bases=[base], people=people, vehicle=Vehicle.CAR
    )
    before = reached_without(set())
    assert {tuple(np.round(_at(used[n]), 6)) for n in np.flatnonzero(found.reached)} == before
    gains = {n: len(reached_without({n}) - before) for n in range(len(closures))}
    best = reopenings(network, closures=closures, bases=[base], people=people, vehicle=Vehicle.CAR, most=1)
    if max(gains.values(), default=0) > 0:
        assert best[0].people == max(gains.values())
        assert best[0].closures == (f"c{max(gains, key=lambda n: (gains[n], -n))}",)
    elif best:
        together = {int(name[1:]) for name in best[0].closures}
        assert len(together) > 1
        assert best[0].people == len(reached_without(together) - before) > 0
    else:
        sets = [set(s) for size in (2, 3) for s in itertools.combinations(range(len(closures)), size)]
        assert all(reached_without(one) == before for one in sets)


@given(small, ways, closed)
def test_each_next_reopening_frees_what_brute_force_frees_and_at_last_as_many_as_all(
    edges: list[tuple[int, int]], way: list[int], shut: list[list[int]]
) -> None:
    network = _network(edges, way[: len(edges)])
    closures = [_on(edges, [n % len(edges) for n in chosen], f"c{n}") for n, chosen in enumerate(shut)]
    used = sorted({one for edge in edges for one in edge})
    people, base = _people(used), LonLat(*_at(used[0]))
    start = int(network.nearest(base.lon, base.lat)[0][0])

    def reached(lifted: set[str]) -> int:
        left = [one for one in closures if one.id not in lifted]
        return len(_brute(network, np.isfinite(cut(network, left, Vehicle.CAR)), start))

    made = reopenings(network, closures=closures, bases=[base], people=people, vehicle=Vehicle.CAR, most=9)
    before, lifted = reached(set()), set[str]()
    for one in made:
        left = {each.id for each in closures} - lifted
        best = max(reached(lifted | {each}) for each in left) - reached(lifted)
        assert one.people == reached(lifted | set(one.closures)) - reached(lifted) > 0
        assert len(one.closures) > 1 if best == 0 else one.people == best
        lifted |= set(one.closures)
        assert one.cumulative_people == reached(lifted) - before
    rest = [each.id for each in closures if each.id not in lifted]
    if len(rest) <= 3:
        assert reached(lifted) == reached({each.id for each in closures})


@given(small, closed)
def test_more_closures_never_reach_more(edges: list[tuple[int, int]], shut: list[list[int]]) -> None:
    network = _network(edges)
    closures = [_on(edges, [n % len(edges) for n in chosen], str(i)) for i, chosen in enumerate(shut)]
    used = sorted({one for edge in edges for one in edge})
    people, base = _people(used), LonLat(*_at(used[0]))
    times = [
        reach(
            network, cut(network, closures[:n], Vehicle.CAR), bases=[base], people=people, vehicle=Vehicle.CAR
        ).seconds
        for n in range(len(closures) + 1)
    ]
    assert all((later >= sooner).all() for sooner, later in itertools.pairwise(times))


def test_a_chain_says_its_pocket_its_reopenings_and_the_way_to_shelter() -> None:
    edges = [(0, 1), (1, 2), (2, 3)]
    network = _network(edges)
    closures = [_on(edges, [1], "slide"), _on(edges, [2], "tree")]
    people, base = _people([1, 2, 3]), LonLat(*_at(0))
    seconds = cut(network, closures, Vehicle.CAR)
    found = reach(network, seconds, bases=[base], people=people, vehicle=Vehicle.CAR)
    assert found.reached.tolist() == [True, False, False]
    assert found.seconds[0] == pytest.approx(network.length_m[0] / (30 / 3.6), rel=1e-6)
    parts = pockets(network, seconds, found=found, people=people, vehicle=Vehicle.CAR)
    assert [part.places.tolist() for part in parts] == [[1], [2]]
    assert all(part.outline.area > 0 for part in parts)
    first, second = reopenings(network, closures=closures, bases=[base], people=people, vehicle=Vehicle.CAR)
    assert (first.closures, first.people) == (("slide",), 1.0)
    assert (second.closures, second.cumulative_people) == (("tree",), 2.0)
    to_shelter, which = nearest_target(network, seconds, targets=[base], people=people, vehicle=Vehicle.CAR)
    assert which.tolist() == [0, -1, -1]
    assert to_shelter[0] == pytest.approx(found.seconds[0])
    walk = reach(
        network, cut(network, closures, Vehicle.FOOT), bases=[base], people=people, vehicle=Vehicle.FOOT
    )
    assert walk.reached.all()
    flooded = [Closure("w", "w", shapely.box(0.012, -0.001, 0.018, 0.001), Cause.FLOOD)]
    wet = {v: np.isfinite(cut(network, flooded, v)).tolist() for v in (Vehicle.CAR, Vehicle.HIGH_CLEARANCE)}
    assert wet == {Vehicle.CAR: [True, False, True], Vehicle.HIGH_CLEARANCE: [True, True, True]}


def test_two_closures_that_only_help_together_are_named_together() -> None:
    edges = [(0, 1), (1, 2)]
    network = _network(edges)
    closures = [_on(edges, [1], "a"), _on(edges, [1], "b")]
    best = reopenings(
        network, closures=closures, bases=[LonLat(*_at(0))], people=_people([2]), vehicle=Vehicle.CAR
    )
    assert [(one.closures, one.people) for one in best] == [(("a", "b"), 1.0)]


def test_an_isochrone_holds_what_is_reached_in_time_and_a_boat_goes_straight() -> None:
    network = _network([(0, 1), (1, 2), (2, 3)])
    seconds = network.seconds(Vehicle.CAR)
    minutes = float(seconds[0]) / 60 * 1.5
    area = isochrone(network, seconds, base=LonLat(*_at(0)), minutes=minutes, vehicle=Vehicle.CAR)
    assert [area.covers(shapely.Point(_at(n))) for n in range(4)] == [True, True, False, False]
    boat = reach(network, seconds, bases=[LonLat(*_at(0))], people=_people([3]), vehicle=Vehicle.BOAT)
    assert boat.seconds[0] == pytest.approx(3_335.8 / 10.3, rel=1e-2)


def _read(folder: Path, lines: Sequence[Sequence[tuple[float, float]]], **columns: list[object]) -> Path:
    path = folder / "lines.geojson"
    shapes = [shapely.LineString(line) for line in lines]
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(path)
    return path


def test_lines_without_node_ids_meet_where_their_ends_lie_together(tmp_path: Path) -> None:
    lines = [[(0, 0), (1e-3, 0)], [(1e-3 + 4e-6, 1e-9), (2e-3, 0)]]  # half a metre apart
    network = read_network(_read(tmp_path, lines, oneway=["yes", "no"])).network
    assert (network.junctions, network.oneway.tolist()) == (3, [1, 0])


def test_a_line_that_ends_on_another_meets_it_and_one_that_crosses_only_when_asked(tmp_path: Path) -> None:
    path = _read(
        tmp_path, [[(0, 0), (0.01, 0)], [(0.004, 0), (0.004, 0.01)], [(0.007, -0.01), (0.007, 0.01)]]
    )
    bridge, crossing = read_network(path).network, read_network(path, crossings=True).network
    assert (len(bridge), bridge.junctions) == (4, 6)
    assert (len(crossing), crossing.junctions) == (6, 7)
    assert crossing.length_m.sum() == pytest.approx(bridge.length_m.sum())


def test_node_ids_keep_a_bridge_apart_from_the_road_below(tmp_path: Path) -> None:
    lines = [[(0, 0), (0.01, 0)], [(0.01, 0), (0.02, 0)]]
    path = _read(tmp_path, lines, FromNode=[1.0, 7.0], ToNode=[2.0, 3.0], Direction=["1", "-1"])
    network = read_network(path).network
    assert (network.junctions, network.oneway.tolist()) == (4, [1, -1])


def _asked(
    network: Network, closures: Sequence[Closure], house: tuple[float, float], vehicle: Vehicle
) -> Reach:
    people = People(np.array([house[0]]), np.array([house[1]]), np.ones(1))
    base = LonLat(0.0, 0.0)
    ways = fitted(network, vehicle, np.append(people.lon, base.lon), np.append(people.lat, base.lat))
    return reach(ways, cut(ways, closures, vehicle), bases=[base], people=people, vehicle=vehicle)


def test_a_house_beyond_the_slide_is_cut_off_though_its_nearest_corner_is_not(tmp_path: Path) -> None:
    lines = [[(0, 0), (0.01, 0)], [(0.01, 0), (0.02, 0)], [(0.01, 0), (0.01, 0.004)]]
    network = read_network(_read(tmp_path, lines)).network
    slide = [Closure("slide", "slide", shapely.Point(0.01, 0.0009))]
    beyond, before = (0.0101, 0.00162), (0.0101, 0.0004)
    assert _asked(network, slide, beyond, Vehicle.CAR).cut_off.all()
    assert _asked(network, slide, before, Vehicle.CAR).reached.all()
    open_road = _asked(network, [], before, Vehicle.CAR).seconds[0]
    assert _asked(network, slide, before, Vehicle.CAR).seconds[0] == pytest.approx(open_road)
    along_m = (0.01 + 0.0004) * 111_195
    assert open_road == pytest.approx(along_m / (30 / 3.6) + 0.0001 * 111_195 / 1.2, rel=0.01)


def test_a_house_beside_a_footpath_is_reached_by_the_road_behind_it(tmp_path: Path) -> None:
    lines = [[(0, 0), (0.01, 0)], [(0.004, 0.0005), (0.006, 0.0005)]]
    network = read_network(_read(tmp_path, lines, highway=["residential", "footway"])).network
    assert _asked(network, [], (0.005, 0.0004), Vehicle.CAR).reached.all()


@given(small, ways, st.lists(st.tuples(st.floats(0, 3), st.floats(0, 1)), min_size=1, max_size=6))
def test_junctions_beside_places_change_no_way_and_no_length(
    edges: list[tuple[int, int]], way: list[int], places: list[tuple[float, float]]
) -> None:
    network = _network(edges, way[: len(edges)])
    lon, lat = STEP * np.array(places).T
    more = fitted(network, Vehicle.CAR, lon, lat)
    assert more.length_m.sum() == pytest.approx(network.length_m.sum())
    one, other = (
        csgraph.dijkstra(
            graph(each, each.seconds(Vehicle.CAR), Vehicle.CAR), indices=range(network.junctions)
        )
        for each in (network, more)
    )
    np.testing.assert_allclose(one, other[:, : network.junctions], rtol=1e-6)


def test_networks_of_two_files_meet_where_their_junctions_lie_together() -> None:
    one, other = _network([(0, 1)]), _network([(1, 2), (2, 3)])
    both = joined([one, other])
    assert (len(both), both.junctions) == (3, 4)
    assert len(np.unique(np.concatenate([both.start, both.end]))) == 4


def test_files_that_are_no_roads_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "bad.geojson").write_text("{")
    (tmp_path / "bad.osm.pbf").write_bytes(b"\x00" * 40)
    for name in ("bad.geojson", "bad.osm.pbf"):
        with pytest.raises(UnreadableFile):
            read_network(tmp_path / name)
    (tmp_path / "vrt.geojson").write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{tmp_path}/secret.json</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    secret = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}}
    (tmp_path / "secret.json").write_text(json.dumps(secret))
    for read in (read_network, points_in, closures_in):
        with pytest.raises(UnreadableFile):
            read(tmp_path / "vrt.geojson")
    points = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs="EPSG:4326")
    points.to_file(tmp_path / "points.geojson")
    with pytest.raises(Invalid, match="no lines"):
        read_network(tmp_path / "points.geojson")


@pytest.mark.parametrize(
    ("name", "edges", "junctions"),
    # Cambridge's own list of intersections has 1,872 too.
    [("cambridge_TRANS_Centerlines.geojson", 2_648, 1_872), ("andorra.osm.pbf", 2_801, 2_365)],
)
def test_real_files_give_their_network(shared_data: Path, name: str, edges: int, junctions: int) -> None:
    network = read_network(shared_data / "5_roads" / name).network
    assert (len(network), network.junctions) == (edges, junctions)
    assert set(network.oneway.tolist()) == {-1, 0, 1}


def test_the_command_line_names_the_pocket_and_the_reopening(tmp_path: Path) -> None:
    def save(name: str, shapes: list[shapely.Geometry], **columns: list[object]) -> str:
        path = tmp_path / f"{name}.geojson"
        gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(path)
        return str(path)

    roads = save("roads", [shapely.LineString([_at(n), _at(n + 1)]) for n in range(3)])
    shut = save("shut", [shapely.Point(1.5 * STEP, 0)], id=["slide"])
    bases = save("bases", [shapely.Point(_at(0))], id=["station"])
    people = tmp_path / "people.csv"
    people.write_text("id,lon,lat,count\nhouse,0.03,0.0,4\nmill,0.01,0.0,1\n")
    words = ["search", "reach", "--roads", roads, "--closures", shut, "--bases", bases]
    result = CliRunner().invoke(main, [*words, "--people", str(people), "--json"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert answer["cut_off"] == {"places": 1, "people": 4.0}
    assert [(one["people"], one["places"]) for one in answer["pockets"]] == [(4.0, ["house"])]
    assert [(one["closures"], one["people"]) for one in answer["reopenings"]] == [(["slide"], 4.0)]
    assert [(one["id"], one["base"]) for one in answer["times"]] == [("mill", "station")]
    for bad in (
        "id,lon,lat\nhouse,,\n",
        "id,lon,lat\nhouse,0,91\n",
        "id,lon,lat\nhouse,0,nan\n",
        "",
        "id\nhouse\n",
    ):
        people.write_text(bad)
        refused = CliRunner().invoke(main, [*words, "--people", str(people)])
        assert refused.exit_code == 2, (bad, refused.output)
    people.write_text("id,lon,lat,count\nhouse,0.03,0.0,-4\n")
    assert CliRunner().invoke(main, [*words, "--people", str(people)]).exit_code == 2


def test_imported_roads_are_the_same_when_they_come_back_and_hidden_ones_stay_hidden(
    store: Store, tmp_path: Path
) -> None:
    network = read_network(
        _read(tmp_path, [[(0, 0), (0.01, 0), (0.02, 0.01)], [(0.01, 0.0), (0.01, 1)]])
    ).network
    system = store.system_actor()
    scope = store.scopes.intern(StoreKind.OPEN, Tlp.RED, agency_id=system.agency_id)
    source = store.sources.intern("roads", name="roads", kind="streets", scope_id=scope)
    assert store.networks.replace(system, source, scope, network)
    assert not store.networks.replace(system, source, scope, network)
    (back,) = store.networks.all(system)
    for name, column in vars(back).items():
        np.testing.assert_array_equal(column, getattr(network, name), err_msg=name)
    stranger = replace(system, role=Role.VIEWER, clearance=Tlp.CLEAR, agency_id=system.agency_id + 1)
    assert store.networks.all(stranger) == []
    assert store.networks.known(stranger) == ()
    with pytest.raises(Forbidden):
        store.networks.replace(stranger, source, scope, network)
    before = store.networks.known(system)
    assert store.networks.replace(system, source, scope, _network([(0, 1)]))
    assert [len(one) for one in store.networks.all(system)] == [1]
    assert store.networks.known(system) != before


def test_the_command_imports_roads_of_openstreetmap_and_again_changes_nothing(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path))
    words = ["import", "roads", str(shared_data / "5_roads" / "andorra.osm.pbf"), "--json"]
    first, second = (CliRunner().invoke(main, words) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    one, other = json.loads(first.output), json.loads(second.output)
    assert one["network"] == {
        "edges": 2_801,
        "junctions": 2_365,
        "one_way": 644,
        "rows_left_out": 0,
        "changed": True,
    }
    assert other["network"]["changed"] is False
    assert one["added"] == other["added"] > 500


def test_one_drives_as_far_as_it_is_open_and_walks_on_from_there() -> None:
    network = _network([(0, 1), (1, 2), (2, 3)])
    closed_road = _on([(1, 2)], [0], "slide")
    drive = cut(network, [closed_road], Vehicle.CAR)
    walk = cut(network, [closed_road], Vehicle.FOOT)
    places = [LonLat(*_at(0)), LonLat(*_at(3))]
    mixed = hours_between(network, drive, Vehicle.CAR, starts=places[:1], ends=places[1:], walked=walk)
    assert hours_between(network, drive, Vehicle.CAR, starts=places[:1], ends=places[1:])[0, 0] == np.inf
    # The first kilometre is driven; behind the slide there is no car, so the other two are walked.
    expected = (network.seconds(Vehicle.CAR)[0] + network.seconds(Vehicle.FOOT)[1:].sum()) / 3600
    assert mixed[0, 0] == pytest.approx(expected, rel=1e-6)
