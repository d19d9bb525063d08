"""SIGKILL of a writer: what was acknowledged is there, and of the rest nothing is there by half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from uuid import UUID

import pytest
from sqlalchemy import func, select

from data.clock import SystemClock
from data.settings import Settings
from data.store import Store, open_store
from data.store import tables as t
from tests.support.places import ROOT
from tests.support.records import World
from tests.support.server import environment


def _killed(settings: Settings, *, after_s: float) -> dict[UUID, int]:
    """Run a writer, kill it, and return what it had acknowledged: the newest revision of each record."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.support.writer", settings.home, settings.database_url],
        env=environment(settings.home),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(after_s)
    os.kill(writer.pid, signal.SIGKILL)
    said, _ = writer.communicate(timeout=30)
    assert writer.returncode == -signal.SIGKILL
    lines = said.splitlines() if said.endswith("\n") else said.splitlines()[:-1]
    return {UUID(line.split()[0]): int(line.split()[1]) for line in lines}


def _check(store: Store, acknowledged: dict[UUID, int]) -> None:
    officer = World(store).officer()
    lost = []
    for record_id, revision in acknowledged.items():
        found = store.incidents.get(officer, record_id)
        if found.revision < revision:
            lost.append(record_id)
        assert len(store.incidents.history(officer, record_id)) == found.revision - 1
    assert lost == []
    with store.reading() as connection:
        seqs = set(connection.execute(select(t.incident.c.seq)).scalars())
        revisions = connection.execute(select(func.sum(t.incident.c.revision))).scalar() or 0
    # Every row is searchable, followed and logged: no part of a transaction without the rest.
    changes = [change for change in store.changes.since(0) if change.kind == "incident"]
    assert (
        set(store.incidents.matching("kestrel").tolist()) == seqs == {change.first_seq for change in changes}
    )
    assert len(changes) == revisions
    assert store.audit.verify().whole


def _kill_again_and_again(settings: Settings, times: int) -> None:
    chance = random.Random(7)
    open_store(settings).close()
    acknowledged: dict[UUID, int] = {}
    # On a busy machine a writer may be killed before its first word: then one more time.
    for kill in range(4 * times):
        if kill >= times and len(acknowledged) >= times:
            break
        acknowledged |= _killed(settings, after_s=chance.uniform(0.02, 0.4))
        began = time.monotonic()
        store = open_store(settings, clock=SystemClock())
        assert time.monotonic() - began < 5
        _check(store, acknowledged)
        store.close()
    assert len(acknowledged) >= times


def test_three_kills_lose_no_acknowledged_record(store_settings: Settings) -> None:
    _kill_again_and_again(store_settings, 3)


@pytest.mark.slow
def test_fifty_kills_lose_no_acknowledged_record(store_settings: Settings) -> None:
    _kill_again_and_again(store_settings, 50)


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.03, 0.06, 0.1, 0.2])
def test_a_kill_while_the_store_is_made_leaves_one_that_can_be_made(
    store_settings: Settings, after_s: float
) -> None:
    code = (
        "import sys; from pathlib import Path; from data.settings import Settings; import data.store; "
        "print('ready', flush=True); "
        "data.store.open_store(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2]))"
    )
    maker = subprocess.Popen(
        [sys.executable, "-c", code, store_settings.home, store_settings.database_url],
        env=environment(store_settings.home),
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert maker.stdout is not None
    maker.stdout.readline()
    time.sleep(after_s)
    maker.kill()
    maker.communicate(timeout=30)
    store = open_store(store_settings)
    world = World(store)
    assert world.store.incidents.get(world.officer(), world.incident().id).title
    assert store.audit.verify().whole
    store.close()
