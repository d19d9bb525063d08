"""Trends over time."""

from __future__ import annotations

import numpy as np
import pymannkendall
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.analytics.trend import Trend, classify, mann_kendall


@given(st.lists(st.integers(0, 5), min_size=10, max_size=30))
def test_mann_kendall_with_ties_agrees_with_the_library(series: list[int]) -> None:
    ours = mann_kendall(series)
    theirs = pymannkendall.original_test(series)
    assert ours.s[0] == theirs.s
    if theirs.var_s > 0:
        assert abs(ours.z[0] - theirs.z) < 1e-9
        assert abs(ours.p[0] - theirs.p) < 1e-9


def _kind(hot: str, cold: str | None = None, *, z: float = 0.0) -> Trend:
    """Return the trend of one cell, its hot and cold steps written as words of 1 and 0."""
    row = np.array([[letter == "1" for letter in hot]])
    chill = np.array([[letter == "1" for letter in cold or "0" * len(hot)]])
    kind = classify(row, chill, z_trend=np.array([z]), significant=np.array([abs(z) > 1.96]))[0]
    return Trend(int(kind))


@pytest.mark.parametrize(
    ("hot", "cold", "z", "kind"),
    [
        ("0000000001", None, 0, Trend.NEW),
        ("0000000111", None, 0, Trend.CONSECUTIVE),
        ("1111111111", None, 3, Trend.INTENSIFYING),
        ("1111111111", None, 0, Trend.PERSISTENT),
        ("1111111111", None, -3, Trend.DIMINISHING),
        ("0111111111", None, 0, Trend.PERSISTENT),
        ("0100100101", None, 0, Trend.SPORADIC),
        ("0100100101", "1000000000", 0, Trend.OSCILLATING),
        ("1111111110", None, 0, Trend.HISTORICAL),
        ("0100100100", None, 0, Trend.NONE),
        ("0000000000", None, 0, Trend.NONE),
    ],
)
def test_each_category_is_what_its_definition_says(hot: str, cold: str | None, z: float, kind: Trend) -> None:
    assert _kind(hot, cold, z=z) == kind


def test_coldspots_are_the_mirror_of_hotspots() -> None:
    rng = np.random.default_rng(0)
    hot = rng.random((500, 12)) < 0.4
    cold = ~hot & (rng.random((500, 12)) < 0.3)
    z, significant = rng.normal(size=500) * 2, rng.random(500) < 0.3
    forward = classify(hot, np.zeros_like(cold), z_trend=z, significant=significant)
    backward = classify(np.zeros_like(cold), hot, z_trend=-z, significant=significant)
    assert (forward == -backward).all()


def test_nine_steps_are_too_few_for_a_trend() -> None:
    with pytest.raises(ValueError, match="at least 10"):
        _kind("000000001")
