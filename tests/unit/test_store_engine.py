"""The engine beneath the store: durable, migrated, one writer at a time, every reader at one moment."""

from __future__ import annotations

import sqlite3
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from data.clock import FixedClock
from data.errors import Conflict, Unavailable
from data.model import StoreKind, Tlp
from data.settings import Settings
from data.store import Store, open_store
from data.store import tables as t
from data.store.migrate import current, newest
from tests.support.records import World


def test_every_sqlite_connection_is_durable(sqlite_store: Store) -> None:
    # SIGKILL cannot tell FULL from NORMAL, so the setting itself is looked at.
    writer = sqlite_store.engine.get_execution_options()["writer"]
    links = [*(sqlite_store.engine.connect() for _ in range(6)), writer.connect()]
    try:
        for link in links:
            assert link.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert link.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
            assert link.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert link.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    finally:
        for link in links:
            link.close()


def test_postgres_commits_are_durable(pg_url: str, settings: Settings) -> None:
    store = open_store(settings.model_copy(update={"database_url": pg_url}))
    with store.transaction() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    store.close()


def test_the_migrations_make_exactly_the_tables_that_the_program_expects(store: Store) -> None:
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _ours})
        assert compare_metadata(context, t.metadata) == []


def _ours(thing: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    # The text index is made by hand in the migration and differs by database.
    return not (
        reflected
        and kind in {"table", "index"}
        and (name or "").startswith(("incident_text", "ix_incident_words"))
    )


def test_opening_a_store_again_changes_nothing(store: Store, reopen: Callable[[], Store]) -> None:
    before = (store.changes.counter(), store.types.all(), store.agencies.all(), current(store.engine))
    again = reopen()
    assert (again.changes.counter(), again.types.all(), again.agencies.all(), current(again.engine)) == before
    assert current(again.engine) == newest()


def test_two_processes_that_open_a_new_store_at_once_make_one(
    store_settings: Settings, clock: FixedClock
) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: open_store(store_settings, clock=clock), range(4)))
    assert {len(store.agencies.all()) for store in stores} == {1}
    codes = [entry.code for entry in stores[0].types.all()]
    assert len(codes) == len(set(codes))
    for store in stores:
        store.close()


def test_a_store_of_a_newer_version_is_refused_and_left_alone(
    store: Store, reopen: Callable[[], Store]
) -> None:
    with store.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="9999") as refused:
        reopen()
    assert "newer" in refused.value.hint
    assert current(store.engine) == "9999"


def test_the_home_folder_is_for_its_owner_alone(sqlite_store: Store) -> None:
    assert sqlite_store.settings.home.stat().st_mode & 0o077 == 0


def test_what_fails_halfway_leaves_nothing(world: World) -> None:
    before = world.store.changes.counter()

    def half() -> None:
        with world.store.transaction() as connection:
            connection.execute(update(t.fact).values(value="half"))
            world.store.changes.note(connection, "incident", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert world.store.changes.counter() == before
    assert world.store.audit.verify().whole


def test_many_writers_at_once_lose_and_double_nothing(world: World) -> None:
    officers = [world.officer() for _ in range(6)]
    shared = world.incident()
    before = world.store.changes.counter()

    def work(n: int) -> int:
        won = 0
        for k in range(8):
            world.incident(officers[n], title=f"{n}-{k}", source_key=f"{n}-{k}")
            revision = world.store.incidents.get(officers[n], shared.id).revision
            try:
                world.store.incidents.update(
                    officers[n], shared.id, revision=revision, changes={"title": f"by {n} at {k}"}
                )
                won += 1
            except Conflict:
                continue
        return won

    with ThreadPoolExecutor(6) as pool:
        won = sum(pool.map(work, range(6)))
    with world.store.reading() as connection:
        keys = connection.execute(select(t.incident.c.source_key)).scalars().all()
    assert len(keys) == len(set(keys)) == 49
    assert world.store.incidents.get(officers[0], shared.id).revision == 1 + won
    assert len(world.store.incidents.history(officers[0], shared.id)) == won
    counters = [change.counter for change in world.store.changes.since(before)]
    assert counters == list(range(before + 1, before + 1 + 48 + won))
    assert world.store.audit.verify().whole


def test_a_follower_of_the_changes_never_misses_one(world: World) -> None:
    """The mirror reads `since(last)`: a change must never appear behind a counter that was read already."""
    officer, seen, done = world.officer(), [], threading.Event()
    start = world.store.changes.counter()

    def follow() -> None:
        last = start
        while True:
            finished = done.is_set()
            for change in world.store.changes.since(last):
                seen.append(change.counter)
                last = change.counter
            if finished:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: world.incident(officer, source_key=str(n)), range(60)))
    done.set()
    follower.join(timeout=30)
    assert seen == list(range(start + 1, start + 61))


def test_a_reader_sees_one_moment_while_others_write(world: World) -> None:
    world.incident()
    with world.store.reading() as connection:
        first = connection.execute(select(t.incident.c.seq)).all()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(world.incident).result(timeout=20)
        assert connection.execute(select(t.incident.c.seq)).all() == first


def test_a_reader_does_not_wait_for_a_writer(world: World) -> None:
    officer, made = world.officer(), world.incident()
    with world.store.transaction() as connection:
        connection.execute(delete(t.comment))
        began = time.monotonic()
        assert world.store.incidents.get(officer, made.id) == made
        assert time.monotonic() - began < 2


def test_a_locked_database_is_waited_for_and_then_said_to_be_locked(
    settings: Settings, tmp_path: Path
) -> None:
    store = open_store(settings)
    world = World(store)
    world.incident()
    other = sqlite3.connect(
        settings.home / "watchfloor.db", timeout=1, isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.5, lambda: other.execute("COMMIT"))
    timer.start()
    try:
        assert world.incident().title  # waited half a second, then wrote
    finally:
        timer.join()
    other.execute("BEGIN IMMEDIATE")
    try:
        # 30 s is what an officer waits; the test shortens it on the connections that are open.
        with store.engine.get_execution_options()["writer"].connect() as link:
            link.exec_driver_sql("PRAGMA busy_timeout=200")
        with pytest.raises((Unavailable, OperationalError)) as refused:
            world.incident()
        assert "lock" in str(refused.value).lower()
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert world.incident().title
    store.close()


def test_whoever_holds_a_connection_never_waits_for_another(world: World) -> None:
    # Forty requests that each held one of sixteen connections and wanted a second stood still for 30 s.
    store, held = world.store, threading.local()
    nested: list[str] = []

    def out(*_: object) -> None:
        held.number = getattr(held, "number", 0) + 1
        if held.number > 1:
            nested.append("".join(traceback.format_stack(limit=14)))

    def back(*_: object) -> None:
        held.number -= 1

    for engine in (store.engine, store.engine.get_execution_options()["writer"]):
        event.listen(engine, "checkout", out)
        event.listen(engine, "checkin", back)
    officer = world.officer()
    made = world.incident(officer, source_key="7")
    stored = store.incidents.update(officer, made.id, revision=made.revision, changes={"title": "Other"})
    store.incidents.update(
        officer, made.id, revision=stored.revision, changes={"scope_id": world.scope(tlp=Tlp.AMBER)}
    )
    store.incidents.comment(officer, made.id, "seen")
    store.incidents.history(officer, made.id)
    store.incidents.comments(officer, made.id)
    store.incidents.numbered(officer, "7", limit=5)
    store.incidents.by_seq(officer, [1, 2])
    world.site()
    world.area()
    store.areas.search(officer, "a")
    store.audit.verify()
    store.visible(officer)
    assert nested == []


def test_more_writers_than_connections_all_get_their_turn(world: World) -> None:
    officer = world.officer()
    with ThreadPoolExecutor(40) as pool:
        made = list(pool.map(lambda n: world.incident(officer, source_key=f"many-{n}"), range(80)))
    assert len({one.id for one in made}) == 80


def test_foreign_keys_are_kept(world: World) -> None:
    row = t.comment.insert().values(kind="incident", record_seq=1, at_ms=0, user_id=987_654, text="x")
    with world.store.engine.connect() as connection, pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        connection.execute(row)


def test_scopes_that_workers_meet_at_once_are_made_once(world: World) -> None:
    def meet(_: int) -> int:
        return world.scope(StoreKind.INTEL, Tlp.AMBER)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(meet, range(12)))) == 1
