"""The mirror follows the store: whatever the order of changes, it ends as if it had been read afresh."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import timedelta
from itertools import pairwise
from threading import Event

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from data.clock import to_ms
from data.errors import NotFound
from data.mirror import Mirror
from data.mirror.combos import Combos
from data.mirror.follow import seq_ranges
from data.mirror.frame import IncidentFrame, merged
from data.mirror.lru import Lru
from data.mirror.shapes import ShapeSet
from data.model import LonLat, Severity, SiteStatus, Status, StoreKind, Tlp
from data.query import Query
from data.records import Change
from tests.support.frames import columns_of, frame_of, rows
from tests.support.records import BOSTON, NOON


def _same(first: IncidentFrame, second: IncidentFrame) -> None:
    for each in fields(IncidentFrame):
        if each.name not in ("combo", "combos", "shapes"):
            np.testing.assert_array_equal(
                getattr(first, each.name), getattr(second, each.name), err_msg=each.name
            )
    np.testing.assert_array_equal(first.combos.keys[first.combo], second.combos.keys[second.combo])
    assert first.shapes.seq.tolist() == second.shapes.seq.tolist()


@given(rows(most=25), rows(most=25), st.data())
@pytest.mark.parametrize("bulk", [False, True])
def test_merging_changes_gives_the_same_frame_as_building_anew(bulk, before, after, data):
    used = {row.fid for row in before}
    arrivals = [row for row in after if row.fid not in used]
    frame = frame_of(before)
    gone = data.draw(st.sets(st.integers(1, max(len(before), 1)), max_size=10)) if before else set()
    fresh = columns_of(arrivals, first_seq=len(before) + 1)
    combos = Combos.of(fresh["combo"], known=frame.combos)
    with pytest.MonkeyPatch.context() as patched:
        if bulk:
            patched.setattr("data.mirror.frame._FEW", -1)
        result = merged(
            frame,
            {**fresh, "combo": combos.numbers(fresh["combo"])},
            gone=frame.positions(sorted(gone)),
            combos=combos,
            shapes=ShapeSet.of({}),
        )
    everything = frame_of([*before, *arrivals])
    keep = ~np.isin(everything.seq, sorted(gone))
    for name in ("seq", "fid", "cell", "x", "y", "occurred_ms", "updated_ms", "revision"):
        np.testing.assert_array_equal(getattr(result, name), getattr(everything, name)[keep], err_msg=name)
    np.testing.assert_array_equal(result.type, everything.type[keep])
    assert sorted(result.positions(everything.seq).tolist()) == list(range(len(result)))


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 8)), max_size=20))
def test_changed_seqs_become_ranges_that_neither_touch_nor_overlap(changes):
    noted = [Change(n, "incident", first, first + more, NOON) for n, (first, more) in enumerate(changes)]
    ranges = seq_ranges(noted, kind="incident")
    covered = {seq for first, last in ranges for seq in range(first, last + 1)}
    assert covered == {seq for first, more in changes for seq in range(first, first + more + 1)}
    assert all(one[1] + 1 < other[0] for one, other in pairwise(ranges))


def test_the_mirror_takes_in_what_is_added_changed_and_moved(store, world):
    mirror, officer = Mirror(store), world.officer()
    mirror.refresh()
    assert mirror.view(officer, Query()).total == 0
    made = [world.incident(severity=Severity.LOW) for _ in range(5)]
    assert mirror.refresh()
    assert not mirror.refresh()
    view = mirror.view(officer, Query.parse("severity=1"))
    assert sorted(view.frame.fid[view.rows].tolist()) == sorted(each.fid for each in made)
    changes = {"severity": Severity.EXTREME, "status": Status.ACKNOWLEDGED, "place": LonLat(10.0, 50.0)}
    store.incidents.update(officer, made[2].id, revision=1, changes=changes)
    assert mirror.refresh()
    moved = mirror.view(officer, Query.parse("severity=6&status=acknowledged&shape=c:10,50,100"))
    assert moved.frame.fid[moved.rows].tolist() == [made[2].fid]
    assert mirror.view(officer, Query.parse("severity=1")).total == 4
    afresh = Mirror(store)
    _same(mirror.incidents, afresh.incidents)
    assert mirror.token(officer) == afresh.token(officer)


def test_everything_that_the_frame_holds_is_what_the_store_holds(store, world):
    world.incident(place=None, accuracy_m=None, occurred=NOON - timedelta(days=3))
    outline = box(-71.2, 42.2, -71.0, 42.4)
    zone = world.incident(place=None, geometry=outline, accuracy_m=12.5, persons_affected=7)
    frame = Mirror(store).incidents
    assert frame.located == 1
    row = int(frame.positions([zone.seq])[0])
    assert (frame.fid[row], frame.persons[row], frame.accuracy_m[row]) == (zone.fid, 7, np.float32(12.5))
    assert frame.occurred_ms[row] == to_ms(zone.occurred)
    assert frame.shapes.geometry[0].equals(outline)
    assert frame.shape_rows.tolist() == [row]
    other = 1 - row
    assert (frame.persons[other], np.isnan(frame.accuracy_m[other])) == (-1, True)
    changed = {"geometry": box(-70.2, 42.2, -70.0, 42.4)}
    mirror = Mirror(store)
    mirror.refresh()
    store.incidents.update(world.system, zone.id, revision=1, changes=changed)
    mirror.refresh()
    assert mirror.incidents.shapes.geometry[0].equals(changed["geometry"])


def test_words_areas_and_sites_filter_what_the_store_holds(store, world):
    officer = world.officer()
    leak = world.incident(title="Gas leak in Élm Street", place=BOSTON)
    fire = world.incident(title="Brush fire", place=LonLat(-70.0, 41.0))
    area = world.area(geometry=box(-71.2, 42.2, -70.9, 42.5))
    world.site(place=LonLat(-70.0, 41.001))
    mirror = Mirror(store)

    def found(text: str) -> list[int]:
        view = mirror.view(officer, Query.parse(text))
        return sorted(view.frame.fid[view.rows].tolist())

    assert found("q=elm leak") == [leak.fid]
    assert found("q=leak&not=q") == [fire.fid]
    assert found(f"area={area.id}") == [leak.fid]
    assert found(f"area={area.id}&not=area") == [fire.fid]
    assert found("near=healthcare:200") == [fire.fid]
    assert found("near=healthcare/hospital:200&not=near") == [leak.fid]
    assert found("near=water:200") == []


def test_an_area_that_may_not_be_seen_filters_like_one_that_is_not_there(sqlite_store, sqlite_world):
    secret = sqlite_world.area(scope_id=sqlite_world.scope(StoreKind.INTEL, Tlp.RED))
    officer = sqlite_world.officer()
    with pytest.raises(NotFound):
        Mirror(sqlite_store).view(officer, Query.parse(f"area={secret.id}"))


def test_the_token_moves_with_what_the_actor_may_see_and_with_nothing_else(store, world):
    mirror, officer = Mirror(store), world.officer()
    shown = world.incident()
    hidden_scope = world.scope(StoreKind.SAR, Tlp.RED)
    mirror.refresh()
    tokens = [mirror.token(officer)]
    hidden = world.incident(scope_id=hidden_scope)
    mirror.refresh()
    assert mirror.token(officer) == tokens[0]
    store.incidents.update(world.system, hidden.id, revision=1, changes={"severity": Severity.HIGH})
    mirror.refresh()
    assert mirror.token(officer) == tokens[0]
    store.incidents.update(officer, shown.id, revision=1, changes={"status": Status.CLOSED})
    mirror.refresh()
    tokens.append(mirror.token(officer))
    site = world.site()
    mirror.refresh()
    tokens.append(mirror.token(officer))
    store.sites.update(world.system, site.id, revision=1, changes={"status": SiteStatus.RED})
    mirror.refresh()
    tokens.append(mirror.token(officer))
    area = world.area()
    mirror.refresh()
    tokens.append(mirror.token(officer))
    store.areas.update(world.system, area.id, revision=1, changes={"geometry": box(0, 0, 1, 1)})
    mirror.refresh()
    tokens.append(mirror.token(officer))
    assert len(set(tokens)) == len(tokens)


def test_a_record_that_becomes_hidden_leaves_every_answer(sqlite_store, sqlite_world):
    mirror, officer = Mirror(sqlite_store), sqlite_world.officer()
    made = sqlite_world.incident()
    mirror.refresh()
    assert mirror.view(officer, Query()).total == 1
    scope = sqlite_world.scope(StoreKind.INCIDENT, Tlp.RED, agency_id=1)
    sqlite_store.incidents.update(sqlite_world.system, made.id, revision=1, changes={"scope_id": scope})
    mirror.refresh()
    view = mirror.view(officer, Query())
    assert (view.total, view.extent, view.time_range) == (0, None, None)


def test_a_view_is_kept_within_its_minute_and_made_anew_after_it(sqlite_store, sqlite_world, clock):
    mirror, officer = Mirror(sqlite_store), sqlite_world.officer()
    sqlite_world.incident(occurred=NOON - timedelta(minutes=59, seconds=30))
    query = Query.parse("last=1h")
    first = mirror.view(officer, query)
    assert first.total == 1
    clock.at = NOON + timedelta(seconds=59)
    assert mirror.view(officer, query) is first
    clock.at = NOON + timedelta(seconds=60)
    assert mirror.view(officer, query).total == 0


def test_listeners_hear_of_changes_until_they_leave(sqlite_store, sqlite_world):
    mirror, heard = Mirror(sqlite_store), []
    leave = mirror.subscribe(lambda: heard.append(1))
    mirror.refresh()
    sqlite_world.incident()
    mirror.refresh()
    mirror.refresh()
    leave()
    sqlite_world.incident()
    mirror.refresh()
    assert len(heard) == 2


def test_the_following_thread_shows_a_report_soon_and_stops_when_told(sqlite_store, sqlite_world):
    mirror = Mirror(sqlite_store)
    mirror.start()
    try:
        seen = _heard(mirror)
        sqlite_world.incident()
        assert seen.wait(5)
    finally:
        mirror.stop()
    assert len(mirror.incidents) == 1


def _heard(mirror: Mirror) -> Event:
    event = Event()
    mirror.subscribe(event.set)
    return event


def test_the_cache_keeps_what_was_used_last_within_its_size():
    cache: Lru[bytes] = Lru(limit_bytes=100, size=len)
    made = []

    def make(name: str) -> bytes:
        made.append(name)
        return name.encode() * 40

    for name in ("a", "b", "a", "c", "a", "b"):
        cache.get(name, lambda n=name: make(n))
    assert made == ["a", "b", "c", "b"]


def test_a_value_that_many_ask_for_at_once_is_made_once_and_an_error_is_not_kept():
    cache: Lru[bytes] = Lru(limit_bytes=100, size=len)
    made, gate = [], Event()

    def slow() -> bytes:
        made.append(1)
        gate.wait(5)
        return b"value"

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(cache.get, "key", slow) for _ in range(8)]
        gate.set()
        assert {each.result(5) for each in asked} == {b"value"}
    assert len(made) == 1
    with pytest.raises(ZeroDivisionError):
        cache.get("broken", lambda: bytes(1 // 0))
    assert cache.get("broken", lambda: b"mended") == b"mended"
