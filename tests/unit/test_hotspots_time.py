"""Hotspots through time, and against an earlier time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, gamma, nbinom

from data.errors import BadFilter
from data.model import LonLat
from data.query import Query
from layers.analytics.difference import difference
from layers.analytics.getis_ord import gi_star
from layers.analytics.own_past import own_past
from layers.analytics.spacetime import space_time
from layers.hotspots import Against, Asked, Hotspots, Kind, hotspots
from layers.hotspots.course import STEPS_MS, steps_in
from layers.hotspots.window import Window
from tests.support.frames import NOW_MS, Row, view_of
from tests.unit.test_hotspots_tested import INLAND

DAY = 86_400_000


def _at(count: int, *, days: tuple[float, float], box: tuple[float, ...] = INLAND, first: int) -> list[Row]:
    """Return reports spread over a box and over days before now."""
    random = np.random.default_rng(first)
    places = random.uniform(box[:2], box[2:], (count, 2)).tolist()
    ago = random.uniform(*days, count)
    return [
        Row(fid=first + n, place=LonLat(*place), occurred_ms=int(NOW_MS - back * DAY))
        for n, (place, back) in enumerate(zip(places, ago, strict=True))
    ]


SPOT = (-71.85, 42.42, -71.80, 42.46)


def _asked(rows: list[Row], text: str, **more) -> Hotspots:
    return hotspots(view_of(rows, text), Asked(**more), look=lambda query: view_of(rows, query.canonical()))


# ── trend ────────────────────────────────────────────────────────────────────────────────────────


def _masked_z(cube: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return space-time Gi* written out cell by cell."""
    ny, nx, steps = cube.shape
    values = cube[mask]
    z = np.zeros(cube.shape)
    for y, x in np.argwhere(mask):
        for t in range(steps):
            near = [
                cube[r, c, when]
                for r in range(max(y - 1, 0), min(y + 2, ny))
                for c in range(max(x - 1, 0), min(x + 2, nx))
                if mask[r, c]
                for when in range(max(t - 1, 0), t + 1)
            ]
            n, w = values.size, len(near)
            spread = values.std() * np.sqrt((n * w - w**2) / (n - 1))
            z[y, x, t] = (sum(near) - values.mean() * w) / spread if spread > 1e-12 else 0.0
    return z


@given(st.integers(0, 2**32 - 1), st.floats(0.3, 1.0))
def test_space_time_z_is_that_of_the_formula_whatever_the_mask(seed, share):
    random = np.random.default_rng(seed)
    cube = random.poisson(1.5, (4, 5, 10))
    mask = random.random((4, 5)) < share
    if mask.sum() < 2:
        return
    np.testing.assert_allclose(space_time(cube, mask=mask).z, _masked_z(cube, mask), atol=1e-9)


def test_only_the_cells_asked_for_have_a_trend_and_it_is_the_same():
    cube = np.random.default_rng(4).poisson(1.5, (6, 7, 14))
    only = np.random.default_rng(5).random((6, 7)) < 0.5
    every, some = space_time(cube), space_time(cube, only=only)
    assert (some.category[only.ravel()] == every.category[only.ravel()]).all()
    assert (some.trend.z[only.ravel()] == every.trend.z[only.ravel()]).all()
    assert not some.category[~only.ravel()].any()


@given(st.integers(1, 4_000 * DAY))
def test_time_is_cut_into_ten_round_steps_at_least_that_end_with_it(length):
    window = Window(NOW_MS - length, NOW_MS, asked=True)
    steps = steps_in(window)
    if steps is None:
        assert length < 10 * STEPS_MS[0]
        return
    assert steps.count >= 10
    assert steps.step_ms in STEPS_MS
    assert steps.start_ms + steps.count * steps.step_ms == NOW_MS
    assert steps.start_ms >= window.start_ms


def test_what_is_hot_in_the_last_days_alone_is_new_or_consecutive():
    rows = [*_at(2_000, days=(0, 20), first=1), *_at(260, days=(0, 1.9), box=SPOT, first=50_000)]
    found = _asked(rows, "last=20d", kind=Kind.TREND, cell_m=3_000)
    hot = np.flatnonzero(np.isin(found.columns["trend"], ["new", "consecutive"]))
    assert len(hot)
    assert found.columns["claim"][hot].any()
    assert "10 steps of 2 days" in found.method.text
    assert "Trend indicator" in found.method.text


def test_a_time_too_short_for_ten_steps_is_refused_with_a_way_out():
    with pytest.raises(BadFilter, match="at least 10 steps"):
        _asked(_at(50, days=(0, 0.001), first=1), "last=5m", kind=Kind.TREND)


# ── difference ───────────────────────────────────────────────────────────────────────────────────


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12), st.integers(1, 4)
)
def test_a_difference_is_the_exact_binomial_test_and_its_interval(pairs, periods):
    now, before = (np.array(column) for column in zip(*pairs, strict=True))
    found = difference(now, before, now_time=1.0, before_time=float(periods))
    share = 1 / (1 + periods)
    for at, (a, b) in enumerate(pairs):
        if a + b < 5:
            assert np.isnan(found.q[at])
            assert not found.claim[at]
            continue
        tails = [binomtest(a, a + b, share, alternative=side).pvalue for side in ("less", "greater")]
        assert found.p[at] == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)
        limits = binomtest(a, a + b, share).proportion_ci(0.95, method="exact")
        low, high = (odds / (1 - odds) * periods if odds < 1 else np.inf for odds in limits)
        assert found.lower[at] == pytest.approx(low, rel=1e-6)
        assert found.upper[at] == pytest.approx(high, rel=1e-6)
    assert found.tests == sum(a + b >= 5 for a, b in pairs)


def test_a_burst_is_found_and_what_stayed_as_it_was_is_not():
    rows = [*_at(3_000, days=(0, 14), first=1), *_at(150, days=(0, 6.9), box=SPOT, first=50_000)]
    found = _asked(rows, "last=7d", kind=Kind.DIFFERENCE, cell_m=3_000)
    claim, sign = found.columns["claim"], found.columns["sign"]
    assert claim.any()
    assert (sign[claim] == 1).all()
    assert (found.columns["low"][claim] > 1).all()
    assert found.columns["ratio"][claim].max() > 3
    robust = found.columns["robust"]
    assert (robust[claim] >= 1).all()
    assert robust.max() == 3
    assert "robust: when two of them agree" in found.method.text
    quiet = _asked(_at(3_000, days=(0, 14), first=1), "last=7d", kind=Kind.DIFFERENCE, cell_m=3_000)
    assert quiet.columns["claim"].sum() <= 1


def test_the_same_days_of_earlier_weeks_are_averaged_and_only_of_weeks_that_are_known():
    rows = _at(2_000, days=(0, 22), first=1)
    found = _asked(rows, "last=1d", kind=Kind.DIFFERENCE, against=Against.WEEKS, cell_m=10_000)
    said = dict(found.method.lines)["Compared with"]
    assert said.startswith("the same days of earlier weeks")
    assert said.count(" to ") == 2
    assert found.columns["own_before"].sum() == pytest.approx(2_000 / 22, rel=0.5)


def test_a_year_before_is_the_same_weekday():
    rows = _at(300, days=(0, 2), first=1) + _at(300, days=(364, 366), first=1_000)
    found = _asked(rows, "last=2d", kind=Kind.DIFFERENCE, against=Against.YEAR, cell_m=10_000)
    assert "52 weeks before" in dict(found.method.lines)["Compared with"]
    assert found.columns["own_before"].sum() == 300
    assert not found.columns["claim"].any()


def test_nothing_known_of_the_earlier_time_means_no_claims():
    found = _asked(_at(500, days=(0, 1), box=SPOT, first=1), "last=1d", kind=Kind.DIFFERENCE)
    assert not found.columns["claim"].any()
    assert "there are no claims" in found.method.text


@pytest.mark.parametrize("text", ["", "not=time&last=2d", "to=2026-10-01T00:00Z"])
def test_a_comparison_needs_a_period(text):
    with pytest.raises(BadFilter, match="needs a period"):
        _asked([Row(fid=1)], text, kind=Kind.DIFFERENCE)


def test_a_period_that_began_before_all_time_has_none_before_it():
    text = "from=0001-01-02T00:00Z&to=2026-10-01T00:00Z"
    assert Query.parse(text).from_ms is not None
    with pytest.raises(BadFilter, match="no time so early"):
        _asked([Row(fid=1)], text, kind=Kind.DIFFERENCE)


def test_more_than_usual_here_is_found_and_what_is_always_so_is_not():
    busy = (-72.2, 42.55, -72.15, 42.6)
    always = [*_at(4_000, days=(0, 58), first=1), *_at(1_500, days=(0, 58), box=busy, first=20_000)]
    storm = _at(60, days=(0, 1), box=SPOT, first=50_000)
    found = _asked([*always, *storm], "last=1d", kind=Kind.EXCESS, against=Against.WEEKS, cell_m=3_000)
    claim, columns = found.columns["claim"], found.columns
    assert claim.any()
    assert (columns["count"][claim] >= 5).all()
    assert (columns["low"][claim] > 1).all()
    assert found.method.text.count("Not adjusted for population") == 1
    assert "Not adjusted for population." in found.note
    assert "8 of them" in dict(found.method.lines)["Expected"]
    assert "the same days of earlier weeks" in dict(found.method.lines)["Expected"]
    quiet = _asked(always, "last=1d", kind=Kind.EXCESS, against=Against.WEEKS, cell_m=3_000)
    assert quiet.columns["claim"].sum() <= 1
    assert quiet.columns["own_expected"].sum() > 50  # though one place is busier than all others


def test_the_excess_over_the_own_past_is_garwoods_and_of_poisson_pasts_the_gamma_poisson_forecast():
    rng = np.random.default_rng(4)
    past, now = rng.poisson(6.0, (8, 400)), rng.poisson(6.0, 400)
    made = own_past(now, past)
    expected = past.mean(axis=0)
    assert made.expected == pytest.approx(expected)
    assert made.lower == pytest.approx(gamma.ppf(0.025, np.maximum(now, 1e-9)) / expected, rel=1e-6)
    assert made.upper == pytest.approx(gamma.ppf(0.975, now + 1) / expected, rel=1e-6)
    if made.spread == 0:
        total = past.sum(axis=0) + 0.5
        assert made.p == pytest.approx(nbinom.sf(now - 1, total, 8 / 9), rel=1e-6)
    assert not made.claim.any()


@pytest.mark.parametrize("periods", [1, 2, 8])
@pytest.mark.parametrize(("mean", "spread"), [(3.0, 0.0), (0.3, 0.0), (0.02, 0.0), (3.0, 0.3)])
def test_chance_alone_is_not_more_than_usual(periods, mean, spread):
    rng = np.random.default_rng(2)
    rate, claims = rng.gamma(2.0, mean / 2, 900), 0
    for _ in range(30):
        unrest = rng.gamma(1 / spread, spread, (periods + 1, 900)) if spread else np.ones((periods + 1, 900))
        counts = rng.poisson(rate * unrest).reshape(-1, 30, 30)
        sums = np.stack([gi_star(table).local_sum.astype(np.int64).ravel() for table in counts])
        claims += int(own_past(sums[0], sums[1:]).claim.sum())
    assert claims / 30 <= 1
