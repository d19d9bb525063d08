"""`/api/v1/calls` and `/api/v1/households`, from outside."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from shapely import LineString

from dashboard.web.call_form import LANGUAGES, words
from data.model import Role, Tlp
from layers.roads.reading import assemble
from tests.support.records import HOSTILE
from tests.support.served import Served


def a_call(**values: Any) -> dict[str, Any]:
    """Return a call as one sends it."""
    made: dict[str, Any] = {
        "caller": {"name": "Ann", "phone": "+1 617 555 0100", "relation": "daughter", "place_text": "Boston"},
        "people": [{"name": "George", "age": 78, "medical": "insulin"}, {"name": "Ruth", "age": 74}],
        "people_count": 2,
        "place_text": "above Coral Bay, St. John",
        "needs": {"trapped": True, "hazards": ["landslide"], "water_until": "2026-11-01T09:00:00Z"},
        "narrative": "A landslide lies over the house.",
        "tlp": "amber",
    }
    return {**made, **values}


def _listed(site: Served, **asked: Any) -> dict[str, Any]:
    answer = site.officer.get("/api/v1/households", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_call_sent_twice_is_answered_twice_and_kept_once(site: Served) -> None:
    body = a_call(id=str(uuid4()))
    first, again = (site.officer.post("/api/v1/calls", json=body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["caller"]["place_text"] == "Boston"
    assert first.json()["lon"] is None, "where the caller is says nothing of where the people are"
    listed = site.officer.get("/api/v1/calls", params={"q": "landslide ann"}).json()
    assert (listed["total"], listed["items"]) == (1, [first.json()])
    other = site.officer.post("/api/v1/calls", json={**body, "narrative": "something else"})
    assert other.status_code == 409


def test_hostile_text_comes_back_letter_by_letter(site: Served) -> None:
    for text in HOSTILE:
        body = a_call(narrative=text, people=[{"name": text, "medical": text}])
        made = site.officer.post("/api/v1/calls", json=body)
        assert made.status_code == 201, made.text
        assert (made.json()["narrative"], made.json()["people"][0]["name"]) == (text, text)
        kept = site.officer.get(f"/api/v1/calls/{made.json()['id']}").json()
        assert kept["narrative"] == text
    for text in ("NUL \x00", "half \ud800"):
        refused = site.officer.post(
            "/api/v1/calls", content=repr_json(text), headers={"Content-Type": "application/json"}
        )
        assert refused.status_code == 400
        assert refused.json()["message"]


def repr_json(text: str) -> bytes:
    """Return a call with this story, escaped as JSON can carry anything."""
    return json.dumps(a_call(narrative=text)).encode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"lon": -64.7},
        {"lon": 181, "lat": 0},
        {"people": [{"age": 131}]},
        {"people": [{"age": "seven"}]},
        {"people_count": -1},
        {"needs": {"hazards": ["dragons"]}},
        {"needs": {"water_until": "tomorrow"}},
        {"needs": {"water_until": "0001-01-01T00:00:00Z"}},
        {"language": "<script>"},
        {"id": "7"},
        {"channel": "pigeon"},
        {"narrative": "x" * 50_001},
        {"unknown": 1},
    ],
)
def test_a_call_that_cannot_be_read_is_refused_in_words(site: Served, wrong: dict[str, Any]) -> None:
    refused = site.officer.post("/api/v1/calls", json=a_call(**wrong))
    assert refused.status_code == 400
    assert refused.json()["message"]
    assert _listed(site)["total"] == 0


def test_two_who_change_a_call_are_both_heard(site: Served) -> None:
    call = site.officer.post("/api/v1/calls", json=a_call()).json()
    address = f"/api/v1/calls/{call['id']}"
    changed = site.officer.patch(address, json={"revision": 1, "people_count": 3})
    assert changed.json()["people_count"] == 3
    late = site.officer.patch(address, json={"revision": 1, "people_count": 4})
    assert late.status_code == 409
    assert (late.json()["yours"], late.json()["theirs"]) == ({"people_count": 4}, {"people_count": 3})


def test_the_list_is_in_order_of_need_and_says_why(site: Served) -> None:
    site.officer.post(
        "/api/v1/calls", json=a_call(needs={}, people=[], caller={}, place_text="", narrative="No power")
    )
    site.officer.post("/api/v1/calls", json=a_call())
    listed = _listed(site)
    first, second = listed["items"]
    assert (first["priority"]["rank"], second["priority"]["rank"]) == (1, 2)
    reasons = " ".join(first["priority"]["reasons"])
    for told in ("Trapped", "Medical need that cannot wait", "Without water", "Aged 78"):
        assert told in reasons
    assert (first["name"], first["ages"], first["needs"]["trapped"]) == ("George, Ruth", [74, 78], True)
    assert first["clock"]["water_hours_left"] < 0
    assert listed["summary"]["unaccounted"] == {
        "people": 4, "low": 0, "high": 4, "households": 2, "unverified_calls": 2, "possible_duplicates": 0,
    }  # fmt: skip


def test_whoever_is_reached_leaves_the_working_list_at_once(site: Served) -> None:
    call = site.officer.post("/api/v1/calls", json=a_call()).json()
    address = f"/api/v1/households/{call['household_id']}"
    found = site.officer.post(f"{address}/status", json={"status": "located", "note": "", "revision": 1})
    assert _listed(site)["summary"]["unaccounted"]["low"] == 2
    done = site.officer.post(
        f"{address}/status",
        json={"status": "evacuated", "note": "by boat", "revision": found.json()["revision"]},
    )
    assert (done.json()["status"], done.json()["priority"]["rank"]) == ("evacuated", None)
    assert done.json()["status_by"]
    listed = _listed(site)
    assert (listed["total"], listed["summary"]["unaccounted"]["high"]) == (0, 0)
    assert listed["summary"]["by_status"]["evacuated"] == 1
    assert _listed(site, status="all")["total"] == _listed(site, status="evacuated,safe")["total"] == 1
    late = site.officer.post(f"{address}/status", json={"status": "safe", "note": "", "revision": 1})
    assert late.status_code == 409
    events = site.officer.get(address).json()["events"]
    assert [one["kind"] for one in events] == ["made", "status", "status"]


def test_a_contact_sets_the_clock_back_and_no_answer_asks_again_soon(site: Served) -> None:
    call = site.officer.post("/api/v1/calls", json=a_call(last_contact="2026-11-01T00:00:00Z")).json()
    address = f"/api/v1/households/{call['household_id']}"
    before = site.officer.get(address).json()
    assert before["clock"]["hours_since_contact"] > 1
    tried = site.officer.post(f"{address}/contact", json={"outcome": "no_answer"}).json()
    assert tried["clock"]["hours_since_contact"] >= before["clock"]["hours_since_contact"]
    spoke = site.officer.post(f"{address}/contact", json={"outcome": "reached", "note": "all alive"}).json()
    assert spoke["clock"]["hours_since_contact"] < 0.1
    assert spoke["follow_up_due"] is False
    ahead = site.officer.post(f"{address}/contact", json={"at": "2199-01-01T00:00:00Z"})
    assert ahead.status_code == 400


def test_a_merge_can_be_taken_back_over_the_api(site: Served) -> None:
    one, other = (site.officer.post("/api/v1/calls", json=a_call()).json() for _ in range(2))
    address = f"/api/v1/households/{one['household_id']}"
    body = {"other": other["household_id"], "revision": 1}
    merged = site.officer.post(f"{address}/merge", json=body).json()
    assert (merged["calls"], _listed(site)["total"]) == (2, 1)
    of_both = site.officer.get("/api/v1/calls", params={"household": one["household_id"]}).json()
    assert {call["household_id"] for call in of_both["items"]} == {one["household_id"]}
    assert of_both["total"] == 2
    event = next(e for e in site.officer.get(address).json()["events"] if e["kind"] == "merge")
    undone = site.officer.post(f"{address}/unmerge", json={"event": event["id"]})
    assert undone.json()["other"]["id"] == other["household_id"]
    assert _listed(site)["total"] == 2
    assert site.officer.post(f"{address}/unmerge", json={"event": event["id"]}).status_code == 409


def test_a_viewer_is_refused_and_hidden_calls_change_no_answer(site: Served) -> None:
    site.officer.post("/api/v1/calls", json=a_call())
    for path in ("/api/v1/calls", "/api/v1/households"):
        assert site.as_role(Role.VIEWER).get(path).status_code == 403
    asked = [
        ("/api/v1/calls", {}),
        ("/api/v1/calls", {"q": "landslide"}),
        ("/api/v1/households", {"status": "all"}),
        ("/api/v1/households", {"bbox": "-180,-90,180,90"}),
    ]

    def answers() -> list[Any]:
        return [site.officer.get(path, params=params).json() for path, params in asked]

    before = answers()
    hidden = [site.analyst.post("/api/v1/calls", json=a_call(tlp="red")).json() for _ in range(2)]
    site.analyst.post(
        f"/api/v1/households/{hidden[0]['household_id']}/merge",
        json={"other": hidden[1]["household_id"], "revision": 1},
    )
    assert answers() == before
    assert site.officer.get(f"/api/v1/households/{hidden[0]['household_id']}").status_code == 404
    assert site.officer.post("/api/v1/calls", json=a_call(tlp=Tlp.RED.name.lower())).status_code == 403


def test_households_are_found_by_words_and_by_where_they_are(site: Served) -> None:
    site.officer.post("/api/v1/calls", json=a_call(lon=-64.71, lat=18.35, accuracy_m=300))
    site.officer.post("/api/v1/calls", json=a_call(people=[{"name": "Ben"}], place_text="Cruz Bay"))
    assert [one["name"] for one in _listed(site, q="ben cruz")["items"]] == ["Ben"]
    assert [one["name"] for one in _listed(site, bbox="-65,18,-64,19")["items"]] == ["George, Ruth"]
    page = _listed(site, limit=1)
    assert page["total"] == 2
    assert len(_listed(site, limit=1, cursor=page["next"])["items"]) == 1
    for wrong in ({"bbox": "1,2,3"}, {"status": "lost"}, {"cursor": "x"}, {"bbox": "nan,0,1,1"}):
        assert site.officer.get("/api/v1/households", params=wrong).status_code == 400


def test_what_is_done_to_calls_and_households_is_in_the_audit_log(site: Served) -> None:
    call = site.officer.post("/api/v1/calls", json=a_call()).json()
    site.officer.post(
        f"/api/v1/households/{call['household_id']}/status",
        json={"status": "safe", "note": "", "revision": 1},
    )
    entries = site.services.store.audit.entries(limit=10)
    assert {("add", "call"), ("status", "household")} <= {(one["action"], one["kind"]) for one in entries}
    assert site.services.store.audit.verify().whole


def test_pages_are_told_of_people_in_need_whom_they_may_see(site: Served) -> None:
    number, store = site.services.store.households.number, site.services.store
    officer, viewer = site.world.officer(), site.world.viewer()
    before = number(officer)
    site.analyst.post("/api/v1/calls", json=a_call(tlp="red"))
    assert (number(officer), number(viewer)) == (before, 0), "a hidden call is not told of"
    call = site.officer.post("/api/v1/calls", json=a_call()).json()
    taken = number(officer)
    assert taken != before
    home = store.households.all(officer)[0]
    assert str(home.id) == call["household_id"]
    with site.officer.websocket_connect("/live", headers={"Origin": "http://testserver"}) as socket:
        assert socket.receive_json()["people"] == taken
        site.officer.post(
            f"/api/v1/households/{home.id}/status", json={"status": "safe", "note": "", "revision": 1}
        )
        site.refresh()
        assert socket.receive_json()["people"] == number(officer) != taken


def test_pages_are_told_of_what_changes_in_the_search_that_they_may_see(site: Served) -> None:
    number, store = site.services.store.households.number, site.services.store
    officer, viewer = site.world.officer(), site.world.viewer()
    slide = {"type": "LineString", "coordinates": [[-64.72, 18.34], [-64.71, 18.34]]}
    piece = {"kind": "point", "params": {"lon": -64.72, "lat": 18.34, "accuracy_m": 300.0}}
    for client, tlp, told in ((site.analyst, "red", False), (site.officer, "green", True)):
        home = client.post("/api/v1/calls", json=a_call(tlp=tlp)).json()["household_id"]
        seen = number(officer)
        made = {"name": "Slide", "geometry": slide, "tlp": tlp}
        for path, body in (
            ("/closures", made),
            (f"/households/{home}/evidence", piece),
            # The same place again: nothing moves, and yet there is one piece of evidence more.
            (f"/households/{home}/evidence", piece),
            (f"/households/{home}/contact", {"at": None, "outcome": "no_answer", "note": ""}),
        ):
            before, seen = seen, None
            answer = client.post(f"/api/v1{path}", json=body)
            assert answer.status_code in (200, 201), answer.text
            seen = number(officer)
            assert (seen != before) is told, path
    assert number(viewer) == 0
    for tlp, told in ((Tlp.RED, False), (Tlp.GREEN, True)):
        before = number(officer)
        line = LineString([(-64.72, 18.34), (-64.71, 18.34)])
        roads = assemble(
            np.array([line], dtype=object),
            ends=None,
            road_class=np.zeros(1, np.uint8),
            oneway=np.zeros(1, np.int8),
        )
        source = site.world.source(f"roads{tlp}", kind="roads")
        store.networks.replace(site.world.system, source, site.world.scope(tlp=tlp), roads)
        assert (number(officer) != before) is told


def test_calls_about_the_same_people_are_suggested_until_somebody_says_no(site: Served) -> None:
    one, other = (
        site.officer.post(
            "/api/v1/calls", json=a_call(caller={"name": name, "phone": "+1 340 555 0117"})
        ).json()
        for name in ("Ann", "Ann Example")
    )
    site.analyst.post("/api/v1/calls", json=a_call(tlp="red"))
    site.officer.post("/api/v1/calls", json=a_call(people=[], caller={}, place_text="", narrative="Water!"))
    [pair] = site.officer.get("/api/v1/calls/suggestions").json()["items"]
    assert {pair["a"]["id"], pair["b"]["id"]} == {one["household_id"], other["household_id"]}
    assert pair["reasons"]
    counted = _listed(site)["summary"]["unaccounted"]
    assert (counted["people"], counted["high"], counted["possible_duplicates"]) == (4, 6, 1)
    body = {"a": other["household_id"], "b": one["household_id"]}
    assert site.officer.post("/api/v1/calls/suggestions/dismiss", json=body).status_code == 204
    assert site.officer.get("/api/v1/calls/suggestions").json()["total"] == 0
    assert _listed(site)["summary"]["unaccounted"]["people"] == 6


def test_the_call_form_is_for_those_who_take_calls_and_in_their_language(site: Served) -> None:
    assert site.as_role(Role.VIEWER).get("/call").status_code == 403
    assert site.client().get("/call", headers={"Accept": "text/html"}).status_code in {303, 401}
    page = site.officer.get("/call", headers={"Accept-Language": "ht-HT,fr;q=0.8"})
    assert '<html lang="ht">' in page.text
    assert "Kote moun yo ye" in page.text
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert '<html lang="es">' in site.officer.get("/call?lang=es").text
    assert '<html lang="en">' in site.officer.get('/call?lang="><script>').text
    assert site.officer.get("/call-worker.js").headers["content-type"].startswith("text/javascript")


def test_every_word_of_the_form_is_there_in_every_language() -> None:
    said = words()
    assert set(said) == set(LANGUAGES)
    for language in LANGUAGES:
        assert set(said[language]) == set(said["en"])
        for key, text in said[language].items():
            assert text.strip(), (language, key)
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", said["en"][key])), (
                language,
                key,
            )
