"""What a filter lets through, against a plain loop over the rows."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadFilter
from data.model import Status, Tlp
from data.query import Dimension, Query
from tests.support.frames import CODES, NOW_MS, SCOPES, SOURCES, TYPES, Row, rows, view_of

DAY_MS = 86_400_000
_CODED = ("type", "severity", "status", "source", "tlp", "store")

coded_filters = st.fixed_dictionaries(
    {},
    optional={
        "type": st.lists(st.sampled_from(CODES), min_size=1, max_size=3).map(",".join),
        "severity": st.lists(st.sampled_from("0123456"), min_size=1, max_size=4).map(",".join),
        "status": st.lists(st.sampled_from([s.name.lower() for s in Status]), min_size=1).map(",".join),
        "source": st.sampled_from(["cad", "tips", "cad,tips", "nobody"]),
        "tlp": st.lists(st.sampled_from([t.name.lower() for t in Tlp]), min_size=1).map(",".join),
        "store": st.sampled_from(["incident", "sar", "incident,sar"]),
        "last": st.sampled_from(["1d", "7d", "35d"]),
        "since": st.integers(NOW_MS - DAY_MS, NOW_MS).map(str),
        "not": st.lists(st.sampled_from([*_CODED, "time", "since"]), min_size=1, max_size=4).map(",".join),
    },
)


def _passes(row: Row, query: Query, dimension: Dimension, visible: tuple[int, ...]) -> bool:
    """Return whether one row passes one dimension, as the grammar's text says it."""
    if dimension not in query.dimensions():
        return True
    code, scope = TYPES[row.type - 1].code, SCOPES[row.scope]
    source = SOURCES[row.source - 1]
    start, end = query.window_ms(NOW_MS)
    wanted = {
        Dimension.TYPE: any(code == each or code.startswith(each + ".") for each in query.types),
        Dimension.SEVERITY: row.severity in query.severities,
        Dimension.STATUS: row.status in query.statuses,
        Dimension.SOURCE: source.key in query.sources and source.scope_id in visible,
        Dimension.TLP: scope.tlp in query.tlps,
        Dimension.STORE: scope.store in query.stores,
        Dimension.TIME: (start is None or row.occurred_ms >= start)
        and (end is None or row.occurred_ms < end),
        Dimension.SINCE: row.updated_ms > (query.since_ms or 0),
    }[dimension]
    return wanted != (dimension in query.inverted)


_TESTED = [Dimension(name) for name in (*_CODED, "time", "since")]


def _expected(
    made: list[Row], query: Query, visible: tuple[int, ...], *, without: Dimension | None = None
) -> list[Row]:
    dimensions = [each for each in _TESTED if each is not without]
    return [r for r in made if r.scope in visible and all(_passes(r, query, d, visible) for d in dimensions)]


@given(rows(), coded_filters, st.sampled_from([(1,), (1, 2), (1, 2, 3), ()]))
def test_a_view_holds_exactly_the_rows_that_pass_every_dimension(made, params, visible):
    query = Query.parse(params)
    view = view_of(made, query.canonical(), visible=visible)
    expected = _expected(made, query, visible)
    assert sorted(view.frame.fid[view.rows].tolist()) == sorted(row.fid for row in expected)
    assert view.total == len(expected)
    assert view.unlocated == sum(row.place is None for row in expected)
    assert view.default_points == sum(row.located_by == 7 for row in expected)
    assert view.marking == max((SCOPES[row.scope].tlp for row in expected), default=Tlp.CLEAR)
    assert np.all(np.diff(view.rows) > 0)


@given(rows(), coded_filters, st.sampled_from([(1,), (1, 2), (1, 2, 3)]))
def test_each_facet_counts_without_its_own_filter(made, params, visible):
    query = Query.parse(params)
    facets = view_of(made, query.canonical(), visible=visible).facets()

    def counted(dimension: Dimension, name) -> dict[str, int]:
        found = Counter(name(row) for row in _expected(made, query, visible, without=dimension))
        return {key: number for key, number in found.items() if key is not None and number}

    def present(facet: str) -> dict[str, int]:
        return {key: number for key, number in facets[facet].items() if number}

    def known_source(row: Row) -> str | None:
        source = SOURCES[row.source - 1]
        return source.key if source.scope_id in visible else None

    assert present("severity") == counted(Dimension.SEVERITY, lambda row: str(row.severity))
    assert present("status") == counted(Dimension.STATUS, lambda row: Status(row.status).name.lower())
    assert present("tlp") == counted(Dimension.TLP, lambda row: SCOPES[row.scope].tlp.name.lower())
    assert present("store") == counted(Dimension.STORE, lambda row: SCOPES[row.scope].store.value)
    assert present("source") == counted(Dimension.SOURCE, known_source)
    by_code = Counter(
        TYPES[row.type - 1].code for row in _expected(made, query, visible, without=Dimension.TYPE)
    )
    ancestors: Counter[str] = Counter()
    for code, number in by_code.items():
        parts = code.split(".")
        for depth in range(1, len(parts) + 1):
            ancestors[".".join(parts[:depth])] += number
    assert facets["type"] == dict(ancestors)


@given(rows(), st.sampled_from(["", "last=1h", "last=7d", "last=35d", "type=fire"]), st.integers(1, 180))
def test_the_timeline_counts_every_row_once_in_at_most_so_many_bins(made, query, bins):
    view = view_of(made, query)
    timeline = view.timeline(bins)
    if timeline is None:
        assert view.total == 0
        return
    assert timeline.counts.sum() == view.total
    assert timeline.counts.shape[1] <= bins
    occurred = [row.occurred_ms for row in _expected(made, Query.parse(query), (1, 2))]
    places = Counter((at - timeline.start_ms) // timeline.step_ms for at in occurred)
    assert [places[n] for n in range(timeline.counts.shape[1])] == timeline.counts.sum(axis=0).tolist()


def test_usual_is_the_mean_of_that_hour_of_the_week_over_the_weeks_before():
    hour = 3_600_000
    # Two reports at this very hour in each of the six weeks before, and one now.
    made = [
        Row(fid=10 * week + n, occurred_ms=NOW_MS - week * 7 * DAY_MS - hour // 2)
        for week in range(1, 7)
        for n in range(2)
    ]
    timeline = view_of([*made, Row(fid=999)], "last=6h").timeline()
    assert timeline is not None
    assert timeline.usual is not None
    assert timeline.usual_weeks >= 4
    assert timeline.usual.sum() == pytest.approx(2.0, rel=0.3)
    at = (np.arange(len(timeline.usual)) * timeline.step_ms + timeline.start_ms - NOW_MS) / hour
    assert (timeline.usual[(at >= -1) & (at < 0)] > 0).all()
    assert (timeline.usual[(at < -1) | (at >= 0)] == 0).all()


def test_under_four_weeks_the_usual_is_that_of_the_hour_of_the_day_over_whole_weeks():
    hour = 3_600_000
    # One report at this very hour of each day but the first of the last eleven: one whole week counts.
    made = [Row(fid=back, occurred_ms=NOW_MS - back * DAY_MS - hour // 2) for back in range(2, 12)]
    timeline = view_of([*made, Row(fid=999)], "last=6h").timeline()
    assert timeline is not None
    assert timeline.usual is not None
    assert timeline.usual_weeks == 1
    at = (np.arange(len(timeline.usual)) * timeline.step_ms + timeline.start_ms - NOW_MS) / hour
    # On six of the seven days before there was one: 6 / 7 in the hour before now, none in any other.
    assert timeline.usual[(at >= -1) & (at < 0)].sum() == pytest.approx(6 / 7)
    assert (timeline.usual[(at < -1) | (at >= 0)] == 0).all()


def test_nothing_is_usual_before_a_week_is_known():
    made = [Row(fid=1, occurred_ms=NOW_MS - 7 * DAY_MS), Row(fid=2)]
    timeline = view_of(made, "last=1d").timeline()
    assert timeline is not None
    assert timeline.usual is None
    assert timeline.usual_weeks == 0


def test_an_unknown_type_is_refused_and_an_unknown_source_matches_nothing():
    with pytest.raises(BadFilter, match="no incident type"):
        view_of([Row(fid=1)], "type=nonsense")
    assert view_of([Row(fid=1)], "source=nobody").total == 0


def test_a_source_that_may_not_be_known_of_answers_like_one_that_does_not_exist():
    made = [Row(fid=1, source=2, scope=1), Row(fid=2, source=1)]
    hidden, absent = (view_of(made, f"source={key}", visible=(1,)) for key in ("tips", "nobody"))
    assert hidden.total == absent.total == 0
    assert hidden.facets() == absent.facets()


@given(rows())
def test_the_extent_holds_every_place_and_is_none_without_any(made):
    extent = view_of(made).extent
    places = [row.place for row in made if row.place is not None and row.scope != 3]
    if not places:
        assert extent is None
        return
    assert extent is not None
    expected = [f(v) for f, v in ((min, [p.lon for p in places]), (min, [p.lat for p in places]))]
    expected += [max(p.lon for p in places), max(p.lat for p in places)]
    assert extent == pytest.approx(expected, abs=1e-6)
