"""Near repeats, near sites and excess."""

from __future__ import annotations

import geopandas
import libpysal
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from layers.analytics.excess import excess
from layers.analytics.near_repeat import knox
from layers.analytics.near_sites import near_sites


def test_burkitt_lymphoma_gives_the_published_pairs() -> None:
    frame = geopandas.read_file(libpysal.examples.get_path("burkitt.shp"))
    found = knox(frame[["X", "Y"]].to_numpy(float), frame["T"].to_numpy(float), distance=20, duration=5)
    assert found.observed == 13
    assert abs(found.expected - 10.1438) < 5e-5


@given(st.integers(0, 10_000))
def test_knox_counts_the_pairs_that_counting_one_by_one_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    xy, times = rng.uniform(0, 10, (25, 2)), rng.integers(0, 20, 25).astype(float)
    near_space = near_time = both = 0
    for i in range(25):
        for j in range(i):
            in_space = np.hypot(*(xy[i] - xy[j])) <= 3
            in_time = abs(times[i] - times[j]) <= 4
            near_space, near_time, both = (
                near_space + in_space,
                near_time + in_time,
                both + (in_space and in_time),
            )
    found = knox(xy, times, distance=3, duration=4, permutations=1)
    assert found.observed == both
    assert abs(found.expected - near_space * near_time / 300) < 1e-9


def test_repeats_that_follow_at_once_are_significant() -> None:
    rng = np.random.default_rng(1)
    xy, times = rng.uniform(0, 1000, (150, 2)), rng.uniform(0, 365, 150)
    xy, times = np.r_[xy, xy + rng.normal(0, 2, xy.shape)], np.r_[times, times + 1]
    assert knox(xy, times, distance=10, duration=3, permutations=199).p == 1 / 200


def test_a_type_that_keeps_to_sites_is_found_and_others_are_not() -> None:
    rng = np.random.default_rng(4)
    types = rng.integers(0, 4, 4_000)
    near = {"energy": (types == 2) & (rng.random(4_000) < 0.3) | (rng.random(4_000) < 0.1)}
    table = near_sites(near, types, names={0: "fire", 1: "crime", 2: "suspicious", 3: "traffic"})
    assert table[0].type == "suspicious"
    assert table[0].q < 1e-6
    assert all(cell.q > 0.05 for cell in table[1:])


def test_excess_of_ten_where_five_were_usual_is_the_exact_poisson() -> None:
    found = excess([10.0] + [5.0] * 60, [5.0] * 61)
    assert found.model == "poisson"
    assert abs(found.p[0] - poisson.sf(9, 5.0)) < 1e-12
    assert abs(found.ratio[0] - 2.0) < 1e-12
    # Garwood's exact interval of 10 is 4.795 to 18.390.
    assert abs(found.lower[0] * 5 - 4.7954) < 1e-3
    assert abs(found.upper[0] * 5 - 18.3904) < 1e-3


def test_unruly_counts_are_judged_by_the_negative_binomial() -> None:
    rng = np.random.default_rng(0)
    seen = rng.negative_binomial(2, 2 / 12, 2_000).astype(float)
    found = excess(seen, np.full(2_000, 10.0))
    assert found.model == "negative binomial"
    assert (found.q <= 0.05).sum() <= 5


def test_where_nothing_was_expected_nothing_is_claimed() -> None:
    found = excess([3.0, 3.0], [0.0, 3.0])
    assert np.isnan(found.p[0])
    assert np.isnan(found.q[0])
