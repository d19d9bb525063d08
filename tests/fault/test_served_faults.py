"""Faults round a running server: it is told to end, names do not resolve, the disk fills, the clock jumps."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from data.clock import FixedClock
from data.settings import Settings
from data.store import Store, open_store
from tests.support.places import ROOT
from tests.support.records import NOON, World
from tests.support.served import Served, a_report, served
from tests.support.server import START_S, Server, running

# Read by Python before anything else: every name but those of this machine is unknown, and noted.
NAMELESS = """
import os, socket
_known = socket.getaddrinfo
def _asked(host, *rest, **more):
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost") or name.replace(".", "").replace(":", "").isdigit():
        return _known(host, *rest, **more)
    with open(os.environ["ASKED"], "a") as file:
        file.write(f"{name}\\n")
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
socket.getaddrinfo = _asked
"""


@pytest.fixture(scope="module")
def nameless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, World, Path]]:
    """Run a server on a machine without names, over a store with one user."""
    home, site = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(NAMELESS)
    asked = site / "asked"
    asked.touch()
    store = open_store(Settings(home=home, database_url=""))
    world = World(store)
    with running(home, {"PYTHONPATH": f"{site}:{ROOT}", "ASKED": str(asked)}) as server:
        yield server, world, asked
    store.close()


def test_without_name_resolution_everything_answers_and_nothing_was_asked_for(
    nameless: tuple[Server, World, Path],
) -> None:
    server, world, asked = nameless
    browser = server.client(world.sign_in_link(world.user()))
    with contextlib.closing(browser):
        for path in ("/", "/reports", "/readyz", "/api/v1/incidents", "/api/v1/search?q=Boston"):
            assert browser.get(path).status_code == 200, path
        made = browser.post("/api/v1/incidents", json=a_report(world), headers={"Origin": server.url})
    assert made.status_code == 201
    assert asked.read_text() == ""


def _until_closed(port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    raise AssertionError("the server still takes connections")


def test_a_server_that_is_told_to_end_finishes_what_it_began(nameless: tuple[Server, World, Path]) -> None:
    server, world, _ = nameless
    assert server.process is not None
    bearer = world.store.users.make_bearer(world.user(), "slow")
    body = json.dumps(a_report(world, title="Sent while the server was ending")).encode()
    head = (
        f"POST /api/v1/incidents HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {bearer}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=START_S) as slow:
        slow.sendall(head.encode() + body[:20])
        with server.client() as other:  # answered after the half that was sent before it
            assert other.get("/livez").status_code == 200
        ending = server.process
        ending.send_signal(signal.SIGTERM)
        _until_closed(server.port)
        slow.sendall(body[20:])
        answer = b"".join(iter(lambda: slow.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 201")
    assert ending.wait(timeout=30) in (0, -signal.SIGTERM)
    kept = UUID(json.loads(answer.partition(b"\r\n\r\n")[2])["id"])
    assert world.store.incidents.get(world.analyst(), kept).title == "Sent while the server was ending"
    assert "Traceback" not in server.log


# ── the disk fills during an upload ──────────────────────────────────────────────────────────────────


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[Served]:
    """Return the running application."""
    with served(sqlite_store) as running_site:
        yield running_site


def _upload(site: Served, size: int) -> tuple[int, str]:
    headers = {"Content-Type": "application/octet-stream"}
    sent = site.analyst.post(
        "/api/v1/uploads", params={"name": "calls.csv"}, content=b"x" * size, headers=headers
    )
    return sent.status_code, str(sent.json())


@pytest.fixture
def small_disk(site: Served) -> Iterator[str]:
    """Put the uploads on a disk of two megabytes; where that takes more rights, on files of at most two."""
    folder = site.services.settings.uploads
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        yield "The disk of the server is full."
        subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * 1024**2, before[1]))
    yield "The server cannot keep the file."
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_upload_that_does_not_fit_on_the_disk_is_refused_and_leaves_nothing(
    site: Served, small_disk: str
) -> None:
    assert site.analyst.get("/readyz").status_code == 200
    status, said = _upload(site, 5 * 1024**2)
    assert status == 503
    assert small_disk in said
    assert list(site.services.settings.uploads.iterdir()) == []
    assert _upload(site, 100_000)[0] == 201  # what fits is taken again, without a restart
    made = site.officer.post("/api/v1/incidents", json=a_report(site.world))
    assert made.status_code == 201  # and reports were never in danger


# ── keys, clocks, schemas ────────────────────────────────────────────────────────────────────────────


def test_a_changed_key_of_the_audit_log_is_found_and_signs_nobody_out(
    sqlite_world: World, clock: FixedClock
) -> None:
    store = sqlite_world.store
    token = store.users.open_session(sqlite_world.user("jd"))
    before = store.audit.verify()
    assert before.whole
    key = store.settings.home / "keys" / "audit.key"
    old = key.read_bytes()
    key.write_bytes(b"\x07" * 32)
    other = open_store(store.settings, clock=clock)
    assert "Entry 1 " in other.audit.verify().problem
    # Sessions and links are random and stand in the store: no key signs them, so none can be lost with it.
    actor = other.users.actor(token)
    assert actor.name == "jd"
    made = World(other).incident()
    other.close()
    key.write_bytes(old)
    again = open_store(store.settings, clock=clock)
    # What was sealed with the right key is whole again; what came under the other one is named.
    assert f"Entry {before.entries + 1} " in again.audit.verify().problem
    assert again.incidents.get(actor, made.id).title == made.title
    again.close()


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_an_hour_keeps_everybody_signed_in_and_windows_right(
    site: Served, clock: FixedClock, hours: int
) -> None:
    def recent() -> list[str]:
        site.refresh()
        return [one["title"] for one in site.officer.get("/api/v1/incidents?last=1h").json()["items"]]

    clock.at = NOON
    at = (NOON - timedelta(minutes=30)).isoformat()
    assert site.officer.post(
        "/api/v1/incidents", json=a_report(site.world, title="a", occurred=at)
    ).is_success
    assert recent() == ["a"]
    clock.at = NOON + timedelta(hours=hours)
    assert recent() == ([] if hours > 0 else ["a"])  # a window ends nowhere: what is "later" is not hidden
    at = clock.at.isoformat()
    assert site.officer.post(
        "/api/v1/incidents", json=a_report(site.world, title="b", occurred=at)
    ).is_success
    assert "b" in recent()
    with site.officer.websocket_connect("/live") as live:
        assert live.receive_json()["at"].startswith(clock.at.isoformat()[:16])
    clock.at = NOON
    assert recent()[-1] in {"a", "b"}
    assert {"a", "b"} >= set(recent()) >= {"a"}


def test_a_store_of_a_newer_version_is_not_touched(sqlite_store: Store, clock: FixedClock) -> None:
    settings = sqlite_store.settings
    with sqlite_store.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Exception, match="schema 9999") as refused:
        open_store(settings, clock=clock)
    assert "newer version" in str(getattr(refused.value, "hint", ""))
    with sqlite_store.reading() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9999"
