"""Into the store and in again: every row is counted once, nothing is doubled, changes are revisions."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from data.errors import Conflict, Forbidden
from data.importers import quarantine
from data.importers.base import NeedsAnswer
from data.importers.opening import Options
from data.importers.pipeline import run
from data.model import LocatedBy, LonLat, Role, Status, StoreKind, Tlp
from data.settings import Settings
from data.store import Store, open_store
from data.store import tables as t
from data.store.batches import Batches
from data.store.bulk import new_ids
from data.store.rows import fid_of
from tests.support.imports import import_csv, row, stored, write_csv
from tests.support.places import ROOT
from tests.support.records import World

KINDS_OF_ROW = ("good", "same", "other", "no_id", "zero", "no_date", "short")


def rows_of(kinds: list[str]) -> list[dict[str, str]]:
    made = []
    for number, kind in enumerate(kinds):
        made.append(
            {
                "good": row(number),
                "same": row(1),
                "other": row(1, title=f"Other {number % 3}"),
                "no_id": row(number % 4, id=""),
                "zero": row(number, lat="0", lon="0"),
                "no_date": row(number, date=""),
                "short": row(number),
            }[kind]
        )
    return made


@given(kinds=st.lists(st.sampled_from(KINDS_OF_ROW), min_size=1, max_size=40))
def test_the_counts_add_up_and_a_second_import_changes_nothing(
    kinds: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    store = open_store(Settings(home=home))
    rows = [*rows_of(kinds), row(900), row(901)]
    write_csv(home / "a.csv", rows)
    lines = (home / "a.csv").read_text().splitlines(keepends=True)
    broken = kinds.count("short")
    (home / "a.csv").write_text("".join(lines) + "only,two\r\n" * broken)
    try:
        options = Options(source_key="test")
        first = run(store, store.system_actor(), home / "a.csv", kind="incidents", options=options)
        before = stored(store)
        again = run(store, store.system_actor(), home / "a.csv", kind="incidents", options=options)
        assert first.adds_up
        assert again.adds_up
        assert first.read == again.read == len(rows) + broken
        assert first.quarantined == kinds.count("zero") + kinds.count("no_date") + broken
        assert sum(first.reasons.values()) == first.quarantined
        assert first.added == len(before)
        assert (again.added, again.updated, again.unchanged) == (0, 0, first.added)
        assert stored(store) == before
        waiting, total = quarantine.waiting(store, store.system_actor(), limit=1_000)
        assert total == len(waiting) == first.quarantined
    finally:
        store.close()


def test_a_newer_version_of_a_row_is_a_revision(store: Store, tmp_path: Path) -> None:
    import_csv(store, tmp_path / "a.csv", [row(1), row(2)])
    report = import_csv(store, tmp_path / "b.csv", [row(1, title="Tree across both lanes"), row(2), row(3)])
    assert (report.added, report.updated, report.unchanged) == (1, 1, 1)
    found = next(record for record in _incidents(store) if record.source_key == "A1")
    assert found.title == "Tree across both lanes"
    history = store.incidents.history(store.system_actor(), found.id)
    assert history[0].changes == {"title": ("Tree down 1", "Tree across both lanes")}
    assert history[0].batch_id == report.batch
    assert found.seq in store.incidents.matching("both lanes").tolist()
    assert found.seq not in store.incidents.matching("down 1").tolist()


def test_what_a_person_changed_is_not_undone_by_the_source(store: Store, tmp_path: Path) -> None:
    import_csv(store, tmp_path / "a.csv", [row(1)])
    found = _incidents(store)[0]
    actor = store.system_actor()
    changes = {"status": Status.IN_PROGRESS, "place": LonLat(-71.0, 42.0)}
    store.incidents.update(actor, found.id, revision=1, changes=changes)
    import_csv(store, tmp_path / "b.csv", [row(1, title="New title", lat="42.9")])
    after = store.incidents.get(actor, found.id)
    assert (after.title, after.status, after.place) == ("New title", Status.IN_PROGRESS, LonLat(-71.0, 42.0))


def test_rows_with_one_id_and_different_content_are_both_kept(store: Store, tmp_path: Path) -> None:
    report = import_csv(
        store, tmp_path / "a.csv", [row(1), row(1, title="Another"), row(1), *map(row, range(2, 9))]
    )
    assert (report.added, report.duplicate) == (9, 1)
    keys = [record["source_key"] for record in stored(store)]
    assert keys[0] == "A1"
    assert keys[1].startswith("A1#")


def test_rows_without_coordinates_are_kept_without_a_place(store: Store, tmp_path: Path) -> None:
    report = import_csv(store, tmp_path / "a.csv", [row(1), row(2), row(3, lat="", lon="")])
    assert (report.added, report.unlocated, report.quarantined) == (3, 1, 0)
    assert [record["lon"] for record in stored(store)].count(None) == 1


def test_a_default_point_is_kept_and_marked(store: Store, tmp_path: Path) -> None:
    pile = [row(number, lat="42.5", lon="-71.5") for number in range(200, 260)]
    report = import_csv(store, tmp_path / "a.csv", [row(n) for n in range(100)] + pile)
    assert report.added == 160
    assert [point["rows"] for point in report.default_points] == [60]
    marked = [r for r in stored(store) if r["located_by"] == LocatedBy.DEFAULT_POINT]
    assert {r["source_key"] for r in marked} == {f"A{n}" for n in range(200, 260)}


def test_a_mended_row_is_taken_in_and_not_quarantined_again(store: Store, tmp_path: Path) -> None:
    actor = store.system_actor()
    import_csv(store, tmp_path / "a.csv", [row(1), row(2, lat="0", lon="0")])
    (bad,), _ = quarantine.waiting(store, actor)
    assert bad.original["id"] == "A2"
    assert bad.reason == "zero_coordinates"
    still = quarantine.resend(store, actor, bad.seq, bad.original)
    assert (still.quarantined, still.added) == (1, 0)
    mended = quarantine.resend(store, actor, bad.seq, {**bad.original, "lat": "42.31", "lon": "-71.06"})
    assert mended.added == 1
    assert quarantine.waiting(store, actor)[1] == 0
    again = import_csv(store, tmp_path / "a.csv", [row(1), row(2, lat="0", lon="0")])
    assert (again.unchanged, again.quarantined, again.added) == (2, 0, 0)
    with pytest.raises(Conflict):
        quarantine.discard(store, actor, bad.seq)


def test_a_stored_report_tells_how_long_the_import_took(store: Store, tmp_path: Path) -> None:
    report = import_csv(store, tmp_path / "a.csv", [row(1), row(2)])
    assert report.batch is not None
    stored_report = Batches(store).get(store.system_actor(), report.batch).report
    assert stored_report is not None
    assert stored_report["seconds"] > 0
    assert stored_report == report.as_dict()


def test_a_dry_run_counts_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    report = import_csv(store, tmp_path / "a.csv", [row(1), row(2, lat="0", lon="0")], dry_run=True)
    assert (report.added, report.quarantined) == (1, 1)
    assert stored(store) == []
    assert quarantine.waiting(store, store.system_actor())[1] == 0


def test_a_cancelled_import_counts_what_is_left_and_can_be_finished(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.importers.load.CHUNK_ROWS", 10)
    path = write_csv(tmp_path / "a.csv", [row(n) for n in range(35)])
    calls: list[str] = []
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 2

    options = Options(source_key="test")
    report = run(
        store,
        store.system_actor(),
        path,
        kind="incidents",
        options=options,
        on_progress=lambda stage, done, total: calls.append(f"{stage} {done}/{total}"),
        cancelled=cancelled,
    )
    assert (report.state, report.added, report.left, report.adds_up) == ("cancelled", 20, 15, True)
    assert calls[-2:] == ["writing 10/35", "writing 20/35"]
    rest = run(store, store.system_actor(), path, kind="incidents", options=options)
    assert (rest.added, rest.unchanged) == (15, 20)


def test_who_may_not_import_is_refused(world: World, tmp_path: Path) -> None:
    officer = world.actor(role=Role.WATCH_OFFICER)
    path = write_csv(tmp_path / "a.csv", [row(1)])
    with pytest.raises(Forbidden):
        run(world.store, officer, path, kind="incidents")


def test_nobody_imports_into_a_store_or_marking_beyond_their_own(world: World, tmp_path: Path) -> None:
    analyst = world.actor(role=Role.ANALYST, clearance=Tlp.AMBER)
    path = write_csv(tmp_path / "a.csv", [row(1)])
    for options in (Options(tlp=Tlp.RED), Options(store=StoreKind.SAR, tlp=Tlp.GREEN), Options()):
        with pytest.raises(Forbidden):
            run(world.store, analyst, path, kind="incidents", options=options)


def test_a_source_stays_in_its_store(store: Store, tmp_path: Path) -> None:
    import_csv(store, tmp_path / "a.csv", [row(1)])
    with pytest.raises(Conflict):
        import_csv(store, tmp_path / "a.csv", [row(1)], store=StoreKind.SAR)


def test_nobody_changes_records_that_they_may_not_see_by_importing(world: World, tmp_path: Path) -> None:
    analyst = world.actor(role=Role.ANALYST, clearance=Tlp.AMBER)
    import_csv(world.store, tmp_path / "a.csv", [row(1)], tlp=Tlp.GREEN)
    import_csv(world.store, tmp_path / "b.csv", [row(1), row(2)], tlp=Tlp.RED)
    before = stored(world.store)
    newer = write_csv(tmp_path / "c.csv", [row(1, title="x"), row(2, title="x")])
    options = Options(source_key="test", tlp=Tlp.GREEN)
    with pytest.raises(Conflict):
        run(world.store, analyst, newer, kind="incidents", options=options)
    assert stored(world.store) == before


def test_ids_are_version_7_in_order_and_their_low_bits_name_the_feature() -> None:
    digits, fids = new_ids(10_000)
    ids = [UUID(text) for text in digits]
    assert {found.version for found in ids} == {7}
    assert digits == sorted(set(digits))
    assert [fid_of(found) for found in ids] == fids.tolist()


def test_one_change_stands_for_a_chunk_and_the_audit_log_for_the_batch(store: Store, tmp_path: Path) -> None:
    counter = store.changes.counter()
    import_csv(store, tmp_path / "a.csv", [row(n) for n in range(30)])
    (change,) = [one for one in store.changes.since(counter) if one.kind == "incident"]
    assert change.last_seq - change.first_seq == 29
    assert [entry["action"] for entry in store.audit.entries(limit=2)] == ["import_end", "import"]
    assert store.audit.verify().whole


def test_a_newer_list_of_sites_tells_added_gone_moved_and_changed(store: Store, tmp_path: Path) -> None:
    def site(n: int, **other: str) -> dict[str, str]:
        return {
            "id": str(n),
            "name": f"Clinic {n}",
            "lat": f"{42 + n / 100}",
            "lon": "-71.1",
            "address": "1 A St",
        } | other

    def load(name: str, rows: list[dict[str, str]]) -> object:
        path = write_csv(tmp_path / name, rows, columns=("id", "name", "lat", "lon", "address"))
        options = Options(source_key="clinics", told=_kind("clinic"))
        return run(store, store.system_actor(), path, kind="sites", options=options)

    load("2024.csv", [site(n) for n in range(10)])
    newer = [site(n) for n in range(2, 10)] + [site(20)]
    newer[0] |= {"lat": "42.05"}
    newer[1] |= {"lat": "42.0301"}
    newer[2] |= {"name": "Clinic four"}
    report = load("2025.csv", newer)
    assert (report.added, report.updated, report.unchanged) == (1, 3, 5)
    assert (report.gone, report.moved, report.changed) == (2, 1, 2)
    assert report.moves == [{"name": "Clinic 2", "metres": pytest.approx(3335.8, abs=2)}]
    assert sum(record["gone_ms"] is not None for record in stored(store, t.site)) == 2
    back = load("2026.csv", [site(n) for n in range(10)] + [site(20)])
    assert (back.gone, back.unchanged) == (0, 6)
    assert all(record["gone_ms"] is None for record in stored(store, t.site))


def test_a_part_of_a_list_does_not_make_the_rest_gone(store: Store, tmp_path: Path) -> None:
    columns = ("id", "name", "lat", "lon")
    rows = [
        {"id": str(n), "name": f"Clinic {n}", "lat": "42.3", "lon": str(-71 - n / 100)} for n in range(30)
    ]
    options = Options(source_key="clinics", told=_kind("clinic"))
    actor = store.system_actor()
    run(store, actor, write_csv(tmp_path / "a.csv", rows, columns=columns), kind="sites", options=options)
    part = write_csv(tmp_path / "b.csv", rows[:5], columns=columns)
    with pytest.raises(NeedsAnswer):
        run(store, actor, part, kind="sites", options=options)
    partial = Options(source_key="clinics", told=_kind("clinic"), partial=True)
    assert run(store, actor, part, kind="sites", options=partial).gone == 0


@pytest.mark.parametrize("after_chunks", [1, 3])
def test_a_killed_import_followed_by_another_gives_the_rows_once(tmp_path: Path, after_chunks: int) -> None:
    path = write_csv(tmp_path / "a.csv", [row(n) for n in range(400)] + [row(7, lat="0", lon="0")])
    home = tmp_path / "home"
    code = f"""
import sys, time
import data.importers.load as load
from pathlib import Path
from data.importers.opening import Options
from data.importers.pipeline import run
from data.settings import Settings
from data.store import open_store
load.CHUNK_ROWS = 50
store = open_store(Settings(home=Path({str(home)!r})))
def tell(stage, done, total):
    if stage == "writing" and done >= 50 * {after_chunks}:
        print("now", flush=True)
        time.sleep(60)
options = Options(source_key="test")
run(store, store.system_actor(), Path({str(path)!r}), kind="incidents", options=options, on_progress=tell)
"""
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"now"
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    time.sleep(0.1)
    store = open_store(Settings(home=home))
    whole = open_store(Settings(home=tmp_path / "other"))
    try:
        assert len(stored(store)) == 50 * after_chunks
        options = Options(source_key="test")
        report = run(store, store.system_actor(), path, kind="incidents", options=options)
        assert (report.added, report.unchanged, report.quarantined) == (
            400 - 50 * after_chunks,
            50 * after_chunks,
            1,
        )
        run(whole, whole.system_actor(), path, kind="incidents", options=options)
        assert stored(store) == stored(whole)
        assert quarantine.waiting(store, store.system_actor())[1] == 1
        with store.reading() as connection:
            states = (
                connection.execute(select(t.import_batch.c.state).order_by(t.import_batch.c.id))
                .scalars()
                .all()
            )
        assert list(states) == ["failed", "done"]
    finally:
        store.close()
        whole.close()


def _kind(name: str) -> object:
    from data.importers.amend import Amendment

    return Amendment(values={"kind": name})


def _incidents(store: Store) -> list:
    with store.reading() as connection:
        seqs = connection.execute(select(t.incident.c.seq)).scalars().all()
    return store.incidents.by_seq(store.system_actor(), list(seqs))
