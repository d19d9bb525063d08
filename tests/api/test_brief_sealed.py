"""What is marked above its record is on no page of a brief, however the brief was made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from dashboard.briefing.leaving import given
from dashboard.wishes import Wish
from data.model import LonLat, Role, Severity, StoreKind, Tlp
from data.release import NewRecipient, RecipientKind
from layers.release import narrowed
from tests.support.records import BOSTON
from tests.support.served import Served

SECRET = "Zebra informant at the quarry"
AGREED = frozenset({StoreKind.OPEN, StoreKind.INCIDENT})


def test_a_field_marked_above_its_record_is_on_no_page_even_of_who_may_see_it(site: Served) -> None:
    supervisor = site.as_role(Role.SUPERVISOR, clearance=Tlp.RED)
    one = site.world.incident(title="Bridge out", narrative=SECRET)
    sealed = {"field_markings": {"narrative": "TLP:RED"}, "revision": one.revision}
    assert supervisor.patch(f"/api/v1/incidents/{one.id}", json=sealed).status_code == 200
    site.refresh()
    assert SECRET in supervisor.get(f"/api/v1/incidents/{one.id}").text
    made = supervisor.post("/api/v1/briefs", json={"template": "watch_turnover", "shared": True}).json()
    page = {"kind": "incident", "id": str(one.id), "revision": made["revision"]}
    added = supervisor.post(f"/api/v1/briefs/{made['id']}/pages", json=page)
    assert added.status_code == 201, added.text
    assert "Bridge out" in added.text
    assert SECRET not in added.text


def test_a_page_that_said_what_was_marked_up_since_is_made_again_for_a_recipient(site: Served) -> None:
    supervisor = site.as_role(Role.SUPERVISOR, clearance=Tlp.RED)
    eoc = NewRecipient(key="eoc", name="State EOC", clearance=Tlp.GREEN, stores=AGREED)
    site.services.store.recipients.put(site.world.system, eoc)
    one = site.world.incident(title="Bridge out", narrative=SECRET)
    site.refresh()
    made = supervisor.post("/api/v1/briefs", json={"template": "bluf"}).json()
    page = {"kind": "incident", "id": str(one.id), "revision": made["revision"]}
    assert SECRET in supervisor.post(f"/api/v1/briefs/{made['id']}/pages", json=page).text
    sealed = {"field_markings": {"narrative": "TLP:RED"}, "revision": one.revision}
    assert supervisor.patch(f"/api/v1/incidents/{one.id}", json=sealed).status_code == 200
    site.refresh()
    ask = {"what": "brief", "brief": made["id"], "form": "html", "recipient": "eoc"}
    answer = supervisor.post("/api/v1/releases/preview", json=ask)
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert SECRET in str(seen["yours"])
    assert "Bridge out" in str(seen["theirs"])
    assert SECRET not in str(seen["theirs"])
    left = supervisor.post("/api/v1/releases", json=ask | {"purpose": "aid"})
    assert left.status_code == 201, left.text
    file = supervisor.get(f"/api/v1/releases/{left.json()['id']}/file").content
    assert SECRET.encode() not in file


def test_a_colleague_reads_a_frozen_brief_no_more_once_what_it_shows_is_marked_above_them(
    site: Served,
) -> None:
    supervisor = site.as_role(Role.SUPERVISOR, clearance=Tlp.RED)
    one = site.world.incident(title="Bridge out", narrative=SECRET)
    two = site.world.incident(title="Tree down", scope_id=site.world.scope(tlp=Tlp.GREEN))
    site.refresh()
    briefs = []
    for record in (one, two):
        made = supervisor.post("/api/v1/briefs", json={"title": "Now", "shared": True}).json()
        page = {"kind": "incident", "id": str(record.id), "revision": made["revision"]}
        made = supervisor.post(f"/api/v1/briefs/{made['id']}/pages", json=page).json()
        frozen = {"revision": made["revision"]}
        assert supervisor.post(f"/api/v1/briefs/{made['id']}/freeze", json=frozen).status_code == 200
        briefs.append(f"/api/v1/briefs/{made['id']}")
    assert [site.officer.get(path).status_code for path in briefs] == [200, 200]
    for record, change in ((one, {"field_markings": {"narrative": "TLP:RED"}}), (two, {"tlp": "red"})):
        body = change | {"revision": record.revision}
        assert supervisor.patch(f"/api/v1/incidents/{record.id}", json=body).status_code == 200
    site.refresh()
    for path in briefs:
        for more in ("", "/deltas", "/questions", "/figures/incident"):
            assert site.officer.get(path + more).status_code == 404
        assert site.officer.post(path + "/copy", json={}).status_code == 404
        assert supervisor.get(path).status_code == 200
    assert site.officer.get("/api/v1/briefs").json()["total"] == 0
    assert supervisor.get("/api/v1/briefs").json()["total"] == 2


def test_words_that_somebody_searched_for_do_not_leave_in_the_line_of_the_source(site: Served) -> None:
    eoc = NewRecipient(key="eoc", name="State EOC", clearance=Tlp.GREEN, stores=AGREED)
    site.services.store.recipients.put(site.world.system, eoc)
    site.world.incident(title="Bridge out")
    site.refresh()
    made = site.officer.post("/api/v1/briefs", json={"template": "bluf", "filter": "q=zebra"}).json()
    assert "zebra" in made["pages"][0]["source"]
    ask = {"what": "brief", "brief": made["id"], "form": "html", "recipient": "eoc", "purpose": "aid"}
    left = site.officer.post("/api/v1/releases", json=ask)
    assert left.status_code == 201, left.text
    file = site.officer.get(f"/api/v1/releases/{left.json()['id']}/file").content
    assert b"zebra" not in file
    assert b"certain words" in file


def test_the_numbers_of_two_briefs_isolate_no_record(site: Served) -> None:
    """One more report, a filter that leaves one out, another time: no number moves by one."""
    agreed = NewRecipient(key="public", name="The public", kind=RecipientKind.PUBLIC, stores=AGREED)
    to = site.services.store.recipients.put(site.world.system, agreed)
    clear, now = site.world.scope(tlp=Tlp.CLEAR), site.services.clock.now()

    def report(hours_ago: float, severity: Severity = Severity.LOW) -> None:
        place = LonLat(BOSTON.lon + 1e-4, BOSTON.lat)
        at = now - timedelta(hours=hours_ago)
        site.world.incident(title="Tree", place=place, occurred=at, scope_id=clear, severity=severity)

    for number in range(14):
        report(1 + number, Severity.HIGH if number == 0 else Severity.LOW)
    site.refresh()

    def numbers(*, leaves: bool = True, **of: Any) -> list[Any]:
        made = site.officer.post("/api/v1/briefs", json={"template": "morning", "shared": True, **of}).json()
        brief = site.services.store.briefs.get(site.world.system, UUID(made["id"]))
        wish = Wish(actor=site.world.system, what="brief", form="html", recipient=to, brief=brief.id)
        standing = narrowed(site.services.store, wish.actor, to)
        shown = [one.shown for one in given(site.services, standing, brief, wish, leaves=leaves) if one.shown]
        charts = [page.chart for page in shown if page.chart]
        bars = [bar for chart in charts for series in chart.series for bar in series.values]
        return [
            {one.headline.split(" ")[0] for one in shown},
            [one.count for page in shown if page.map for one in page.map.points],
            sum(float(bar or 0) for bar in bars),
        ]

    seen = numbers(leaves=False)  # a preview promises what leaves, and remembers nothing
    assert seen == [{"14"}, [14], 14.0] == numbers()
    report(0.5)
    site.refresh()
    assert numbers()[:2] == [{"14"}, [14]]
    assert numbers(filter="severity=1")[:2] == [{"14"}, [14]]
    assert numbers(hours=13.5)[:2] == [{"14"}, [14]]
    for _ in range(4):
        report(0.4)
    site.refresh()
    assert numbers()[0] == {"19"}  # five more may be told together
