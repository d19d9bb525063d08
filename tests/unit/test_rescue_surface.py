"""A surface is prior × what is switched on: in any order, taken back exactly, and never a hard zero."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import Invalid
from layers.rescue.credible import best, credible
from layers.rescue.evidence import KINDS
from layers.rescue.grid import Grid
from layers.rescue.kernels import PER_ACCURACY
from layers.rescue.likelihoods import log_likelihood
from layers.rescue.surface import Prior, combine, expected_people
from layers.rescue.theory import updated
from tests.support.rescue import LAT, LOCATING, LON, NOW, PARAMS, coast, every_kind, piece

WEIGHTS = (1.0, 2.0, 0.5) * 4


def same(one, other) -> bool:
    bits = np.array_equal(one.log_p.view(np.int64), other.log_p.view(np.int64))
    return bits and one.elsewhere == other.elsewhere and one.contributions == other.contributions


def test_every_kind_of_evidence_is_tried_here():
    assert set(PARAMS) == set(KINDS)


ORDERS = given(st.randoms(use_true_random=False), st.sets(st.sampled_from(KINDS), min_size=1))


def _in_any_order(order: random.Random, kinds: set[str], *, side: int) -> None:
    """Shuffled, the evidence makes the same surface; with one piece more and that one off again, too."""
    grid = coast(100, side)
    evidence = [piece(kind, reliability=0.5 + 0.04 * len(kind), weight=0.1 * len(kind)) for kind in kinds]
    shuffled = list(evidence)
    order.shuffle(shuffled)
    told = combine(grid, None, evidence, NOW)
    assert same(told, combine(grid, None, shuffled, NOW))
    shuffled.insert(order.randrange(len(shuffled) + 1), piece(order.choice(KINDS), name="more", on=False))
    assert same(told, combine(grid, None, shuffled, NOW))


@settings(max_examples=12, deadline=None)
@ORDERS
def test_the_order_of_evidence_does_not_matter_to_the_last_bit(order: random.Random, kinds):
    _in_any_order(order, kinds, side=80)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=1_000, deadline=None)
@ORDERS
def test_neither_order_nor_what_was_taken_back_matters_a_thousand_times(order: random.Random, kinds):
    _in_any_order(order, kinds, side=30)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_that_is_taken_back_leaves_the_surface_exactly_as_it_was(kind):
    grid = coast(100, 80)
    others = [each for each in every_kind() if each.kind != kind]
    before = combine(grid, None, others, NOW)
    assert not np.array_equal(before.log_p, combine(grid, None, every_kind(), NOW).log_p)
    off = [replace(each, on=each.kind != kind) for each in every_kind()]
    assert same(before, combine(grid, None, off, NOW))
    silenced = [replace(each, weight=float(each.kind != kind)) for each in every_kind()]
    np.testing.assert_allclose(combine(grid, None, silenced, NOW).p, before.p, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reliability", [0.0, 0.5, 1.0])
def test_no_likelihood_is_a_hard_zero_and_all_mass_is_kept(kind, reliability):
    grid = coast(100, 80)
    told = piece(kind, reliability=reliability, params={"pod": 1.0} if kind == "searched" else {})
    log_l, beyond = log_likelihood(grid, told, NOW)
    assert log_l.shape == grid.shape
    assert np.isfinite(log_l).all()
    assert math.isfinite(beyond)
    if reliability == 0:  # worth nothing, tells nothing
        assert not log_l.any()
        assert beyond == 0
    found = combine(grid, None, [told], NOW)
    assert found.p.sum() + found.elsewhere == pytest.approx(1, abs=1e-12)
    assert (found.p > 0).all()


@pytest.mark.parametrize("kind", LOCATING)
def test_likelihood_is_r_of_what_was_told_and_the_rest_even(kind):
    grid = coast()
    half, whole = (log_likelihood(grid, piece(kind, reliability=r), NOW) for r in (0.5, 0.9))
    told = (np.exp(half[0]) - 0.5) / 0.5  # relative to even
    np.testing.assert_allclose(np.exp(whole[0]), 0.9 * told + 0.1, rtol=1e-9)
    assert told.min() >= -1e-12
    inside = told.mean()  # of its mass; the rest lies off the grid
    assert 0.97 < inside < 1 + 1e-4
    assert np.exp(half[1]) == pytest.approx(0.5 * (1 - inside) + 0.5, abs=1e-4)


def test_a_point_is_the_normal_curve_and_its_credible_areas_the_circles_of_the_closed_form():
    grid = coast(10, 500)
    found = combine(grid, None, [piece("point", reliability=0.999)], NOW)
    sigma = 300 * PER_ACCURACY
    for area in credible(found, (0.5, 0.8)):
        assert area.km2 == pytest.approx(
            2 * math.pi * sigma**2 * math.log(1 / (1 - area.level)) / 1e6, rel=0.02
        )
        assert area.mass == pytest.approx(area.level, abs=0.005)
    [one] = best(found, 3)
    assert (one.lon, one.lat) == (pytest.approx(LON, abs=2e-4), pytest.approx(LAT, abs=2e-4))
    # Of the 80 % area that a candidate stands for, 68 % lies within σ·√(-2 ln(1 - 0.68·0.8)).
    assert one.accuracy_m == pytest.approx(sigma * math.sqrt(-2 * math.log(1 - 0.68 * 0.8)), rel=0.05)


def test_candidates_come_out_as_the_best_candidates_by_their_weight():
    found = combine(coast(), None, [piece("candidates", reliability=0.99)], NOW)
    first, second = best(found, 2)
    assert (first.lon, first.lat) == (pytest.approx(-64.72, abs=3e-4), pytest.approx(18.345, abs=3e-4))
    assert (second.lon, second.lat) == (pytest.approx(-64.74, abs=3e-4), pytest.approx(18.335, abs=3e-4))
    assert first.p > second.p > 0.1


def test_contributions_are_those_of_leaving_each_piece_out():
    grid = coast(100, 80)
    # Whatever it weighs: what weighs more than once is reckoned another way.
    evidence = [replace(each, weight=weight) for each, weight in zip(every_kind(), WEIGHTS, strict=True)]
    whole = combine(grid, None, evidence, NOW)
    for gained in whole.contributions:
        without = combine(grid, None, [e for e in evidence if e.id != gained.evidence_id], NOW)
        p = np.append(whole.p.ravel(), whole.elsewhere)
        q = np.append(without.p.ravel(), without.elsewhere)
        assert gained.moved == pytest.approx(np.abs(p - q).sum() / 2, abs=1e-9)
        assert gained.bits == pytest.approx(float((p * np.log2(p / q)).sum()), abs=1e-9)


def test_searched_and_not_found_is_the_update_of_search_theory():
    grid = coast(100, 80)
    before = combine(grid, None, [piece("point")], NOW)
    after = combine(grid, None, [piece("point"), piece("searched", reliability=1.0)], NOW)
    log_l, _ = log_likelihood(grid, piece("searched", reliability=1.0), NOW)
    exact = updated(before.p.ravel(), 1 - np.exp(log_l).ravel(), before.elsewhere)
    np.testing.assert_allclose(after.p.ravel(), exact.poa, rtol=1e-9)
    assert after.elsewhere == pytest.approx(exact.elsewhere, rel=1e-9)
    assert after.elsewhere > before.elsewhere


def test_a_prior_of_people_counts_and_bad_ones_are_refused():
    grid = coast(100, 80)
    weights = np.zeros(grid.shape)
    weights[40, 40], weights[10, 10] = 30, 10
    found = combine(grid, Prior(0.2, weights), [], NOW)
    assert found.p[40, 40] == pytest.approx(0.6, abs=1e-6)
    assert found.p.min() > 0
    for bad in (Prior(0.0), Prior(1.0), Prior(math.nan), Prior(0.1, weights - 1), Prior(0.1, weights[:3])):
        with pytest.raises(Invalid):
            combine(grid, bad, [], NOW)
    with pytest.raises(Invalid, match="same id"):
        combine(grid, None, [piece("point"), piece("point")], NOW)


def test_expected_people_are_all_households_people_whatever_grid_they_lie_on():
    target = coast(50, 200)
    surfaces = [
        combine(coast(50, 200), None, [piece("point")], NOW),
        combine(Grid(-64.729, 18.341, 130, 40, 40), None, [piece("near_line")], NOW),
        combine(Grid(-64.731, 18.339, 20, 200, 200), None, [piece("area")], NOW),
    ]
    table = expected_people(surfaces, [3, 5, 2], target)
    here = sum(count * (1 - surface.elsewhere) for count, surface in zip([3, 5, 2], surfaces, strict=True))
    assert table.sum() == pytest.approx(here, rel=1e-9)
    # No gaps where cells are larger than the target's: neighbours hold about the same.
    coarse = expected_people(surfaces[1:2], [5], target)
    assert (coarse[80:120, 80:120] > 0).all()
    with pytest.raises(Invalid):
        expected_people(surfaces, [1, 2], target)


def test_the_heaviest_evidence_still_contributes_in_numbers_and_a_heavier_one_is_refused():
    told = [piece("point", reliability=1.0, weight=100, params={"accuracy_m": 5}), piece("area", weight=100)]
    found = combine(coast(100, 80), None, told, NOW)
    assert all(math.isfinite(each.bits) and 0 <= each.moved <= 1 for each in found.contributions)
    assert np.isfinite(found.log_p).all()
    for weight in (100.1, -1, math.nan):
        with pytest.raises(Invalid):
            combine(coast(100, 80), None, [piece("point", weight=weight)], NOW)
    for reliability in (1.1, -0.1, math.nan):
        with pytest.raises(Invalid):
            combine(coast(100, 80), None, [piece("point", reliability=reliability)], NOW)


@pytest.mark.parametrize("cell_m", [90.0, 400.0, 2_500.0])
def test_what_lies_on_a_grid_lies_on_any_other_of_the_same_ground(cell_m: float) -> None:
    surface = combine(coast(100.0, 60), Prior(), [piece("point")], NOW)
    side = round(14_000 / cell_m)
    table = expected_people([surface], [3.0], Grid(LON + 0.002, LAT - 0.001, cell_m, side, side))
    assert table.sum() == pytest.approx(3.0 * (1.0 - surface.elsewhere), rel=0.02)


def test_a_piece_of_the_ground_in_much_finer_cells_holds_what_lies_on_it() -> None:
    surface = combine(coast(100.0, 60), Prior(), [piece("point")], NOW)
    grid = Grid(LON + 0.002, LAT - 0.001, 7.0, 300, 300)
    x, y = grid.to_plane(*surface.grid.centres_lonlat())
    inside = (np.abs(x) < -grid.x0) & (np.abs(y) < -grid.y0)
    there = 3.0 * surface.p.ravel()[inside].sum()
    assert expected_people([surface], [3.0], grid).sum() == pytest.approx(there, rel=0.1)


def test_households_far_from_the_ground_that_is_asked_for_are_not_on_it() -> None:
    surface = combine(coast(100.0, 60), Prior(), [piece("point")], NOW)
    assert expected_people([surface], [3.0], Grid(LON + 3, LAT, 20.0, 50, 50)).sum() == 0.0
