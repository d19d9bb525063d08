"""The engine: one way to connect, durable on SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import URL, Connection, CursorResult, Engine, QueuePool, create_engine, event, text
from sqlalchemy.engine import make_url

# Any constant will do: it names "the one writer of a Watchfloor store" among PostgreSQL's advisory locks.
_WRITER_LOCK: Final = 0x5741_5443
_BUSY_MS: Final = 30_000
_READERS: Final = 16  # connections; more of them would only queue for two cores


def make_engine(url: str, *, readers: int = _READERS) -> Engine:
    """Return an engine for the address; SQLite in WAL mode with `synchronous=FULL` on every connection.

    It reads through `readers` connections at most, and writes through one of its own: there is one writer
    at a time anyway, and those who wait for their turn must not hold what readers need.
    """
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    writer = _connected(parsed, connections=1, kept=1)
    return _connected(parsed, connections=readers, kept=min(readers, 8), writer=writer)


def _connected(url: URL, *, connections: int, kept: int, **options: Engine) -> Engine:
    pool = {"pool_size": kept, "max_overflow": connections - kept, "execution_options": options}
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, **pool)
    # A pool also where SQLAlchemy would take one connection a thread: threads come and go here.
    connect = {"timeout": _BUSY_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, connect_args=connect, poolclass=QueuePool, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def dispose(engine: Engine) -> None:
    """Give every connection of the engine back, its writer's too."""
    _writer(engine).dispose()
    engine.dispose()


def _writer(engine: Engine) -> Engine:
    writer: Engine = engine.get_execution_options()["writer"]
    return writer


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transactions would begin late and deferred; `_begin_sqlite` says BEGIN itself.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: NORMAL may lose an acknowledged report when power fails.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    cursor.execute("PRAGMA cache_size=-32768")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    # IMMEDIATE: a deferred transaction that turns to writing fails at once when another one writes.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open the store's single write transaction; commit at the end, roll back on any error.

    One writer at a time, on PostgreSQL too: the audit chain and the change counter are sequences without
    gaps or overtaking, which concurrent commits would break.
    """
    writer = _writer(engine)
    with writer.connect().execution_options(write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a read transaction: everything in it sees the same moment of the store."""
    # SQLite's transactions see one moment by themselves; PostgreSQL's do when asked.
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def new_key(result: CursorResult[Any]) -> int:
    """Return the key that the store gave to the row just inserted."""
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101  # an INSERT of one row always has one
    return int(key[0])
