"""Hostile inputs 47 to 56 of the list, and malformed callbacks: refused in words, never with a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.callbacks import CALLBACK, callback_body
from tests.support.served import SAME_ORIGIN, Served, a_report

INCIDENTS = "/api/v1/incidents"
JSON = {"Content-Type": "application/json"}
FILTERS = (
    *("type", "severity", "status", "source", "tlp", "store", "last", "from", "to", "since", "q", "area"),
    *("shape", "near", "not", "default_points", "order", "limit", "cursor", "v"),
)
INJECTED = (
    "' OR 1=1--",
    "1; DROP TABLE incident",
    '" OR ""="',
    "%' ESCAPE '",
    "\\",
    "${jndi:ldap://x}",
    "*",
    "(",
)


def refused(answer: Any) -> None:
    """Fail unless this is a refusal that says why."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:200])
    assert set(answer.json()) >= {"error", "message", "hint"}


@pytest.mark.parametrize("text", INJECTED)
def test_47_sql_in_any_filter_finds_nothing_and_breaks_nothing(site: Served, text: str) -> None:
    site.world.incident()
    site.refresh()
    for path in (INCIDENTS, "/api/v1/summary", "/api/v1/hotspots", "/tiles/incidents/8/77/94.mvt"):
        for name in FILTERS:
            answer = site.officer.get(path, params={name: text})
            assert answer.status_code < 500, (path, name, answer.text[:200])
            if answer.status_code == 200 and path == INCIDENTS:
                assert answer.json()["total"] in ((0,) if name == "q" and text not in "\\*(" else (0, 1))
    for path in ("/api/v1/areas", "/api/v1/sites", "/api/v1/search"):
        for name in ("q", "sector", "kind", "limit", "offset"):
            assert site.officer.get(path, params={name: text}).status_code < 500
    assert site.services.store.incidents.get(site.world.system, _only(site)) is not None


def _only(site: Served) -> Any:
    from uuid import UUID

    return UUID(site.officer.get(INCIDENTS).json()["items"][0]["id"])


@pytest.mark.parametrize(
    "path",
    [
        "/assets/dist/../basemap.pmtiles",
        "/assets/dist/%2e%2e/%2e%2e/pyproject.toml",
        "/assets/dist/..%2f..%2fpyproject.toml",
        "/assets/dist/....//pyproject.toml",
        "/tiles/basemap/..%2f..%2fetc%2fpasswd/1/1/1",
        "/tiles/basemap/%2e%2e/1/1/1",
        "/_dash-component-suites/dash/../../../../etc/passwd",
        "/_dash-component-suites/dash/%2e%2e/%2e%2e/etc/passwd",
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/dash/nothing.js",
        "/api/v1/incidents/../../../etc/passwd",
        "/api/v1/incidents/%2e%2e",
        "/login/../_dash-layout%00",
        "/api/v1/types%00",
    ],
)
def test_48_a_name_leads_nowhere_but_where_it_says(site: Served, path: str) -> None:
    answer = site.officer.get(path)
    assert 400 <= answer.status_code < 500
    assert "root:" not in answer.text
    assert "[project]" not in answer.text


def _callback(site: Served, **changes: Any) -> dict[str, Any]:
    """Return a request for the callback that shows the page, as the browser sends it."""
    return {**callback_body(site, next(iter(site.app.state.callback_permissions)), "/"), **changes}


def test_a_callback_as_the_browser_sends_it_is_answered(site: Served) -> None:
    answer = site.officer.post(CALLBACK, json=_callback(site))
    assert answer.status_code in {200, 204}


@pytest.mark.parametrize(
    "changes",
    [
        {"output": None},
        {"output": "nothing.children"},
        {"output": ["a"]},
        {"inputs": None},
        {"inputs": {}},
        {"inputs": []},
        {"inputs": [None]},
        {"inputs": [{"id": "other", "property": "data"}]},
        {"inputs": [{"id": {"x": 1}, "property": "pathname", "value": 1}]},
        {"inputs": [[{"id": "a", "property": "b"}]]},
        {"state": "x"},
        {"state": [{"id": "user", "property": "id", "value": 1}]},
        {"outputs": None},
        {"outputs": "x"},
        {"outputs": [{"id": 7, "property": []}]},
        {"changedPropIds": 3},
        {"changedPropIds": [1]},
    ],
)
def test_49_a_callback_of_the_wrong_form_is_refused(site: Served, changes: dict[str, Any]) -> None:
    refused(site.officer.post(CALLBACK, json=_callback(site, **changes)))


@pytest.mark.parametrize(
    "value", [None, 7, -1.5, True, [], {}, ["x"], {"a": {"b": []}}, "x" * 100_000, "\u202e/"]
)
def test_49_values_of_the_wrong_type_break_no_callback(site: Served, value: object) -> None:
    for output in site.app.state.callback_permissions:
        body = callback_body(site, output, value)
        answer = site.analyst.post(CALLBACK, json=body)
        assert answer.status_code < 500, (output, value, answer.text[:300])


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"7", b'"x"', b"{", b"\xff\xfe", b"nul", b"[" * 100_000]
)
def test_49_a_body_that_is_no_callback_is_refused(site: Served, body: bytes) -> None:
    refused(site.officer.post(CALLBACK, content=body, headers=JSON))


def test_50_a_forged_user_id_in_state_changes_nobody(site: Served) -> None:
    forged = site.officer.post(INCIDENTS, json={**a_report(site.world), "user_id": 1, "actor": "admin"})
    refused(forged)
    made = site.officer.post(INCIDENTS, json=a_report(site.world))
    forged = site.officer.patch(f"{INCIDENTS}/{made.json()['id']}", json={"revision": 1, "user_id": 1})
    refused(forged)
    latest = site.services.store.audit.entries(limit=1)[0]
    assert latest["user_name"].startswith("watch_officer")


@pytest.mark.parametrize("path", [INCIDENTS, CALLBACK, "/api/v1/views"])
@pytest.mark.parametrize(
    "body", [b'{"title":"a","title":"b"}', b'{"a":{"b":1,"b":2}}', b'[{"a":1,"a":1}]', b'{"a":1,"\\u0061":2}']
)
def test_52_a_key_that_comes_twice_is_refused(site: Served, path: str, body: bytes) -> None:
    answer = site.officer.post(path, content=body, headers=JSON)
    refused(answer)
    assert "twice" in answer.json()["message"]


@pytest.mark.parametrize("path", [INCIDENTS, CALLBACK, "/login", "/api/v1/views"])
def test_53_a_body_of_30_mb_is_refused(site: Served, path: str) -> None:
    kind = "application/x-www-form-urlencoded" if path == "/login" else "application/json"
    answer = site.officer.post(path, content=b"x" * 30_000_000, headers={"Content-Type": kind})
    assert answer.status_code == 413
    assert "MB" in answer.json()["message"]


def test_53_a_body_that_does_not_say_how_long_it_is_is_cut_off_at_the_limit(site: Served) -> None:
    def endless() -> Any:
        for _ in range(40):
            yield b" " * 1_000_000

    answer = site.officer.post(INCIDENTS, content=endless(), headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:8080"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {},
    ],
)
def test_54_nothing_is_changed_from_a_foreign_page(site: Served, headers: dict[str, str]) -> None:
    client = site.client(headers=headers)
    client.cookies.update(dict(site.officer.cookies))
    for method, path, body in (
        ("POST", INCIDENTS, a_report(site.world)),
        ("POST", CALLBACK, {}),
        ("POST", "/logout", {}),
        ("POST", "/login", {}),
        ("DELETE", "/api/v1/views/1", {}),
        ("PATCH", f"{INCIDENTS}/01a204a8-0000-7000-8000-000000000000", {"revision": 1}),
    ):
        assert client.request(method, path, json=body).status_code == 403, path
    assert site.officer.get("/api/v1/people").status_code == 200


@pytest.mark.parametrize(
    "headers", [SAME_ORIGIN, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_54_our_own_pages_may(site: Served, headers: dict[str, str]) -> None:
    client = site.client(headers=headers)
    client.cookies.update(dict(site.officer.cookies))
    assert client.post(INCIDENTS, json=a_report(site.world)).status_code == 201


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", ""],
)
@pytest.mark.parametrize("path", [INCIDENTS, CALLBACK, "/api/v1/views", "/api/v1/areas"])
def test_55_what_is_not_json_is_refused(site: Served, path: str, kind: str) -> None:
    body = json.dumps(a_report(site.world)).encode()
    answer = site.officer.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 415


def test_56_a_session_that_was_ended_reports_nothing(site: Served) -> None:
    client = site.as_user(site.world.user())
    kept = dict(client.cookies)
    client.post("/logout")
    client.cookies.update(kept)
    assert client.post(INCIDENTS, json=a_report(site.world)).status_code == 401


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x\udfff"])
def test_text_that_no_database_can_keep_is_refused(site: Served, text: str) -> None:
    body = json.dumps(a_report(site.world, title=f"x{text}", narrative=text)).encode()
    refused(site.officer.post(INCIDENTS, content=body, headers=JSON))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(site: Served, number: str) -> None:
    body = json.dumps(a_report(site.world, lon=0)).replace('"lon": 0', f'"lon": {number}').encode()
    refused(site.officer.post(INCIDENTS, content=body, headers=JSON))


def test_an_error_tells_nothing_of_how_the_house_is_built(site: Served) -> None:
    for answer in (
        site.officer.get("/_dash-component-suites/dash/nothing.js"),
        site.officer.get(f"{INCIDENTS}/nothing"),
        site.officer.post(CALLBACK, json={"output": "x"}),
    ):
        for word in ("Traceback", "/site-packages", "sqlalchemy", "dashboard."):
            assert word not in answer.text


def test_a_callback_that_finds_nothing_answers_all_the_same() -> None:
    """A StopIteration cannot pass through a future: it would leave the browser waiting for ever."""
    import asyncio

    from dash import Dash, Input, Output
    from fastapi import FastAPI

    from dashboard.guard import acting_as, guarded
    from data.access import Permission
    from data.errors import Invalid

    dash = Dash("nothing", server=FastAPI(), backend="fastapi", enable_mcp=False)
    called: list[Any] = []
    dash.callback = lambda *_a, **_k: (
        lambda function: (  # type: ignore[method-assign]
            called.append(function),
            dash.callback_map.update({"a.b": {}}),
        )
    )
    guarded(dash).callback(Permission.VIEW, Output("a", "b"), Input("a", "c"))(lambda: next(iter(())))

    async def call() -> None:
        with acting_as(_somebody()):
            await asyncio.wait_for(called[0](), timeout=10)

    with pytest.raises(Invalid):
        asyncio.run(call())


def _somebody() -> Any:
    from data.access import Actor
    from data.model import Role, StoreKind, Tlp

    return Actor(1, "amy", Role.VIEWER, 1, False, Tlp.GREEN, frozenset({StoreKind.OPEN}))
