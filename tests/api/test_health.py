from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from dashboard.server import create_app
from data.mirror import Mirror
from data.settings import Settings
from data.store import Store
from tests.support.served import Served


@pytest.fixture
def loading(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[TestClient, threading.Event]]:
    """A server whose records take as long to read as the test wants."""
    go = threading.Event()
    start = Mirror.start

    def slow(mirror: Mirror) -> None:
        go.wait(30)
        start(mirror)

    monkeypatch.setattr(Mirror, "start", slow)
    app: FastAPI = create_app(settings)
    with TestClient(app, client=("127.0.0.1", 1), follow_redirects=False) as client:
        yield client, go
        go.set()


def test_while_the_records_are_read_it_is_alive_and_not_ready(
    loading: tuple[TestClient, threading.Event],
) -> None:
    client, go = loading
    assert client.get("/livez").status_code == 200
    unready = client.get("/readyz")
    assert unready.status_code == 503
    assert unready.json()["records"] == "loading"
    waiting = client.get("/", headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"})
    assert (waiting.status_code, waiting.headers["refresh"], waiting.headers["retry-after"]) == (
        503,
        "2",
        "2",
    )
    go.set()
    for _ in range(200):
        if client.get("/readyz").status_code == 200:
            break
        threading.Event().wait(0.05)
    assert client.get("/readyz").json()["records"] == "loaded"
    assert client.get("/api/v1/types").status_code == 401


def test_ready_says_how_old_the_mirror_is_and_what_is_missing(site: Served) -> None:
    told = site.client().get("/readyz").json()
    assert told["ready"] is True
    assert told["mirror_age_s"] == 0
    assert {told["basemap"], told["page"]} <= {"present", "missing"}


def test_without_its_store_it_is_alive_and_not_ready_and_says_so(
    site: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = site.officer

    def away(*_: Any) -> Any:
        raise OperationalError("SELECT 1", {}, Exception("the database is away"))

    monkeypatch.setattr(Store, "reading", away)
    monkeypatch.setattr(type(site.services.store.users), "actor", away)
    assert site.client().get("/livez").status_code == 200
    unready = site.client().get("/readyz")
    assert (unready.status_code, unready.json()["store"]) == (503, "does not answer")
    refused = officer.get("/api/v1/incidents")
    assert (refused.status_code, refused.json()["error"]) == (503, "unavailable")
    assert "Nothing was changed" in refused.json()["hint"]
