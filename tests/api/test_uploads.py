"""Uploads: streamed to disk, each for its own user, gone in a day; hostile names and bodies are refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.web.upload_shelf import KEPT_MS, MOST_PER_USER, Shelf
from data.clock import FixedClock
from data.model import Role
from data.store import Store
from tests.support.imports import row, write_csv
from tests.support.served import Served, served

UPLOADS = "/api/v1/uploads"
BINARY = {"Content-Type": "application/octet-stream"}


def send(client: TestClient, name: str = "calls.csv", content: bytes = b"id,lat,lon\n1,42,-71\n") -> Any:
    return client.post(UPLOADS, params={"name": name}, content=content, headers=BINARY)


def stored(site: Served) -> list[Path]:
    folder = site.services.settings.uploads
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_a_file_is_kept_under_a_token_that_cannot_be_guessed(site: Served) -> None:
    answer = send(site.analyst)
    assert answer.status_code == 201
    said = answer.json()
    assert len(said["token"]) == 43
    assert (said["name"], said["size"]) == ("calls.csv", 20)
    kept = site.services.settings.uploads / said["token"]
    assert (kept / "file.csv").read_bytes().startswith(b"id,lat")
    assert kept.stat().st_mode & 0o077 == 0
    assert send(site.analyst).json()["token"] != said["token"]


def test_who_may_not_import_may_not_upload(site: Served) -> None:
    assert send(site.officer).status_code == 403
    assert site.officer.get(UPLOADS).status_code == 403
    assert send(site.stranger).status_code == 401
    assert stored(site) == []


def test_nobody_else_can_name_an_upload(site: Served) -> None:
    token = send(site.analyst).json()["token"]
    other = site.as_role(Role.ANALYST)
    for method, path in (("GET", f"{UPLOADS}/{token}/points"), ("DELETE", f"{UPLOADS}/{token}")):
        refused, absent = (other.request(method, path.replace(token, one)) for one in (token, "A" * 43))
        assert refused.status_code == absent.status_code == 404
        assert refused.json() == absent.json()
    assert other.get(UPLOADS).json()["items"] == []
    assert [one["token"] for one in site.analyst.get(UPLOADS).json()["items"]] == [token]


def test_an_upload_can_be_removed(site: Served) -> None:
    token = send(site.analyst).json()["token"]
    assert site.analyst.delete(f"{UPLOADS}/{token}").status_code == 204
    assert stored(site) == []
    assert site.analyst.delete(f"{UPLOADS}/{token}").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.csv",
        "..\\..\\boot.csv",
        "/etc/passwd.csv",
        ".htaccess.csv",
        "a\u202evsc.csv",
        "line\nbreak.csv",
        "bell\x07.csv",
        "x" * 250 + ".csv",
        " ",
        "malware.exe",
        "page.html",
        "noending",
        "shapes.vrt",
    ],
)
def test_hostile_names_are_refused_and_leave_nothing(site: Served, name: str) -> None:
    answer = send(site.analyst, name)
    assert answer.status_code == 400
    assert answer.json()["hint"]
    assert stored(site) == []


def test_an_empty_file_is_refused(site: Served) -> None:
    assert send(site.analyst, content=b"").status_code == 400
    assert stored(site) == []


@pytest.mark.parametrize("token", ["..", "%2e%2e", "about.json", "x" * 43 + "y", "%00"])
def test_tokens_that_are_none_are_not_found(site: Served, token: str) -> None:
    assert site.analyst.get(f"{UPLOADS}/{token}/points").status_code in {400, 404}


def test_a_file_over_the_limit_is_refused_while_it_is_sent(sqlite_store: Store) -> None:
    small = sqlite_store.settings.model_copy(update={"upload_max_mb": 1})
    sqlite_store.settings = small
    with served(sqlite_store) as site:
        announced = send(site.analyst, content=b"x" * 2_000_000)
        assert announced.status_code == 413
        pieces = (b"x" * 100_000 for _ in range(20))
        streamed = site.analyst.post(UPLOADS, params={"name": "a.csv"}, content=pieces, headers=BINARY)
        assert streamed.status_code == 413
        assert stored(site) == []


@pytest.mark.parametrize("body", [{"json": {}}, {"data": {"a": "b"}}, {"files": {"file": b"id\n1\n"}}])
def test_only_bytes_are_an_upload(site: Served, body: dict[str, Any]) -> None:
    assert site.analyst.post(UPLOADS, params={"name": "a.csv"}, **body).status_code == 415
    assert stored(site) == []


def test_uploads_are_gone_after_a_day_and_a_user_keeps_but_a_few(store: Store, clock: FixedClock) -> None:
    from tests.support.records import World

    actor = World(store).analyst()
    shelf = Shelf(store.settings, clock)
    for number in range(MOST_PER_USER + 2):
        clock.at += timedelta(seconds=1)
        with shelf.receiving(actor, f"{number}.csv") as path:
            path.write_bytes(b"a\n1\n")
    shelf.sweep()
    newest = [upload.name for upload in shelf.mine(actor)]
    assert newest == [f"{number}.csv" for number in reversed(range(2, MOST_PER_USER + 2))]
    clock.at += timedelta(milliseconds=KEPT_MS + 1)
    shelf.sweep()
    assert shelf.mine(actor) == []


def test_a_file_that_is_being_imported_is_not_swept_or_removed(store: Store, clock: FixedClock) -> None:
    from data.errors import Conflict
    from tests.support.records import World

    actor = World(store).analyst()
    shelf = Shelf(store.settings, clock)
    with shelf.receiving(actor, "a.csv") as path:
        write_csv(path, [row(1)])
    (upload,) = shelf.mine(actor)
    with shelf.working(upload):
        clock.at += timedelta(milliseconds=KEPT_MS + 1)
        shelf.sweep()
        with pytest.raises(Conflict):
            shelf.remove(actor, upload.token)
        with pytest.raises(Conflict), shelf.working(upload):
            pass
    assert shelf.mine(actor) == [upload]
