from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from data.clock import FixedClock
from data.model import Role
from tests.support.served import ADDRESS, PASSWORD, SAME_ORIGIN, Served

ME = "/api/v1/people"


def _sign_in(client: TestClient, name: str, password: str = PASSWORD, **more: str) -> int:
    return int(client.post("/login", data={"name": name, "password": password, **more}).status_code)


def test_a_password_opens_a_session(site: Served) -> None:
    site.world.user("amy", password=PASSWORD)
    client = site.client()
    assert client.get(ME).status_code == 401
    assert _sign_in(client, "amy") == 303
    assert client.get(ME).status_code == 200


@pytest.mark.parametrize(
    ("name", "password"), [("amy", "wrong"), ("nobody", PASSWORD), ("", ""), ("amy", "x" * 1024)]
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(site: Served, name: str, password: str) -> None:
    site.world.user("amy", password=PASSWORD)
    client = site.client()
    answer = client.post("/login", data={"name": name, "password": password})
    assert answer.status_code == 401
    assert "Name or password is not right." in answer.text
    assert "set-cookie" not in answer.headers


def test_the_cookie_is_out_of_reach_of_scripts_and_foreign_pages(site: Served) -> None:
    site.world.user("amy", password=PASSWORD)
    cookie = site.client().post("/login", data={"name": "amy", "password": PASSWORD}).headers["set-cookie"]
    assert cookie.startswith("watchfloor=")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "domain" not in cookie.lower()


def test_over_https_the_cookie_is_bound_to_the_host(site: Served) -> None:
    site.world.user("amy", password=PASSWORD)
    client = site.client(headers={"Origin": "https://testserver"})
    answer = client.post("https://testserver/login", data={"name": "amy", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-watchfloor=")
    assert "secure" in cookie.lower()
    assert "strict-transport-security" in answer.headers


def test_nobody_signs_in_over_plain_http_from_another_machine(site: Served) -> None:
    site.world.user("amy", password=PASSWORD)
    far = TestClient(site.app, base_url=ADDRESS, client=("192.0.2.7", 50_000), headers=SAME_ORIGIN)
    far.portal = site.stranger.portal
    assert _sign_in(far, "amy") == 403


def test_a_replayed_cookie_is_worth_nothing_after_signing_out(site: Served) -> None:
    client = site.as_user(site.world.user())
    replay = dict(client.cookies)
    assert client.post("/logout").status_code == 303
    thief = site.client()
    thief.cookies.update(replay)
    assert thief.get(ME).status_code == 401
    assert thief.post("/_dash-update-component", json={}).status_code == 401


def test_a_session_ends_by_itself(site: Served, clock: FixedClock) -> None:
    client = site.as_user(site.world.user())
    clock.at += timedelta(hours=11)
    assert client.get(ME).status_code == 200
    clock.at += timedelta(hours=2)
    assert client.get(ME).status_code == 401


def test_whoever_is_disabled_is_out_at_once(site: Served) -> None:
    user_id = site.world.user()
    client, program = site.as_user(user_id), site.bearer(user_id)
    assert client.get(ME).status_code == program.get(ME).status_code == 200
    site.services.store.users.disable(site.world.system, user_id)
    assert client.get(ME).status_code == program.get(ME).status_code == 401


def test_signing_in_gives_a_new_session_and_ends_the_one_before(site: Served) -> None:
    site.world.user("amy", password=PASSWORD)
    client = site.client()
    _sign_in(client, "amy")
    before = client.cookies["watchfloor"]
    _sign_in(client, "amy")
    assert client.cookies["watchfloor"] != before
    old = site.client()
    old.cookies.set("watchfloor", before)
    assert old.get(ME).status_code == 401


def test_a_session_that_somebody_planted_is_not_taken_over(site: Served) -> None:
    site.world.user("amy", password=PASSWORD)
    client = site.client()
    client.cookies.set("watchfloor", "planted")
    _sign_in(client, "amy")
    planted = site.client()
    planted.cookies.set("watchfloor", "planted")
    assert planted.get(ME).status_code == 401


def test_a_link_signs_in_once(site: Served) -> None:
    link = site.services.store.users.make_link(site.world.user())
    assert site.client().get(f"/link/{link}").status_code == 303
    second = site.client().get(f"/link/{link}")
    assert second.status_code == 401
    assert "set-cookie" not in second.headers


def test_a_link_is_too_old_after_a_quarter_of_an_hour(site: Served, clock: FixedClock) -> None:
    link = site.services.store.users.make_link(site.world.user())
    clock.at += timedelta(minutes=16)
    assert site.client().get(f"/link/{link}").status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=1\r\n",
        "http:evil.example",
        "/\tevil",
        "",
        "/logout",
    ],
)
def test_signing_in_leads_to_our_own_pages_alone(site: Served, target: str) -> None:
    site.world.user("amy", password=PASSWORD)
    answer = site.client().post("/login", data={"name": "amy", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"


def test_signing_in_leads_back_to_where_one_wanted_to_go(site: Served) -> None:
    site.world.user("amy", password=PASSWORD)
    client = site.client()
    asked = client.get("/sites?sector=energy&q=a b", headers={"Accept": "text/html"})
    assert asked.status_code == 303
    form = client.get(asked.headers["location"])
    assert 'name="next" value="/sites?sector=energy&amp;q=a+b"' in form.text
    answer = client.post("/login", data={"name": "amy", "password": PASSWORD, "next": "/sites?sector=energy"})
    assert answer.headers["location"] == "/sites?sector=energy"


def test_guessing_gets_slower_and_then_the_right_password_waits_too(site: Served, clock: FixedClock) -> None:
    site.world.user("amy", password=PASSWORD)
    client = site.client()
    statuses = [_sign_in(client, "amy", "guess") for _ in range(7)]
    assert statuses[:5] == [401] * 5
    assert 429 in statuses
    assert _sign_in(client, "amy") == 429
    clock.at += timedelta(minutes=16)
    assert _sign_in(client, "amy") == 303


def test_one_guesser_does_not_lock_an_officer_out_elsewhere(site: Served) -> None:
    site.world.user("amy", password=PASSWORD)
    for _ in range(10):
        _sign_in(site.client(), "amy", "guess")
    elsewhere = TestClient(
        site.app, base_url=ADDRESS, client=("127.0.0.9", 1), headers=SAME_ORIGIN, follow_redirects=False
    )
    elsewhere.portal = site.stranger.portal
    assert _sign_in(elsewhere, "amy") == 303


def test_signing_in_and_failing_to_are_in_the_audit_log(site: Served) -> None:
    site.world.user("amy", password=PASSWORD)
    _sign_in(site.client(), "amy", "wrong")
    _sign_in(site.client(), "amy")
    outcomes = [
        entry["outcome"]
        for entry in site.services.store.audit.entries(limit=50)
        if entry["action"] == "sign_in"
    ]
    assert outcomes == ["ok", "refused"]
    assert site.services.store.audit.verify().whole


def test_the_live_socket_closes_when_its_session_ends(site: Served) -> None:
    site.app.state.live.heartbeat_s = 0.2
    client = site.as_user(site.world.user(role=Role.VIEWER))
    with client.websocket_connect("/live") as socket:
        assert set(socket.receive_json()) == {"token", "at", "alerts", "people"}
        client.post("/logout")
        with pytest.raises(WebSocketDisconnect) as ended:
            [socket.receive_json() for _ in range(20)]
        assert ended.value.code == 4401


@pytest.mark.parametrize("path", ["/live", "/_dash-ws-callback", "/anything"])
def test_no_socket_opens_for_a_stranger(site: Served, path: str) -> None:
    with pytest.raises(WebSocketDisconnect), site.client().websocket_connect(path):
        pass


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example", None])
def test_no_socket_opens_from_a_foreign_page(site: Served, origin: str | None) -> None:
    client = site.client(headers={} if origin is None else {"Origin": origin})
    client.cookies.update(dict(site.officer.cookies))
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/live"):
        pass
