"""An area's own past: what is usual for the hour of the week, how much days differ, and pasts like it.

Counts are taken as Poisson round a rate for the hour of the week, times a factor of the day and one of the
hour (gamma, mean 1): days and hours that are busier than usual for no reason are what makes false alarms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from data.alert_rules import DAY_MS, HOUR_MS
from data.geo import FloatArray, IntArray

WEEK_HOURS = 168
MIN_WEEKS, MAX_WEEKS = 4, 12
MIN_REPORTS = 30
# As many weeks of "hour of the day times day of the week" are mixed into each hour of the week.
_PRIOR_WEEKS = 2.0
_MOST_SPREAD = 25.0


@dataclass(frozen=True)
class Usual:
    """Reports per hour for each local hour of the week, and the variances of the factors of day and hour."""

    rate: FloatArray
    day_spread: float
    hour_spread: float
    zone: str

    def per_bin(self, first_bin: int, bins: int, *, step_ms: int) -> FloatArray:
        """Return how many reports are usual in each step of time, counted from 1970 in steps."""
        one: FloatArray = per_bin(self.rate[None, :], self.zone, first_bin, bins, step_ms=step_ms)[0]
        return one

    def spread(self, within_ms: int) -> float:
        """Return the variance of the factor of a whole window, its hours and days taken together."""
        of_hours = (1 + self.day_spread) * self.hour_spread / max(1.0, within_ms / HOUR_MS)
        return float(self.day_spread / max(1.0, within_ms / DAY_MS) + of_hours)


def per_bin(rates: FloatArray, zone: str, first_bin: int, bins: int, *, step_ms: int) -> FloatArray:
    """Return how many reports are usual in each step, one row for each row of rates by hour of the week."""
    edges = (first_bin + np.arange(bins + 1, dtype=np.int64)) * step_ms
    first, last = int(edges[0]) // HOUR_MS, -(-int(edges[-1]) // HOUR_MS)
    running = np.zeros((len(rates), last - first + 1))
    np.cumsum(rates[:, hours_of_week(np.arange(first, last), zone)], axis=1, out=running[:, 1:])
    whole, part = np.divmod(edges - first * HOUR_MS, HOUR_MS)
    ahead = np.minimum(whole + 1, last - first)
    share = part / HOUR_MS
    at = running[:, whole] * (1 - share) + running[:, ahead] * share
    # Rounding can leave a step of nothing a hair below it.
    return np.asarray(np.maximum(np.diff(at, axis=1), 0.0), dtype=np.float64)


def hours_of_week(hours: IntArray, zone: str) -> IntArray:
    """Return the local hour of the week, 0 to 167, of whole hours since 1970 UTC."""
    local, tz = [], ZoneInfo(zone)
    for hour in hours.tolist():
        offset = datetime.fromtimestamp(hour * 3600, tz).utcoffset()
        local.append(hour + (0 if offset is None else int(offset.total_seconds() // 3600)))
    return np.asarray(local, dtype=np.int64) % WEEK_HOURS


@dataclass(frozen=True)
class Learnt:
    """What was learnt from several pasts, one row each."""

    rates: FloatArray
    day_spread: FloatArray
    hour_spread: FloatArray
    zone: str

    def spread(self, within_ms: int) -> FloatArray:
        """Return the variance of the factor of a whole window, its hours and days taken together."""
        of_hours = (1 + self.day_spread) * self.hour_spread / max(1.0, within_ms / HOUR_MS)
        return np.asarray(self.day_spread / max(1.0, within_ms / DAY_MS) + of_hours)

    def one(self, row: int) -> Usual:
        """Return what was learnt from one of them."""
        return Usual(self.rates[row], float(self.day_spread[row]), float(self.hour_spread[row]), self.zone)


def learn(counts: FloatArray, how: IntArray, *, zone: str) -> Learnt:
    """Return what is usual for each row of hourly counts; `how` says each column's hour of the week."""
    seen = np.zeros((WEEK_HOURS, len(how)))
    seen[how, np.arange(len(how))] = 1.0
    rates = _rates(counts @ seen.T, seen.sum(axis=1))
    weeks = max(len(how) / WEEK_HOURS, 1.5)
    expected = rates[:, how]
    # The rate was fitted to these very counts: they lie closer to it than those to come will.
    loose = weeks / (weeks - 1)
    total = _surplus(counts, expected, loose)
    whole = len(how) // 24 * 24
    by_day = (len(counts), -1, 24)
    of_days = _surplus(
        counts[:, :whole].reshape(by_day).sum(axis=2), expected[:, :whole].reshape(by_day).sum(axis=2), loose
    )
    day = np.minimum(of_days, np.maximum(total, of_days))
    hour = np.maximum((1 + total) / (1 + day) - 1, 0.0)
    return Learnt(rates, day, hour, zone)


def _rates(sums: FloatArray, hours: FloatArray) -> FloatArray:
    """Return the rate per hour of the week: its own mean, drawn towards hour of day times day of week."""
    shape = (len(sums), 7, 24)
    table, known = sums.reshape(shape), hours.reshape(1, 7, 24)
    overall = table.sum(axis=(1, 2), keepdims=True) / known.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        of_hour = table.sum(axis=1, keepdims=True) / known.sum(axis=1, keepdims=True)
        of_day = table.sum(axis=2, keepdims=True) / known.sum(axis=2, keepdims=True)
        product = np.where(overall > 0, of_hour * of_day / overall, 0.0)
    product = np.nan_to_num(product)
    mixed = (table + _PRIOR_WEEKS * product) / (known + _PRIOR_WEEKS)
    return np.asarray(mixed.reshape(len(sums), WEEK_HOURS), dtype=np.float64)


def _surplus(counts: FloatArray, expected: FloatArray, loose: float) -> FloatArray:
    """Return the variance of the factor, by moments: Var = E + E² · surplus."""
    above = ((counts - expected) ** 2 * loose - expected).sum(axis=1)
    squares = (expected**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(squares > 0, above / squares, 0.0)
    return np.asarray(np.clip(found, 0.0, _MOST_SPREAD))


def hourly(times: IntArray, first_hour: int, hours: int) -> IntArray:
    """Return the counts of whole hours since 1970, from the first one on."""
    place = times // HOUR_MS - first_hour
    inside = (place >= 0) & (place < hours)
    return np.bincount(place[inside], minlength=hours)


@dataclass(frozen=True)
class Past:
    """What an area's history was learnt from."""

    usual: Usual
    first_hour: int
    hours: int
    reports: int

    @property
    def unsure(self) -> float:
        """How much larger, in proportion, the spreads may be than so few days showed: one standard error."""
        return math.sqrt(2 * 24 / self.hours)

    @property
    def worse(self) -> Usual:
        """What is usual if days and hours differ more than the past happened to show."""
        more = 1 + self.unsure
        return replace(
            self.usual,
            day_spread=self.usual.day_spread * more,
            hour_spread=self.usual.hour_spread * more,
        )


def past_of(times: IntArray, *, until_ms: int, zone: str) -> Past | None:
    """Return the last twelve weeks before a moment; None for under four weeks or thirty reports."""
    last = until_ms // HOUR_MS
    times = times[times < last * HOUR_MS]
    if not len(times):
        return None
    first = max(-(-int(times[0]) // HOUR_MS), last - MAX_WEEKS * WEEK_HOURS)
    hours = last - first
    if hours < MIN_WEEKS * WEEK_HOURS:
        return None
    counts = hourly(times, first, hours)
    if counts.sum() < MIN_REPORTS:
        return None
    how = hours_of_week(np.arange(first, last), zone)
    usual = learn(counts[None, :].astype(np.float64), how, zone=zone).one(0)
    return Past(usual, first, hours, int(counts.sum()))


@dataclass(frozen=True)
class LeftOut:
    """A week of the past, from one hour up to another, and what is usual by all the other weeks."""

    first_hour: int
    end_hour: int
    usual: Usual


def left_out(past: Past, times: IntArray) -> list[LeftOut]:
    """Return each week of the past with what is usual without it: nothing is judged by itself."""
    counts = hourly(times, past.first_hour, past.hours).astype(np.float64)
    how = hours_of_week(np.arange(past.first_hour, past.first_hour + past.hours), past.usual.zone)
    starts = [week * WEEK_HOURS for week in range(past.hours // WEEK_HOURS)]
    weeks = []
    for start, end in zip(starts, [*starts[1:], past.hours], strict=True):
        others = np.ones(past.hours, dtype=np.bool_)
        others[start:end] = False
        usual = learn(counts[None, others], how[others], zone=past.usual.zone).one(0)
        weeks.append(LeftOut(past.first_hour + start, past.first_hour + end, usual))
    return weeks


def factors(usual: Usual, hours: int, rows: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return drawn factors of the hours, one row for each past."""
    made = np.ones((rows, hours))
    if usual.day_spread > 0:
        days = rng.gamma(1 / usual.day_spread, usual.day_spread, (rows, hours // 24 + 1))
        made *= np.repeat(days, 24, axis=1)[:, :hours]
    if usual.hour_spread > 0:
        made *= rng.gamma(1 / usual.hour_spread, usual.hour_spread, (rows, hours))
    return made


def pasts_like(past: Past, rows: int, rng: np.random.Generator) -> Learnt:
    """Return what one would have learnt from pasts that could as well have been: the error of learning.

    They are drawn from the worse case, and what is learnt of spreads is made as much too small as it was.
    """
    how = hours_of_week(np.arange(past.first_hour, past.first_hour + past.hours), past.usual.zone)
    means = past.usual.rate[how] * factors(past.worse, past.hours, rows, rng)
    learnt = learn(rng.poisson(means).astype(np.float64), how, zone=past.usual.zone)
    less = 1 + past.unsure
    return replace(learnt, day_spread=learnt.day_spread / less, hour_spread=learnt.hour_spread / less)


def drawn(
    usual: Usual, first_bin: int, bins: int, *, step_ms: int, rows: int, rng: np.random.Generator
) -> FloatArray:
    """Return the means of steps of time in futures like the past, one row each; counts are Poisson."""
    first = first_bin * step_ms // HOUR_MS
    last = -(-(first_bin + bins) * step_ms // HOUR_MS)
    made = factors(usual, last - first, rows, rng)
    hour_of_bin = (first_bin + np.arange(bins, dtype=np.int64)) * step_ms // HOUR_MS - first
    means = usual.per_bin(first_bin, bins, step_ms=step_ms)
    if step_ms <= HOUR_MS:
        return np.asarray(means * made[:, hour_of_bin])
    rates = usual.rate[hours_of_week(np.arange(first, last), usual.zone)] * made
    edges = np.append(hour_of_bin, last - first)
    return np.add.reduceat(rates, edges[:-1], axis=1)


def moment(hour: int) -> datetime:
    """Return the beginning of an hour since 1970."""
    return datetime.fromtimestamp(hour * 3600, UTC)
