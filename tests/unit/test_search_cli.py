"""`watchfloor search …` on files: the issue's examples, the files written, and bad input refused in words."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
import rasterio
import shapely
from click.testing import CliRunner
from rasterio.warp import transform

from dashboard.cli import main
from tests.support.rescue import LAT, LON, PARAMS, ROAD, SQUARE

TIMES = ("0.0732241", "0.0845173", "0.0422586")


def run(*words: str):
    return CliRunner().invoke(main, ["search", *words])


@pytest.fixture
def file(tmp_path):
    def write(content: object):
        path = tmp_path / "asked.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def updates(*areas, **more):
    return {"areas": [{"id": n, "poa": a, "pod": d} for n, (a, d) in enumerate(areas)], **more}


def test_pod_prints_each_model():
    for model, found in (("random", 0.632121), ("inverse-cube", 0.789908), ("definite", 1)):
        done = run("pod", "--coverage", "1", "--model", model, "--json")
        assert done.exit_code == 0
        assert json.loads(done.output)["pod"] == pytest.approx(found, abs=1e-6)
    assert run("pod", "--coverage", "1").output.strip() == "0.632121"


@pytest.mark.parametrize("coverage", ["-1", "nan", "inf", "much"])
def test_pod_refuses_a_coverage_that_is_none(coverage):
    assert run("pod", "--coverage", coverage).exit_code == 2


def test_update_answers_as_the_issue_writes_it(file):
    asked = updates((0.4, 0.3), (0.4, 0.5), (0.15, 0.6), (0.05, 0.8), elsewhere=0)
    done = run("update", file(asked), "--json")
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert [set(area) for area in found["areas"]] == [{"id", "poa"}] * 4
    poa = [area["poa"] for area in found["areas"]]
    assert poa == pytest.approx([0.509091, 0.363636, 0.109091, 0.018182], abs=5e-7)
    assert (found["elsewhere"], found["pos"]) == (0, pytest.approx(0.45))
    beyond = json.loads(run("update", file(updates((0.5, 0.5), (0.2, 0.0))), "--json").output)
    assert beyond["elsewhere"] == pytest.approx(0.3 / 0.75)


def test_allocate_answers_as_the_issue_writes_it(file):
    areas = [
        {"id": name, "poa": poa, "effectiveness": [e]}
        for name, poa, e in (("a", 2, 9), ("b", 4, 3), ("c", 2, 6))
    ]
    done = run("allocate", file({"areas": areas, "effort": [0.2]}), "--json")
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert tuple(f"{each['time'][0]:.7f}" for each in found["allocation"]) == TIMES
    assert [each["id"] for each in found["allocation"]] == ["a", "b", "c"]
    assert found["pos"] == pytest.approx(2.3090433)
    said = run("allocate", file({"areas": areas, "effort": [0.2]})).output
    assert all(time in said for time in TIMES)


@pytest.mark.parametrize(
    ("command", "content"),
    [
        ("update", "not json"),
        ("update", "[]"),
        ("update", {"areas": []}),
        ("update", {"elsewhere": 0.1}),
        ("update", updates((0.9, 0.1), (0.9, 0.1))),
        ("update", updates((0.9, 0.1), elsewhere=0.2)),
        ("update", updates((-0.1, 0.1))),
        ("update", updates((0.1, 1.1))),
        ("update", updates(("0.1", 0.1))),
        ("update", updates((True, 0.1))),
        ("update", updates((1.0, 1.0))),
        ("update", '{"areas":[{"id":1,"poa":NaN,"pod":0.1}]}'),
        ("update", '{"areas":[{"id":1,"poa":0.1}]}'),
        ("update", {"areas": [{"id": 1, "poa": 0.1, "pod": 0.1}] * 2}),
        ("update", updates((0.1, 0.1), elswhere=0.5)),
        ("allocate", {"areas": [{"id": 1, "poa": -1, "effectiveness": [1]}], "effort": [1]}),
        ("allocate", {"areas": [{"id": 1, "poa": 1, "effectiveness": [1, 2]}], "effort": [1]}),
        ("allocate", {"areas": [{"id": 1, "poa": 1, "effectiveness": []}], "effort": []}),
        ("allocate", '{"areas":[{"id":1,"poa":1,"effectiveness":[1]}],"effort":[1e999]}'),
        ("surface", {"evidence": []}),
        ("surface", {"grid": {"bbox": [0, 0, 1, 1], "cell_m": 1}, "evidence": []}),
        (
            "surface",
            {"grid": {"lon": 0, "lat": 0, "cell_m": 10, "rows": 2000, "columns": 2000}, "evidence": []},
        ),
        ("surface", {"grid": {"lon": 0, "lat": 0}, "evidence": []}),
        ("surface", {"grid": {"bbox": [0, 0, 0.1, 0.1]}, "evidence": [{"kind": "rumour"}]}),
        ("surface", {"grid": {"bbox": [0, 0, 0.1, 0.1]}, "evidence": [{"kind": "point"}]}),
        ("surface", {"grid": {"bbox": [0, 0, 0.1, 0.1]}, "evidence": [], "elsewhere": 1}),
        ("surface", {"grid": {"bbox": [0, 0, 0.1, 0.1]}, "evidence": [], "now": "yesterday"}),
    ],
)
def test_bad_files_are_refused_in_words(command, content, file):
    done = run(command, file(content))
    assert done.exit_code == 2
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert len(done.output.splitlines()) >= 2  # what is wrong, and what to do
    assert "Traceback" not in done.output


def surface_file(file, **more):
    evidence = [{"kind": kind, "params": params, "words": f"as {kind}"} for kind, params in PARAMS.items()]
    ground = {"bbox": [-64.76, 18.31, -64.70, 18.37], "cell_m": 50}
    return file({"grid": ground, "evidence": evidence, "now": "2017-09-13T12:00:00Z", **more})


def test_a_surface_is_written_as_a_geotiff_that_gdal_reads(file, tmp_path):
    out = tmp_path / "surface.tif"
    done = run("surface", surface_file(file), "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    with rasterio.open(out) as raster:
        p = raster.read(1)
        assert raster.dtypes == ("float64",)
        assert p.sum() + float(raster.tags()["ELSEWHERE"]) == pytest.approx(1)
        assert float(raster.tags()["ELSEWHERE"]) == pytest.approx(told["elsewhere"])
        assert raster.res == (50, 50)
        # Each corner of the ground asked for lies on the raster, where its own plane says.
        x, y = transform("EPSG:4326", raster.crs, [-64.76, -64.70], [18.31, 18.37])
        west, south, east, north = raster.bounds
        assert west <= x[0] < west + 100
        assert south <= y[0] < south + 100
        assert east - 100 < x[1] <= east
        assert north - 100 < y[1] <= north
        place = told["candidates"][0]
        x, y = transform("EPSG:4326", raster.crs, [place["lon"]], [place["lat"]])
        row, column = raster.index(x[0], y[0])
        assert p[row, column] > np.quantile(p, 0.99)


def test_a_surface_is_written_as_geojson_with_its_areas_and_contributions(file, tmp_path):
    out = tmp_path / "surface.geojson"
    done = run("surface", surface_file(file), "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    told, written = json.loads(done.output), json.loads(out.read_text())
    areas = [f for f in written["features"] if f["properties"]["what"] == "area"]
    assert [f["properties"]["level"] for f in areas] == [0.95, 0.8, 0.5]
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in areas]
    assert all(outer.buffer(1e-6).covers(inner) for outer, inner in pairwise(shapes))
    assert shapes[-1].distance(shapely.Point(LON, LAT)) < 0.02
    assert {each["kind"] for each in told["contributions"]} == set(PARAMS)
    assert all(each["words"] and each["bits"] >= 0 for each in told["contributions"])
    assert written["contributions"] == told["contributions"]
    assert run("surface", surface_file(file)).output.count("within") == 3


def test_a_surface_of_another_suffix_is_refused_and_one_switched_off_tells_nothing(file, tmp_path):
    assert run("surface", surface_file(file), "--out", str(tmp_path / "surface.png")).exit_code == 2
    ground = {"lon": LON, "lat": LAT, "cell_m": 100, "rows": 30, "columns": 40}
    off = [{"kind": "area", "params": {"shape": SQUARE}, "on": False}]
    told = json.loads(run("surface", file({"grid": ground, "evidence": off}), "--json").output)
    assert told["elsewhere"] == pytest.approx(0.1)
    assert told["contributions"] == []
    line = [{"id": "road", "kind": "near_line", "line": ROAD, "metres": 50}]
    told = json.loads(run("surface", file({"grid": ground, "evidence": line}), "--json").output)
    assert told["contributions"][0]["evidence_id"] == "road"
