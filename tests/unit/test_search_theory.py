"""Search theory against the truths of the field, and optimal effort against a general solver."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from data.errors import Invalid
from layers.rescue.effort import allocate, success
from layers.rescue.grid import Grid
from layers.rescue.kernels import normal
from layers.rescue.theory import after_searches, pod, updated

SHARES = st.floats(0, 1, allow_nan=False)


def test_pod_follows_its_three_models():
    assert pod(1.0) == pytest.approx(1 - math.exp(-1))
    assert pod(1.0, "inverse-cube") == pytest.approx(math.erf(math.sqrt(math.pi) / 2))
    assert (pod(0.7, "definite"), pod(1.7, "definite")) == (0.7, 1.0)
    assert pod(0.0) == pod(0.0, "inverse-cube") == pod(0.0, "definite") == 0.0


@given(st.floats(0, 50), st.floats(0, 50))
def test_more_coverage_never_finds_less_and_random_search_finds_least(one, other):
    low, high = sorted((one, other))
    for model in ("random", "inverse-cube", "definite"):
        assert 0 <= pod(low, model) <= pod(high, model) <= 1
    assert pod(low) <= pod(low, "inverse-cube") + 1e-15
    assert pod(low, "inverse-cube") <= pod(low, "definite") + 1e-15


@pytest.mark.parametrize("coverage", [-1.0, math.nan])
def test_a_coverage_that_is_none_is_refused(coverage):
    with pytest.raises(Invalid):
        pod(coverage)
    with pytest.raises(Invalid):
        pod(1.0, "by magic")


def test_the_naval_academys_worked_example():
    found = updated([0.4, 0.4, 0.15, 0.05], [0.3, 0.5, 0.6, 0.8])
    assert found.pos == pytest.approx(0.45)
    np.testing.assert_allclose(found.poa, [0.509091, 0.363636, 0.109091, 0.018182], atol=5e-7)
    assert found.elsewhere == 0


@given(st.lists(st.tuples(st.floats(0.01, 1), SHARES, SHARES), min_size=1, max_size=12), st.floats(0.01, 1))
def test_two_searches_in_either_order_are_one_search_and_nothing_is_lost(areas, elsewhere):
    weight = np.array([area[0] for area in areas])
    poa, beyond = weight / (weight.sum() + elsewhere), elsewhere / (weight.sum() + elsewhere)
    first, second = np.array([area[1] for area in areas]) * 0.99, np.array([area[2] for area in areas]) * 0.99
    one = updated(poa, first, beyond)
    twice = updated(one.poa, second, one.elsewhere)
    back = updated(poa, second, beyond)
    swapped = updated(back.poa, first, back.elsewhere)
    together = updated(poa, after_searches([first, second]), beyond)
    assert twice.poa.sum() + twice.elsewhere == pytest.approx(1)
    assert one.elsewhere >= beyond
    for other in (swapped, together):
        np.testing.assert_allclose(other.poa, twice.poa, rtol=1e-9, atol=1e-15)
        assert other.elsewhere == pytest.approx(twice.elsewhere, rel=1e-9)
    assert together.pos == pytest.approx(one.pos + (1 - one.pos) * twice.pos, abs=1e-12)


@pytest.mark.parametrize(
    ("poa", "pods", "elsewhere"),
    [
        ([0.6, 0.6], [0.1, 0.1], 0.0),
        ([0.6], [0.1], 0.5),
        ([-0.1], [0.5], 0.0),
        ([0.5], [1.5], 0.0),
        ([math.nan], [0.5], 0.0),
        ([0.5, 0.5], [0.5], 0.0),
        ([1.0], [1.0], 0.0),
    ],
)
def test_an_update_that_makes_no_sense_is_refused(poa, pods, elsewhere):
    with pytest.raises(Invalid):
        updated(poa, pods, elsewhere)


def test_optimal_effort_over_a_circular_normal_reaches_koopmans_closed_form():
    # σ=1, W=0.1, v=1, t=50: H = √(W·v/πσ²), POD = 1 - (1 + H√t)·e^(-H√t) = 0.35950.
    grid = Grid(0.0, 0.0, 0.02, 500, 500)
    poa = normal(grid, 0.0, 0.0, sigma_m=1.0).values.ravel()
    found = allocate(poa, np.full(len(poa), 0.1 / grid.cell_m**2), [50.0])
    h = math.sqrt(0.1 / math.pi)
    exact = 1 - (1 + h * math.sqrt(50)) * math.exp(-h * math.sqrt(50))
    assert exact == pytest.approx(0.35950, abs=5e-6)
    assert found.pos == pytest.approx(exact, abs=2e-5)


def test_the_worked_allocation():
    found = allocate([2, 4, 2], [9, 3, 6], [0.2])
    np.testing.assert_allclose(found.time[:, 0], [0.0732241, 0.0845173, 0.0422586], atol=5e-8)
    # Where it searches at all, one more minute finds as much everywhere.
    np.testing.assert_allclose(np.diff([18, 12, 12] * np.exp(-found.time[:, 0] * [9, 3, 6])), 0, atol=1e-12)


def _solved(p, e, total):
    """Return the best POS by a general solver that is told the function and the constraints only."""
    areas, resources = e.shape

    def loss(flat):
        return float((p * np.exp(-(e * flat.reshape(e.shape)).sum(axis=1))).sum())

    def slope(flat):
        return -((p * np.exp(-(e * flat.reshape(e.shape)).sum(axis=1)))[:, None] * e).ravel()

    each = np.kron(np.ones(areas), np.eye(resources)).reshape(resources, -1)
    found = optimize.minimize(
        loss,
        np.tile(total / areas, (areas, 1)).ravel(),
        jac=slope,
        method="SLSQP",
        bounds=[(0, None)] * e.size,
        constraints={"type": "eq", "fun": lambda flat: each @ flat - total, "jac": lambda _: each},
        options={"maxiter": 500, "ftol": 1e-12},
    )
    return float(p.sum()) - found.fun


@pytest.mark.parametrize(("areas", "resources", "seed"), [(6, 1, 0), (8, 2, 1), (10, 3, 2), (5, 4, 3)])
def test_a_general_solver_finds_no_better_allocation(areas, resources, seed):
    random = np.random.default_rng(seed)
    p, e = random.dirichlet(np.ones(areas)), random.gamma(1, 1, (areas, resources))
    total = random.uniform(0.2, 2, resources)
    found = allocate(p, e, total)
    assert found.pos == pytest.approx(_solved(p, e, total), abs=1e-7)
    np.testing.assert_allclose(found.time.sum(axis=0), total)


@settings(max_examples=60)
@given(st.integers(1, 30), st.integers(1, 5), st.integers(0, 2**31), st.floats(1e-3, 1e3))
def test_no_exchange_betters_an_allocation(areas, resources, seed, scale):
    random = np.random.default_rng(seed)
    p = random.gamma(0.3, 1, areas)
    # Alike resources, and areas where some are of no use: where exchanging one by one would creep.
    e = np.outer(random.gamma(1, 1, areas), random.gamma(1, 1, resources)) * random.uniform(
        0.99, 1, (areas, resources)
    )
    e *= random.random((areas, resources)) < 0.8
    total = random.uniform(0, 1, resources) * scale
    found = allocate(p, e, total)
    assert (found.time >= 0).all()
    assert found.short <= 1e-9 * p.sum() + 1e-300
    useful = ((p[:, None] * e) > 0).any(axis=0)
    np.testing.assert_allclose(found.time.sum(axis=0), np.where(useful, total, 0.0), rtol=1e-9)
    even = success(p, e, np.tile(total / areas, (areas, 1)))
    assert found.pos >= even - 1e-12


def test_resources_that_differ_beyond_all_measure_are_allocated_all_the_same():
    random = np.random.default_rng(0)
    for _ in range(40):
        areas, resources = random.integers(1, 12), random.integers(2, 6)
        effectiveness = 10.0 ** random.uniform(-9, 9, (areas, resources))
        effort = 10.0 ** random.uniform(-3, 3, resources)
        found = allocate(random.random(areas), effectiveness, effort)
        assert np.isfinite(found.time).all()
        assert (found.time.sum(axis=0) <= effort * (1 + 1e-9)).all()


def test_without_effort_or_without_hope_nobody_is_sent():
    assert allocate([0.5, 0.5], [1, 1], [0.0]).time.sum() == 0
    assert allocate([0.0, 0.0], [[1, 2], [1, 2]], [1.0, 1.0]).time.sum() == 0
    found = allocate([0.5, 0.5], [[1, 0], [1, 0]], [1.0, 5.0])
    assert found.time[:, 1].sum() == 0


@pytest.mark.parametrize(
    ("poa", "e", "effort"),
    [([-1], [1], [1]), ([1], [math.inf], [1]), ([1], [1], [math.nan]), ([1, 1], [1], [1]), ([], [], [1])],
)
def test_an_allocation_that_makes_no_sense_is_refused(poa, e, effort):
    with pytest.raises(Invalid):
        allocate(poa, e, effort)
