"""`watchfloor hotspots` on files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import libpysal
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from esda.getisord import G_Local

from dashboard.cli import main


def _run(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["hotspots", *map(str, arguments), "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.output))


@pytest.fixture
def points(tmp_path: Path) -> Path:
    rng = np.random.default_rng(7)
    x = np.r_[rng.uniform(0, 5_000, 600), rng.uniform(2_000, 2_800, 400)]
    y = np.r_[rng.uniform(0, 5_000, 600), rng.uniform(3_000, 3_800, 400)]
    day = rng.integers(0, 12, 1_000)
    times = np.datetime64("2026-03-01") + day.astype("timedelta64[D]")
    path = tmp_path / "points.csv"
    pl.DataFrame({"x": x, "y": y, "when": times.astype(str)}).write_csv(path)
    return path


def test_a_grid_with_a_fixed_extent_has_row_major_cells_from_the_south_west(
    points: Path, tmp_path: Path
) -> None:
    out = tmp_path / "cells.csv"
    arguments = ("grid", "--points", points, "--x", "x", "--y", "y", "--crs", "EPSG:26986", "--cell", 250)
    done = _run(*arguments, "--extent", "0,0,20,20", "--out", out)
    frame, raw = pl.read_csv(out), pl.read_csv(points)
    assert frame["id"].to_list() == list(range(400))
    inside = raw.filter(
        (pl.col("x") >= 500) & (pl.col("x") < 750) & (pl.col("y") >= 250) & (pl.col("y") < 500)
    )
    assert frame["count"][20 * 1 + 2] == len(inside)
    assert done["places"] == 1_000
    assert "Not adjusted for population." in done["method"]
    assert frame.filter(pl.col("claim"))["robust"].any()
    assert frame["claim"][20 * 13 + 9]


def test_rows_on_a_default_point_are_left_out_and_said_unless_they_are_asked_for(
    points: Path, tmp_path: Path
) -> None:
    out, piled = tmp_path / "cells.csv", tmp_path / "piled.csv"
    raw = pl.read_csv(points)
    spot = pl.DataFrame({"x": [4_300.0] * 80, "y": [900.0] * 80, "when": [raw["when"][0]] * 80})
    pl.concat([raw, spot]).write_csv(piled)
    arguments = ("grid", "--points", piled, "--x", "x", "--y", "y", "--crs", "EPSG:26986", "--cell", 250)
    arguments = (*arguments, "--extent", "0,0,20,20", "--out", out)
    left_out = _run(*arguments)
    usual = pl.read_csv(out)["count"][20 * 3 + 17]
    assert (left_out["places"], left_out["default_points_left_out"]) == (1_000, 80)
    assert "80 rows on default points" in left_out["method"]
    asked_for = _run(*arguments, "--default-points")
    assert (asked_for["places"], asked_for["default_points_left_out"]) == (1_080, 0)
    assert pl.read_csv(out)["count"][20 * 3 + 17] == usual + 80


def test_cells_of_any_lattice_have_the_z_of_the_reference_library(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    weights = libpysal.weights.lat2W(8, 9, rook=False)
    values = rng.poisson(4, 72).astype(float)
    pl.DataFrame({"id": np.arange(72), "value": values}).write_csv(tmp_path / "values.csv")
    pairs = [(i, j) for i, others in weights.neighbors.items() for j in others]
    pl.DataFrame(pairs, schema=["i", "j"], orient="row").write_csv(tmp_path / "pairs.csv")
    for statistic, star in (("gi", None), ("gi-star", True)):
        out = tmp_path / f"{statistic}.csv"
        _run(
            *("cells", "--values", tmp_path / "values.csv", "--neighbours", tmp_path / "pairs.csv"),
            *("--statistic", statistic, "--out", out),
        )
        theirs = G_Local(values, weights, transform="B", star=star, permutations=0).Zs
        assert np.abs(pl.read_csv(out)["z"].to_numpy() - theirs).max() < 1e-9


def test_a_trend_names_what_each_cell_is(points: Path, tmp_path: Path) -> None:
    out = tmp_path / "trend.parquet"
    arguments = ("grid", "--points", points, "--x", "x", "--y", "y", "--crs", "EPSG:26986", "--cell", 500)
    _run(*arguments, "--time", "when", "--step", "1d", "--statistic", "trend", "--out", out)
    assert set(pl.read_parquet(out)["trend_indicator"]) & {
        "persistent hot",
        "sporadic hot",
        "consecutive hot",
    }


def test_degrees_give_squares_in_degrees(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    path, out = tmp_path / "p.csv", tmp_path / "o.geojson"
    frame = pl.DataFrame({"lon": rng.uniform(-71.2, -71.0, 300), "lat": rng.uniform(42.2, 42.4, 300)})
    frame.write_csv(path)
    _run(
        "grid",
        "--points",
        path,
        "--x",
        "lon",
        "--y",
        "lat",
        "--cell",
        2_000,
        "--statistic",
        "density",
        "--out",
        out,
    )
    features = json.loads(out.read_bytes())["features"]
    assert sum(feature["properties"]["count"] for feature in features) == 300
    ring = np.array(features[0]["geometry"]["coordinates"][0])
    assert -71.3 < ring[:, 0].min() < -71.0
    assert 42.1 < ring[:, 1].min() < 42.4


def test_scan_answers_with_ids_dates_and_p(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pl.DataFrame(
        {"id": [f"t{i}" for i in range(30)], "x": rng.uniform(0, 10, 30), "y": rng.uniform(0, 10, 30)}
    ).write_csv(tmp_path / "places.csv")
    times = [f"2026-01-{1 + day:02d}" for day in rng.integers(0, 25, 200)] + ["2026-01-10"] * 25
    ids = [f"t{i}" for i in rng.integers(0, 30, 200)] + ["t3"] * 25
    pl.DataFrame({"id": ids, "cases": [1] * 225, "time": times}).write_csv(tmp_path / "cases.csv")
    found = _run(
        *("scan", "--cases", tmp_path / "cases.csv", "--places", tmp_path / "places.csv"),
        *("--model", "permutation", "--replicates", 19, "--max-days", 3),
    )
    first = found["clusters"][0]
    assert "t3" in first["ids"]
    assert first["start"] == first["end"] == "2026-01-10"
    assert first["p"] == 0.05


def test_near_repeat_gives_the_published_burkitt_pairs(tmp_path: Path) -> None:
    import geopandas

    frame = geopandas.read_file(libpysal.examples.get_path("burkitt.shp"))
    path = tmp_path / "b.csv"
    frame.drop(columns="geometry").to_csv(path, index=False)
    arguments = ("near-repeat", "--points", path, "--x", "X", "--y", "Y", "--time", "T")
    found = _run(*arguments, "--distance", 20, "--days", 5, "--permutations", 99)
    assert found["observed"] == 13
    assert abs(found["expected"] - 10.1438) < 5e-5


def test_a_column_that_is_not_there_is_refused_with_the_ones_that_are(points: Path, tmp_path: Path) -> None:
    arguments = ["hotspots", "grid", "--points", str(points), "--x", "lon", "--y", "y", "--cell", "500"]
    result = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "o.csv")])
    assert result.exit_code == 2
    assert "no column lon" in result.output
    assert "when" in result.output
