from __future__ import annotations

from itertools import pairwise

import pytest

from data.model import Role, StoreKind, Tlp
from tests.support.records import BOSTON, HOSTILE
from tests.support.served import Served, a_report

INCIDENTS = "/api/v1/incidents"


def test_a_report_is_accepted_and_stands_in_the_list(site: Served) -> None:
    sent = site.officer.post(INCIDENTS, json=a_report(site.world))
    assert sent.status_code == 201
    assert sent.headers["location"] == f"{INCIDENTS}/{sent.json()['id']}"
    site.refresh()
    listed = site.officer.get(INCIDENTS).json()
    assert [item["id"] for item in listed["items"]] == [sent.json()["id"]]
    assert (listed["total"], listed["next"]) == (1, None)


def test_what_was_sent_is_what_is_kept(site: Served) -> None:
    report = a_report(
        site.world,
        narrative="Two people dizzy.",
        persons_affected=2,
        time_precision="minute",
        tlp="green",
        severity=4,
        reliability="B",
        credibility="2",
        evaluation_scale="admiralty",
    )
    sent = site.officer.post(INCIDENTS, json=report).json()
    kept = site.officer.get(f"{INCIDENTS}/{sent['id']}").json()
    for name in set(report) - {"occurred"}:
        assert kept[name] == report[name], name
    assert kept["occurred"] == "2026-11-01T11:58:00.000Z"


def test_the_same_idempotency_key_adds_one_report(site: Served) -> None:
    key = {"Idempotency-Key": "4711"}
    first = site.officer.post(INCIDENTS, json=a_report(site.world), headers=key)
    again = site.officer.post(INCIDENTS, json=a_report(site.world), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    site.refresh()
    assert site.officer.get(INCIDENTS).json()["total"] == 1


def test_a_key_that_was_used_for_another_report_is_a_conflict(site: Served) -> None:
    key = {"Idempotency-Key": "4711"}
    site.officer.post(INCIDENTS, json=a_report(site.world), headers=key)
    other = site.officer.post(INCIDENTS, json=a_report(site.world, title="Something else"), headers=key)
    assert other.status_code == 409


def test_a_source_sends_its_own_id_twice_and_one_record_stands(site: Served) -> None:
    site.world.source("cad")
    report = a_report(site.world, source="cad", source_key="E-1", tlp="green")
    answers = [site.officer.post(INCIDENTS, json=report) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]


def test_a_refused_key_tells_nothing_of_a_hidden_record(site: Served) -> None:
    source_id = site.world.source("cad")
    secret = site.world.scope(StoreKind.SAR, Tlp.RED)
    site.world.incident(source_id=source_id, scope_id=secret, source_key="E-1")
    report = a_report(site.world, source="cad", source_key="E-1", tlp="green")
    assert site.officer.post(INCIDENTS, json=report).status_code == 201


def test_an_unknown_source_and_a_hidden_one_are_refused_alike(site: Served) -> None:
    site.world.source("secret", scope_id=site.world.scope(StoreKind.SAR, Tlp.RED))
    hidden = site.officer.post(INCIDENTS, json=a_report(site.world, source="secret"))
    absent = site.officer.post(INCIDENTS, json=a_report(site.world, source="absent"))
    assert hidden.status_code == absent.status_code == 400
    assert hidden.text.replace("secret", "absent") == absent.text


def test_an_unmarked_report_gets_the_highest_marking_that_its_sender_may_see(site: Served) -> None:
    assert site.officer.post(INCIDENTS, json=a_report(site.world)).json()["marking"] == "TLP:AMBER"
    assert site.analyst.post(INCIDENTS, json=a_report(site.world)).json()["marking"] == "TLP:RED"


@pytest.mark.parametrize("hidden", [{"store": "sar"}, {"tlp": "red"}, {"store": "intel", "tlp": "clear"}])
def test_nobody_writes_what_they_may_not_see(site: Served, hidden: dict[str, str]) -> None:
    answer = site.officer.post(INCIDENTS, json=a_report(site.world, **hidden))
    assert answer.status_code == 403


def test_a_hidden_incident_looks_the_same_as_none(site: Served) -> None:
    secret = site.world.incident(scope_id=site.world.scope(StoreKind.SAR, Tlp.RED))
    site.refresh()
    none = "01a204a8-0000-7000-8000-000000000000"
    for path in ("", "/history", "/comments", "/attachments"):
        hidden = site.officer.get(f"{INCIDENTS}/{secret.id}{path}")
        absent = site.officer.get(f"{INCIDENTS}/{none}{path}")
        assert hidden.status_code == absent.status_code == 404
        assert hidden.text == absent.text
    by_fid = site.officer.get(f"/api/v1/features/incidents/{secret.fid}")
    assert by_fid.status_code == 404
    assert by_fid.text == site.officer.get("/api/v1/features/incidents/7").text


def test_the_second_of_two_edits_gets_both_versions(site: Served) -> None:
    made = site.officer.post(INCIDENTS, json=a_report(site.world)).json()
    one = site.officer.patch(f"{INCIDENTS}/{made['id']}", json={"revision": 1, "status": "acknowledged"})
    two = site.analyst.patch(f"{INCIDENTS}/{made['id']}", json={"revision": 1, "status": "resolved"})
    assert (one.status_code, two.status_code) == (200, 409)
    assert two.json()["yours"] == {"status": "RESOLVED"}
    assert two.json()["theirs"] == {"status": "ACKNOWLEDGED"}


def test_a_dragged_incident_is_drawn_and_remembers_where_it_was(site: Served) -> None:
    made = site.officer.post(INCIDENTS, json=a_report(site.world)).json()
    moved = site.officer.patch(
        f"{INCIDENTS}/{made['id']}", json={"revision": 1, "lon": -71.05, "lat": 42.36, "reason": "seen there"}
    ).json()
    assert (moved["lon"], moved["lat"], moved["located_by"]) == (-71.05, 42.36, "drawn")
    [change] = site.officer.get(f"{INCIDENTS}/{made['id']}/history").json()["items"]
    assert change["changes"]["place"] == {"before": [-71.0605, 42.3551], "after": [-71.05, 42.36]}
    assert change["reason"] == "seen there"


def test_only_the_originator_changes_a_marking(site: Served) -> None:
    other = site.world.agency("State police")
    foreign = site.world.incident(scope_id=site.world.scope(tlp=Tlp.GREEN, agency_id=other))
    answer = site.officer.patch(f"{INCIDENTS}/{foreign.id}", json={"revision": 1, "tlp": "clear"})
    assert answer.status_code == 403


def test_work_is_assigned_within_ones_own_agency(site: Served) -> None:
    made = site.officer.post(INCIDENTS, json=a_report(site.world)).json()
    colleague = site.world.user()
    stranger = site.world.user(agency_id=site.world.agency("State police"))
    path = f"{INCIDENTS}/{made['id']}"
    assert site.officer.patch(path, json={"revision": 1, "assignee_id": stranger}).status_code == 400
    assert site.officer.patch(path, json={"revision": 1, "assignee_id": 999_999}).status_code == 400
    assert site.officer.patch(path, json={"revision": 1, "assignee_id": colleague}).status_code == 200


@pytest.mark.parametrize("order", ["newest", "oldest", "severe"])
def test_pages_put_together_are_the_whole_list_in_order(site: Served, order: str) -> None:
    from datetime import timedelta

    from data.model import Severity
    from tests.support.records import NOON

    for number in range(23):
        site.world.incident(
            occurred=NOON - timedelta(hours=number % 5), severity=Severity(number % 7), place=BOSTON
        )
    site.refresh()
    items, cursor = [], ""
    while cursor is not None:
        page = site.officer.get(INCIDENTS, params={"order": order, "limit": 4, "cursor": cursor}).json()
        items += page["items"]
        cursor = page["next"]
    assert len({item["id"] for item in items}) == len(items) == 23
    keys = {
        "newest": lambda item: item["occurred"],
        "oldest": lambda item: item["occurred"],
        "severe": lambda item: (item["severity"], item["occurred"]),
    }[order]
    ranks = [keys(item) for item in items]
    assert all((a <= b) if order == "oldest" else (a >= b) for a, b in pairwise(ranks))


def test_a_page_is_not_shifted_by_what_comes_in(site: Served) -> None:
    for _ in range(6):
        site.world.incident()
    site.refresh()
    first = site.officer.get(INCIDENTS, params={"limit": 3}).json()
    site.officer.post(INCIDENTS, json=a_report(site.world, occurred="2026-11-01T12:00:00Z"))
    site.refresh()
    second = site.officer.get(INCIDENTS, params={"limit": 3, "cursor": first["next"]}).json()
    assert not {item["id"] for item in first["items"]} & {item["id"] for item in second["items"]}


def test_the_nearest_site_stands_beside_a_report(site: Served) -> None:
    hospital = site.world.site(place=BOSTON, name="Mercy Hospital")
    site.world.incident(place=BOSTON)
    site.refresh()
    [item] = site.officer.get(INCIDENTS).json()["items"]
    assert item["near"] == {
        "name": "Mercy Hospital",
        "fid": hospital.fid,
        "distance_m": pytest.approx(0, abs=1),
    }


def test_the_nearest_site_is_never_a_hidden_one(site: Served) -> None:
    site.world.site(place=BOSTON, scope_id=site.world.scope(StoreKind.OPEN, Tlp.RED))
    site.world.incident(place=BOSTON)
    site.refresh()
    [item] = site.officer.get(INCIDENTS).json()["items"]
    assert item["near"] is None


def test_a_likely_duplicate_is_shown_before_sending(site: Served) -> None:
    known = site.officer.post(INCIDENTS, json=a_report(site.world)).json()
    site.officer.post(INCIDENTS, json=a_report(site.world, title="Tree down on Route 2", lon=-71.4, lat=42.5))
    site.refresh()
    asked = {
        "title": "gas smell tremont st",
        "occurred": "2026-11-01T11:50:00Z",
        "lon": -71.061,
        "lat": 42.355,
    }
    found = site.officer.get(f"{INCIDENTS}/likely-duplicates", params=asked).json()["items"]
    assert [one["id"] for one in found] == [known["id"]]


def test_a_hidden_report_is_never_a_likely_duplicate(site: Served) -> None:
    site.analyst.post(INCIDENTS, json=a_report(site.world, store="sar"))
    site.refresh()
    asked = {"title": "Smell of gas in Tremont Street", "occurred": "2026-11-01T11:58:00Z"}
    assert site.officer.get(f"{INCIDENTS}/likely-duplicates", params=asked).json()["items"] == []
    assert len(site.analyst.get(f"{INCIDENTS}/likely-duplicates", params=asked).json()["items"]) == 1


def test_a_program_reports_with_a_bearer_token_and_no_origin(site: Served) -> None:
    program = site.bearer(site.world.user())
    assert program.post(INCIDENTS, json=a_report(site.world)).status_code == 201


def test_a_viewer_reads_and_does_not_write(site: Served) -> None:
    viewer = site.as_role(Role.VIEWER)
    made = site.officer.post(INCIDENTS, json=a_report(site.world, tlp="green")).json()
    assert viewer.get(f"{INCIDENTS}/{made['id']}").status_code == 200
    assert viewer.post(INCIDENTS, json=a_report(site.world)).status_code == 403
    assert (
        viewer.patch(f"{INCIDENTS}/{made['id']}", json={"revision": 1, "status": "closed"}).status_code == 403
    )
    assert viewer.post(f"{INCIDENTS}/{made['id']}/comments", json={"text": "hello"}).status_code == 403


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_was_sent(site: Served, text: str) -> None:
    sent = site.officer.post(INCIDENTS, json=a_report(site.world, title=text, narrative=text))
    assert sent.status_code == 201
    assert (sent.json()["title"], sent.json()["narrative"]) == (text.strip(), text)
    assert sent.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 1_000_000),
        ("title", 7),
        ("type", "no-such-type"),
        ("occurred", "yesterday"),
        ("occurred", "2026-11-01T12:00:00"),
        ("occurred", 1_762_000_000),
        ("occurred", "0001-01-01T00:00:00+14:00"),
        ("occurred", "9999-12-31T23:59:59-14:00"),
        ("lat", 91),
        ("lon", -7_910_000),
        ("lon", "-71.06"),
        ("lon", None),
        ("accuracy_m", -1),
        ("severity", 7),
        ("severity", True),
        ("persons_affected", 10**30),
        ("persons_affected", 1.5),
        ("tlp", "purple"),
        ("store", "../incident"),
        ("geometry", {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}),
        ("geometry", {"type": "Polygon", "coordinates": "x"}),
        ("geometry", {"type": "LineString", "coordinates": [[0, 0], [0, 4_000_000]]}),
        ("geometry", {"type": "GeometryCollection", "geometries": []}),
        ("geometry", {"type": "LineString", "coordinates": [[0, 0]] * 60_000}),
        ("unheard_of", 1),
    ],
)
def test_a_report_that_cannot_be_is_refused_with_its_reason(site: Served, field: str, value: object) -> None:
    answer = site.officer.post(INCIDENTS, json=a_report(site.world, **{field: value}))
    assert answer.status_code in {400, 413}
    assert set(answer.json()) >= {"error", "message", "hint"}
    site.refresh()
    assert site.officer.get(INCIDENTS).json()["total"] == 0


def test_a_polygon_is_kept_as_drawn_and_a_bow_tie_is_mended(site: Served) -> None:
    tie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    made = site.officer.post(INCIDENTS, json=a_report(site.world, geometry=tie, lon=None, lat=None))
    assert made.status_code == 201
    assert made.json()["geometry"]["type"] == "MultiPolygon"
