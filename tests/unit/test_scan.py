"""The circular scan statistic."""

from __future__ import annotations

import itertools

import numpy as np

from layers.analytics.scan import log_likelihood_ratio, scan_permutation, scan_poisson


def _town(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 100, (80, 2))
    population = rng.integers(50, 200, 80).astype(float)
    cases = rng.poisson(population * 0.05).astype(float)
    near = ((xy - 50) ** 2).sum(axis=1) < 300
    return xy, population, cases, near


def test_a_planted_cluster_is_the_most_likely_one() -> None:
    xy, population, cases, near = _town()
    cases[near] *= 3
    first = scan_poisson(xy, cases, population, replicates=99)[0]
    assert len(set(first.members) & set(np.flatnonzero(near))) >= 0.7 * near.sum()
    assert first.p == 0.01
    assert first.relative_risk > 2


def test_the_most_likely_cluster_is_the_best_of_all_circles_tried_one_by_one() -> None:
    xy, population, cases, _ = _town(3)
    total = cases.sum()
    best = 0.0
    for centre in range(len(xy)):
        order = np.argsort(((xy - xy[centre]) ** 2).sum(axis=1))
        for size in range(1, len(xy) + 1):
            members = order[:size]
            if population[members].sum() > 0.5 * population.sum():
                break
            seen, expected = cases[members].sum(), total * population[members].sum() / population.sum()
            if seen > expected:
                rest = total - seen
                value = seen * np.log(seen / expected) + rest * np.log(rest / (total - expected))
                best = max(best, float(value))
    found = scan_poisson(xy, cases, population, replicates=9)[0]
    assert abs(found.llr - best) < 1e-9


def test_secondary_clusters_share_no_place() -> None:
    xy, population, cases, _ = _town(1)
    clusters = scan_poisson(xy, cases, population, replicates=9)
    for one, other in itertools.combinations(clusters, 2):
        assert set(one.members).isdisjoint(other.members)
    assert [c.llr for c in clusters] == sorted((c.llr for c in clusters), reverse=True)


def test_cases_as_the_population_says_are_no_cluster() -> None:
    xy, population, _, _ = _town()
    assert scan_poisson(xy, population, population, replicates=9) == []


def test_chance_alone_is_rarely_significant() -> None:
    small = 0
    for seed in range(20):
        xy, population, cases, _ = _town(seed + 100)
        clusters = scan_poisson(xy, cases, population, replicates=99, seed=seed)
        small += bool(clusters and clusters[0].p <= 0.05)
    assert small <= 4  # 1 expected; P(more than 4) is 0.3 %


def test_a_burst_in_space_and_time_is_found_with_its_days() -> None:
    rng = np.random.default_rng(2)
    xy = rng.uniform(0, 100, (60, 2))
    near = np.flatnonzero(((xy - 50) ** 2).sum(axis=1) < 300)
    place = np.r_[rng.integers(0, 60, 400), rng.choice(near, 40)]
    step = np.r_[rng.integers(0, 30, 400), rng.integers(20, 23, 40)]
    first = scan_permutation(xy, place, step, replicates=19, max_steps=5)[0]
    assert first.start is not None
    assert first.end is not None
    assert 19 <= first.start <= 20
    assert 22 <= first.end <= 23
    assert first.p == 0.05


def test_the_ratio_is_the_published_formula() -> None:
    # c = 20, e = 10, C = 100: 20 ln 2 + 80 ln(80/90).
    value = log_likelihood_ratio(np.array([20.0]), np.array([10.0]), 100.0)[0]
    assert abs(value - (20 * np.log(2) + 80 * np.log(80 / 90))) < 1e-12
