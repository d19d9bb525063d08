"""Call lists: each row a call once, located as well as text and point allow."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dashboard.cli.calls import locator
from data.access import Permission
from data.errors import Forbidden, Invalid
from data.importers.calls import CallOptions, run
from data.importers.quarantine import resend, waiting
from data.importers.report import Report
from data.model import LocatedBy, LonLat, Role, Tlp
from data.rescue_records import Channel, Hazard
from data.store import Store
from tests.support.places import real_data
from tests.support.records import World

HEAD = (
    "Call ID,Received,Caller,Phone,People,Ages,How many,Place,Latitude,Longitude,Trapped,Water until,"
    "Hazards,Story"
)
ROWS = (
    '17,2026-11-01T08:00:00Z,Ann,+1 617 555 0100,George; Ruth,78; 74,2,"Coral Bay, St. John",18.348,-64.713,'
    "yes,2026-11-01T20:00:00Z,landslide,A landslide lies over the house",
    "18,2026-11-01T09:00:00Z,,,,,5,Cruz Bay,,,no,,,=Without water",
    "19,2026-11-01T09:30:00Z,,,,,,,,,,,,",
    "20,2026-11-01T10:00:00Z,,,,,,Annaberg,91.5,-64.7,,,,The road is gone",
)
LIST = "\n".join([HEAD, *ROWS]) + "\n"


def _import(store: Store, path: Path, **options: object) -> Report:
    return run(store, store.system_actor(), path, options=CallOptions(**options), locate=None)  # type: ignore[arg-type]


def _counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.quarantined


def test_a_call_list_comes_in_row_by_row_and_again_changes_nothing(world: World, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(LIST, "utf-8")
    assert _counts(_import(world.store, path, dry_run=True)) == (2, 0, 0, 2)
    assert world.store.calls.count(world.system) == 0
    report = _import(world.store, path)
    assert _counts(report) == (2, 0, 0, 2)
    assert report.adds_up
    first, second = sorted(world.store.calls.page(world.system, limit=9)[0], key=lambda one: one.source_key)
    assert [(p.name, p.age) for p in first.people] == [("George", 78), ("Ruth", 74)]
    assert (first.place, first.needs.trapped, first.needs.hazards) == (
        LonLat(-64.713, 18.348), True, (Hazard.LANDSLIDE,),
    )  # fmt: skip
    assert (first.caller.name, first.caller.place, first.channel) == ("Ann", None, Channel.IMPORT)
    assert (second.people_known, second.narrative, second.place) == (5, "=Without water", None)
    assert _counts(_import(world.store, path)) == (0, 0, 2, 2)
    assert len(world.store.households.all(world.system)) == 2
    assert waiting(world.store, world.system)[1] == 2, "a row in quarantine is there once"


def test_a_newer_list_changes_what_it_says_and_not_what_an_officer_corrected(
    world: World, tmp_path: Path
) -> None:
    path, officer = tmp_path / "calls.csv", world.officer()
    path.write_text(LIST, "utf-8")
    _import(world.store, path)
    [call] = [one for one in world.store.calls.page(officer, limit=9)[0] if one.source_key == "17"]
    world.store.calls.change(officer, call.id, revision=1, changes={"people_count": 3})
    newer = LIST.replace("lies over the house", "has moved").replace("74,2,", "74,4,")
    path.write_text(newer, "utf-8")
    assert _counts(_import(world.store, path)) == (0, 1, 1, 2)
    after = world.store.calls.get(officer, call.id)
    assert (after.narrative, after.people_count) == ("A landslide has moved", 3)
    assert world.store.calls.history(officer, call.id)[-1].batch_id is not None


def test_a_file_without_calls_is_refused_and_a_row_in_quarantine_is_mended_in_the_file(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "other.csv"
    path.write_text("height,width\n1,2\n", "utf-8")
    with pytest.raises(Invalid):
        _import(world.store, path)
    with pytest.raises(Invalid):
        _import(world.store, path, told={"narrative": "depth"})
    path.write_text(LIST, "utf-8")
    _import(world.store, path)
    row = waiting(world.store, world.system)[0][0]
    with pytest.raises(Invalid):
        resend(world.store, world.system, row.seq, {"Story": "mended"})
    officer = world.officer()
    assert not officer.may(Permission.IMPORT)
    with pytest.raises(Forbidden):
        run(world.store, officer, path, options=CallOptions(), locate=None)
    amber = world.actor(role=Role.ANALYST, clearance=Tlp.GREEN)
    with pytest.raises(Forbidden):
        run(world.store, amber, path, options=CallOptions(), locate=None)


def test_of_the_haiti_reports_the_trapped_and_the_searched_for_are_calls(sqlite_store: Store) -> None:
    folder = real_data()
    if folder is None:
        pytest.skip("the Haiti reports are not here")
    path = folder / "1_crisis_reports" / "haiti2010_ushahidi_masked.give.csv"
    report = run(
        sqlite_store, sqlite_store.system_actor(), path, options=CallOptions(), locate=locator(sqlite_store)
    )
    # 1,131 reports, of which 150 are filed under "People trapped" or "Search and Rescue": counted by hand.
    assert (report.read, report.added, report.quarantined) == (150, 150, 0)
    assert report.notes == ["981 rows of other categories are no calls"]
    calls, _ = sqlite_store.calls.page(sqlite_store.system_actor(), limit=500)
    assert sum(call.needs.trapped for call in calls) == 122
    stands_in = {LonLat(-72.335, 18.539167), LonLat(-72.336408, 18.539269)}
    assert stands_in & {call.place for call in calls} == set(), "a stand-in for no place is no place"
    how = Counter((call.place is not None, call.located_by is LocatedBy.PLACE_NAME) for call in calls)
    assert how[True, True] == sum(call.place is not None for call in calls) >= 140
    assert all((call.accuracy_m or 0) >= 1_000 for call in calls if call.place)
    again = run(
        sqlite_store, sqlite_store.system_actor(), path, options=CallOptions(), locate=locator(sqlite_store)
    )
    assert (again.added, again.updated, again.unchanged) == (0, 0, 150)
