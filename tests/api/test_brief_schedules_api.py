"""Briefs that make themselves: once, for each recipient as they may have it, held where that is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from dashboard.alerting.notices import deliver_notices
from dashboard.briefing.runner import Runner
from dashboard.services import Services
from data.clock import FixedClock
from data.model import Role, StoreKind, Tlp
from data.release import Channel, NewRecipient
from tests.support.served import Served
from tests.support.server import free_port

EVERY_DAY = {"template": "bluf", "at": "10:00", "zone": "America/New_York", "forms": ["html"]}
BOTH = frozenset({StoreKind.OPEN, StoreKind.INCIDENT})


@pytest.fixture
def morning(site: Served, clock: FixedClock) -> Served:
    """Return the application with an incident, a recipient, and the hour of the brief some hours away."""
    green = NewRecipient(key="eoc", name="State EOC", clearance=Tlp.GREEN, stores=BOTH)
    site.services.store.recipients.put(site.world.system, green)
    site.world.incident(title="Bridge out")
    clock.at += timedelta(hours=1)
    site.refresh()
    return site


def planned(site: Served, **values: Any) -> dict[str, Any]:
    body = EVERY_DAY | {"recipients": ["eoc"]} | values
    answer = site.officer.post("/api/v1/brief-schedules", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def schedule(site: Served) -> dict[str, Any]:
    (one,) = site.officer.get("/api/v1/brief-schedules").json()["items"]
    return dict(one)


def released(site: Served) -> list[dict[str, Any]]:
    return list(site.officer.get("/api/v1/releases").json()["items"])


def test_a_brief_is_made_frozen_and_released_at_its_hour_and_once(morning: Served, clock: FixedClock) -> None:
    made = planned(morning)
    assert (made["due"], made["title"]) == ("2026-11-01T15:00:00+00:00", "One-page BLUF")
    runner, other = Runner(morning.services), Runner(morning.services)
    assert runner.look() == 0
    clock.at += timedelta(hours=3)
    assert runner.look() == 1
    assert other.look() == 0
    (line,) = released(morning)
    assert (line["recipient"], line["form"], line["state"]) == ("eoc", "html", "released")
    after = schedule(morning)
    assert after["outcome"] == "Made; released to State EOC."
    assert after["due"] == "2026-11-02T15:00:00+00:00"
    brief = morning.officer.get(f"/api/v1/briefs/{after['brief']}").json()
    assert brief["frozen_at"]
    assert "1 report" in brief["pages"][0]["headline"]


def test_a_worker_killed_between_two_releases_leaves_the_rest_to_the_next_and_nothing_twice(
    morning: Served, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(morning, forms=["html", "gpkg"])
    clock.at += timedelta(hours=3)
    killed = Runner(morning.services)
    original, calls = killed._one_out, []

    def dies_at_the_second(*args: Any, **about: Any) -> list[str]:
        calls.append(about["form"])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(*args, **about)

    monkeypatch.setattr(killed, "_one_out", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        killed.look()
    assert [line["form"] for line in released(morning)] == ["html"]
    survivor = Runner(morning.services)
    assert survivor.look() == 0  # the lease of the dead one has not ended
    clock.at += timedelta(minutes=10)
    assert survivor.look() == 1
    assert sorted(line["form"] for line in released(morning)) == ["gpkg", "html"]
    assert morning.officer.get("/api/v1/briefs").json()["total"] == 1


def test_what_is_held_waits_for_somebody_else_than_whose_schedule_it_is(
    morning: Served, clock: FixedClock
) -> None:
    planned(morning, hold=True)
    clock.at += timedelta(hours=3)
    Runner(morning.services).look()
    (line,) = released(morning)
    assert (line["state"], line["why_held"]) == ("held", "the schedule asks for a person")
    assert "waits for a person" in schedule(morning)["outcome"]
    assert morning.officer.post(f"/api/v1/releases/{line['id']}/approve", json={}).status_code == 403
    assert morning.analyst.post(f"/api/v1/releases/{line['id']}/approve", json={}).status_code == 200


@dataclass
class Mailbox:
    """A real mail server that refuses as often as it is told to."""

    refuse: list[str] = field(default_factory=list)
    got: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse.pop(0)
        self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def mailing(site: Served, box: Mailbox) -> Services:
    """Return the application with a mail server, its recipient having an address."""
    channels = (Channel(kind="smtp", address="eoc@example.org"),)
    green = NewRecipient(key="eoc", name="State EOC", clearance=Tlp.GREEN, stores=BOTH, channels=channels)
    site.services.store.recipients.put(site.world.system, green)
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none"}
    return replace(site.services, settings=site.services.settings.model_copy(update=mail))


def test_what_a_schedule_released_is_mailed_as_it_left_until_it_arrives_and_once(
    morning: Served, clock: FixedClock, mailbox: Mailbox
) -> None:
    services = mailing(morning, mailbox)
    planned(morning)
    clock.at += timedelta(hours=3)
    Runner(morning.services).look()
    assert schedule(morning)["outcome"].endswith("mail is on its way to State EOC.")
    mailbox.refuse = ["451 try later"]
    for _ in range(3):
        deliver_notices(services)
        clock.at += timedelta(minutes=5)
    (mail,) = mailbox.got
    (line,) = released(morning)
    assert (mail["To"], line["file"] in mail["Subject"]) == ("eoc@example.org", True)
    inside = {one.get_filename(): one.get_payload(decode=True) for one in mail.iter_attachments()}
    assert inside[line["file"]] == morning.officer.get(f"/api/v1/releases/{line['id']}/file").content
    assert len(inside) == 2
    (told,) = morning.officer.get(f"/api/v1/releases/{line['id']}/notices").json()["items"]
    assert (told["kind"], [one["outcome"] for one in told["deliveries"]]) == ("file", ["failed", "sent"])


def test_what_was_held_is_mailed_when_somebody_lets_it_go_and_never_after_a_recall(
    morning: Served, clock: FixedClock, mailbox: Mailbox
) -> None:
    services = mailing(morning, mailbox)
    planned(morning, hold=True)
    planned(morning, hold=True, title="Second")
    clock.at += timedelta(hours=3)
    Runner(morning.services).look()
    assert deliver_notices(services) == 0
    for line in released(morning):
        assert morning.analyst.post(f"/api/v1/releases/{line['id']}/approve", json={}).status_code == 200
    first, second = released(morning)
    recalled = morning.analyst.post(f"/api/v1/releases/{first['id']}/recall", json={"reason": "Wrong day."})
    assert recalled.status_code == 200
    deliver_notices(services)
    files = [{one.get_filename() for one in mail.iter_attachments()} for mail in mailbox.got]
    assert sorted(files, key=len) == [set(), {second["file"], f"{second['file']}.manifest.json"}]
    assert [one["outcome"] for one in notices(morning, first)] == ["given_up", "sent"]


def notices(site: Served, line: dict[str, Any]) -> list[dict[str, Any]]:
    items = site.officer.get(f"/api/v1/releases/{line['id']}/notices").json()["items"]
    return [told for one in items for told in one["deliveries"]]


def test_an_agreement_that_ended_is_said_and_lets_nothing_out(morning: Served, clock: FixedClock) -> None:
    planned(morning)
    morning.services.store.recipients.end(morning.world.system, "eoc")
    clock.at += timedelta(hours=3)
    assert Runner(morning.services).look() == 1
    assert released(morning) == []
    assert "no longer a recipient" in schedule(morning)["outcome"]


def test_schedules_are_for_those_who_may_release_and_can_be_stopped(morning: Served) -> None:
    made = planned(morning)
    where = f"/api/v1/brief-schedules/{made['id']}"
    viewer = morning.as_role(Role.VIEWER)
    assert viewer.post("/api/v1/brief-schedules", json=EVERY_DAY | {"recipients": []}).status_code == 403
    assert morning.analyst.delete(where).status_code == 404
    stopped = morning.officer.patch(where, json={"active": False, "revision": 1}).json()
    assert (stopped["active"], stopped["revision"]) == (False, 2)
    assert morning.officer.patch(where, json={"at": "07:00", "revision": 1}).status_code == 409
    unknown = EVERY_DAY | {"recipients": ["nobody"]}
    assert morning.officer.post("/api/v1/brief-schedules", json=unknown).status_code == 404
    assert morning.officer.delete(where).status_code == 204
    assert morning.officer.get("/api/v1/brief-schedules").json()["total"] == 0
