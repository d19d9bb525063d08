"""What is claimed, at which scales, with what left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.model import LonLat
from layers.analytics.claims import claims
from layers.analytics.null import dealt_tail, transformed_tails, upper_tails
from layers.hotspots import Asked, Kind, as_geojson, hotspots
from layers.hotspots import tested as at_scales
from layers.hotspots.cells import any_of_four, cells_for, gathered, spread_to_four
from layers.hotspots.counted import counted
from tests.support.frames import NOW_MS, Row, rows, view_of

INLAND = (-72.6, 42.2, -71.4, 42.7)


def scattered(count: int, *, box: tuple[float, ...] = INLAND, seed: int = 1, first: int = 1) -> list[Row]:
    at = np.random.default_rng(seed).uniform(box[:2], box[2:], (count, 2)).tolist()
    return [Row(fid=first + n, place=LonLat(*place)) for n, place in enumerate(at)]


def crowd(
    count: int, *, at: tuple[float, float] = (-71.8, 42.45), seed: int = 2, first: int = 50_000
) -> list[Row]:
    places = np.random.default_rng(seed).normal(at, 0.012, (count, 2)).tolist()
    return [Row(fid=first + n, place=LonLat(*place)) for n, place in enumerate(places)]


@given(st.integers(0, 2**32 - 1), st.integers(200, 900), st.floats(0.05, 4))
def test_the_transform_gives_the_exact_null(seed, cells, spread):
    counts = np.random.default_rng(seed).negative_binomial(spread, 0.4, cells)
    reach = int(np.sort(counts)[-9:].sum())
    values, many = np.unique(counts, return_counts=True)
    found = transformed_tails(counts, [1, 4, 6, 9], top=reach, reach=reach)
    for size, tail in found.items():
        assert np.abs(tail - dealt_tail(values, many, size, top=reach)).max() < 1e-12


def test_a_neighbourhood_larger_than_the_map_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        upper_tails(np.ones(4, dtype=np.int64), [5], top=3)
    assert upper_tails(np.ones(4, dtype=np.int64), [], top=3) == ({}, True)


# The very last place before the antimeridian; and two reports over whose ground a coast is clipped.
@example([Row(1, LonLat(180.0, 0.0))])
@example([Row(1, LonLat(-71.06, 0.0)), Row(2, LonLat(-31.0, 0.0))])
@given(rows(most=50))
def test_three_scales_count_the_same_reports(made):
    view = view_of(made)
    found = counted(view)
    cells = cells_for(found, bbox=None, cell_m=None)
    if cells is None:
        assert not len(found.x)
        return
    fine = cells.fine.counts(found.x, found.y)
    middle = cells.grid.counts(found.x, found.y)
    assert (gathered(fine) == middle).all()
    assert (gathered(middle) == cells.coarse.counts(found.x, found.y)).all()
    assert middle.sum() == len(found.x)
    assert (any_of_four(spread_to_four(middle > 0)) == (middle > 0)).all()


def test_a_crowd_is_a_robust_claim_and_even_ground_is_none():
    view = view_of([*scattered(900), *crowd(150)])
    found = hotspots(view, Asked())
    made = as_geojson(found)
    assert made["tested"] is True
    claimed = [cell["properties"] for cell in made["features"] if cell["properties"]["claim"]]
    assert claimed
    assert max(cell["robust"] for cell in claimed) == 3
    for cell in claimed:
        assert cell["q"] <= 0.05
        assert cell["p"] <= cell["q"]
        assert cell["around"] >= 5
        assert cell["around"] > cell["around_expected"]
        assert cell["robust"] >= 1
    quiet = as_geojson(hotspots(view_of(scattered(900)), Asked()))
    assert not any(cell["properties"]["claim"] for cell in quiet["features"])


def test_cells_at_the_rim_are_marked_as_edge():
    found = hotspots(view_of(scattered(900)), Asked(cell_m=5_000))
    assert found.grid is not None
    rim = found.columns["edge"]
    row, column = np.divmod(found.cell, found.grid.nx)
    outermost = (row == 0) | (column == 0) | (row == found.grid.ny - 1) | (column == found.grid.nx - 1)
    assert rim[outermost].all()
    assert not rim[~outermost].all()


def test_fifty_nine_reports_claim_nothing_however_close():
    few = hotspots(view_of([*crowd(50), *scattered(9)]), Asked())
    assert not few.columns["claim"].any()


def test_what_another_source_told_already_is_left_out_and_counted():
    first = scattered(100)
    again = [Row(fid=r.fid + 10_000, place=r.place, source=2) for r in first[:30]]
    other_time = [Row(fid=r.fid + 20_000, place=r.place, source=2, occurred_ms=NOW_MS - 1) for r in first[:7]]
    other_type = [Row(fid=r.fid + 30_000, place=r.place, source=2, type=2) for r in first[:5]]
    same_source = [Row(fid=r.fid + 40_000, place=r.place) for r in first[:3]]
    view = view_of([*first, *again, *other_time, *other_type, *same_source])
    found = hotspots(view, Asked())
    assert found.counted.duplicates == 30
    assert found.reports == 115
    assert "30 duplicates" in found.method.text
    every = hotspots(view, Asked(duplicates=True))
    assert (every.counted.duplicates, every.reports) == (0, 145)
    assert "counted, as asked" in every.method.text


def test_the_method_says_all_that_a_leader_may_ask():
    stand_in = [Row(fid=90_000 + n, place=LonLat(-72.0, 42.3), located_by=7) for n in range(40)]
    lost = [Row(fid=95_000 + n, place=None) for n in range(4)]
    found = hotspots(view_of([*scattered(500), *stand_in, *lost], "last=24h"), Asked(zone="America/New_York"))
    method = found.method
    assert [label for label, _ in method.lines] == [
        "Method", "Time", "Reports counted", "Left out", "Cells", "Tests", "Scales", "Exposure", "Reporting",
    ]  # fmt: skip
    said = dict(method.lines)
    assert said["Reports counted"] == "500 of 544 reports in the filter."
    assert "40 reports on default points" in said["Left out"]
    assert "4 reports without a place" in said["Left out"]
    assert "Benjamini-Hochberg" in said["Tests"]
    assert f"{found.tests:,}" in said["Tests"]
    assert said["Exposure"] == "Not adjusted for population."
    assert "EST (" in said["Time"] or "EDT (" in said["Time"]
    assert method.text.count("\n") == len(method.lines)


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_filtered_is_an_empty_map_with_a_method(kind):
    view = view_of([], "last=2d")
    made = as_geojson(hotspots(view, Asked(kind=kind), look=lambda query: view_of([], query.canonical())))
    assert made["features"] == []
    assert made["method"]["text"]
    assert made["cells"] == {"all": 0, "valid": 0, "masked_water": 0, "masked_outside": 0}


def _false_cells(mean: float, maps: int) -> float:
    """Return the mean number of false claims on maps of 20,000 cells where only chance is at work."""
    from layers.analytics.getis_ord import gi_star

    rng, false = np.random.default_rng(11), 0
    for _ in range(maps):
        counts = rng.poisson(mean, (125, 160))
        gi = gi_star(counts)
        sums = gi.local_sum.astype(np.int64).ravel()
        false += int(claims(counts.ravel(), sums, gi.neighbours.ravel()).claim.sum())
    return false / maps


@pytest.mark.parametrize("mean", [3.0, 0.3, 0.02])
def test_maps_of_pure_chance_have_at_most_one_false_cell_on_average(mean):
    assert _false_cells(mean, 40) <= 1.0


@pytest.mark.slow
@pytest.mark.parametrize("mean", [3.0, 0.3, 0.02])
def test_two_hundred_maps_of_pure_chance_have_at_most_one_false_cell_on_average(mean):
    assert _false_cells(mean, 200) <= 1.0


def test_only_cells_of_the_map_are_tested_and_the_box_is_kept():
    view = view_of([*scattered(900), *crowd(150)])
    found = counted(view)
    box = (-72.0, 42.3, -71.6, 42.6)
    cells = cells_for(found, bbox=box, cell_m=1_000)
    assert cells is not None
    made = at_scales.tested(view, cells, found, within=None, exposure=None)
    assert made.tests == made.validity.valid.sum()
    slack = 0.03
    assert box[0] - slack < cells.grid.west_east[0]
    assert cells.grid.west_east[-1] < box[2] + slack
    assert cells_for(found, bbox=(10.0, 10.0, 11.0, 11.0), cell_m=None) is None
