"""Faults beneath the store: the disk is full, the server restarts, a file is damaged, the clock jumps."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError

from data.clock import FixedClock
from data.errors import Unavailable
from data.settings import Settings
from data.store import Store, open_store
from tests.support import postgres
from tests.support.records import NOON, World


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[postgres.Cluster]:
    """Run a PostgreSQL server that this file alone may stop."""
    reason = postgres.reason_to_skip()
    if reason:
        pytest.skip(reason)
    with postgres.cluster() as running:
        yield running


def test_a_full_disk_refuses_the_report_and_loses_none(sqlite_world: World) -> None:
    world, officer = sqlite_world, sqlite_world.officer()
    kept = [world.incident(officer).id for _ in range(3)]
    with world.store.engine.get_execution_options()["writer"].connect() as link:
        pages = int(link.exec_driver_sql("PRAGMA page_count").scalar() or 0)
        link.exec_driver_sql(f"PRAGMA max_page_count={pages + 1}")

    def fill() -> None:
        for _ in range(50):
            made = world.incident(officer, narrative="x" * 5_000)
            kept.append(made.id)

    with pytest.raises((OperationalError, Unavailable), match="full"):
        fill()
    for record_id in kept:
        world.store.incidents.get(officer, record_id)
    assert world.store.audit.verify().whole
    with world.store.engine.get_execution_options()["writer"].connect() as link:
        link.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert world.incident(officer).title


def test_postgres_may_restart_and_the_store_goes_on(
    own_cluster: postgres.Cluster, settings: Settings
) -> None:
    store = open_store(settings.model_copy(update={"database_url": own_cluster.new_database()}))
    world = World(store)
    officer, before = world.officer(), world.incident()
    own_cluster.stop(signal.SIGQUIT)  # a crash: connections are cut, not closed
    with pytest.raises((OperationalError, Unavailable)):
        world.incident(officer)
    own_cluster.start()
    assert store.incidents.get(officer, before.id) == before
    assert world.incident(officer).revision == 1
    assert store.audit.verify().whole
    store.close()


def test_a_cut_write_ahead_log_loses_at_most_its_end_and_never_the_order(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    for n in range(20):
        world.incident(title=f"Report {n}")
    home = world.store.settings.home
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in home.glob("watchfloor.db*"):
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / "keys").mkdir()
    (copy / "keys" / "audit.key").write_bytes((home / "keys" / "audit.key").read_bytes())
    (copy / "watchfloor.db-shm").unlink(missing_ok=True)
    wal = copy / "watchfloor.db-wal"
    wal.write_bytes(wal.read_bytes()[: -4096 * 5 - 77])
    store = open_store(Settings(home=copy))
    check = store.audit.verify()
    assert check.whole, check.problem
    with store.reading() as connection:
        titles = connection.execute(text("SELECT title FROM incident ORDER BY seq")).scalars().all()
    assert titles == [f"Report {n}" for n in range(len(titles))]
    assert 15 <= len(titles) <= 20
    store.close()


def test_a_damaged_page_is_an_error_and_not_a_wrong_answer(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    for n in range(200):
        world.incident(title=f"Report {n}", narrative="x" * 500)
    home = world.store.settings.home
    with world.store.engine.connect() as link:
        link.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    world.store.close()
    file = home / "watchfloor.db"
    content = bytearray(file.read_bytes())
    # Every page but the first few (schema): headers gone.
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    file.write_bytes(bytes(content))
    with pytest.raises((DatabaseError, Unavailable)):
        _read_everything(home)


def _read_everything(home: Path) -> None:
    store: Store = open_store(Settings(home=home))
    try:
        with store.reading() as connection:
            connection.execute(text("SELECT * FROM incident")).all()
    finally:
        store.close()


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-3)])
def test_a_clock_that_jumps_keeps_order_and_sessions_honest(
    world: World, clock: FixedClock, jump: timedelta
) -> None:
    officer, made = world.actor("jd"), world.incident()
    token = world.store.users.open_session(officer.user_id)
    counter = world.store.changes.counter()
    clock.at = NOON + jump
    changed = world.store.incidents.update(officer, made.id, revision=1, changes={"title": "x"})
    later = world.incident()
    assert changed.revision == 2
    assert [c.first_seq for c in world.store.changes.since(counter)] == [made.seq, later.seq]
    assert world.store.users.actor(token).name == "jd"
    assert world.store.audit.verify().whole
