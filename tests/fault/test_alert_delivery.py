"""Messages of alerts against real servers that refuse, hang, fail and then work; and a killed worker."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from dashboard.alerting import deliver, webhook
from dashboard.alerting.deliver import deliver_due
from dashboard.alerting.notices import deliver_notices
from dashboard.alerting.watcher import Watcher
from dashboard.services import Services
from data.access import Actor
from data.alert_records import Alert, NewWatchArea
from data.alert_rules import Drawn, EmailChannel, Escalation, QuietHours, SeverityRule, WebhookChannel
from data.clock import FixedClock, SystemClock
from data.mirror import Mirror
from data.model import Role, StoreKind, Tlp
from data.release import Channel, NewRecipient
from data.settings import Settings
from data.store import Store, open_store
from data.store.releases import Wanted
from layers.release.inhouse import sent_by_itself
from tests.support.records import EVERY_DAY, World
from tests.support.server import environment, free_port

CITY = Drawn(shape="r:-71.2,42.2,-70.9,42.5")


@dataclass
class Mailbox:
    """A real mail server: refuses as often as it is told to."""

    refuse: list[str] = field(default_factory=list)
    got: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse.pop(0)
        self.got.append(envelope.content.decode())
        return "250 taken"


@dataclass
class Hook:
    """A real HTTP server: answers as it is told, hanging where it is told to."""

    answers: list[int | str] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0
    free: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


@pytest.fixture
def hook() -> Iterator[Hook]:
    told = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = told.answers.pop(0) if told.answers else 200
            if answer == "hang":
                told.free.wait(20)
                return
            told.got.append((dict(self.headers), body))
            self.send_response(int(answer))
            if answer == 302:
                self.send_header("Location", f"http://127.0.0.1:{told.port}/secret")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    told.free.set()
    server.shutdown()
    server.server_close()


@dataclass
class Floor:
    """A watch floor with one officer, who is told."""

    services: Services
    world: World
    officer: Actor
    watcher: Watcher

    @property
    def clock(self) -> FixedClock:
        assert isinstance(self.services.clock, FixedClock)
        return self.services.clock

    def watch(self, **values: Any) -> None:
        new = {"name": "Harbour", "geography": CITY, "rule": SeverityRule(at_least=4), **values}
        self.services.store.watch_areas.add(self.officer, NewWatchArea(**new))

    def report(self, **values: Any) -> None:
        self.world.incident(severity=5, occurred=self.clock.at, **values)
        self.look()

    def look(self) -> None:
        self.services.mirror.refresh()
        self.watcher.look()

    def alerts(self) -> list[Alert]:
        return self.services.store.alerts.page(self.officer, limit=50)[0]

    def log(self) -> list[tuple[str, int, str]]:
        alerts = self.alerts()
        found = self.services.store.alerts.deliveries(self.officer, alerts)
        return [(one.channel, one.attempt, one.outcome) for each in found.values() for one in each]

    def later(self, **by: float) -> None:
        self.clock.at += timedelta(**by)


@pytest.fixture
def floor(settings: Settings, clock: FixedClock) -> Iterator[Callable[..., Floor]]:
    opened: list[Store] = []

    def make(**about: Any) -> Floor:
        store = open_store(settings.model_copy(update=about), clock=clock)
        opened.append(store)
        world = World(store)
        user = store.users.add(
            world.system,
            "jd",
            role=Role.WATCH_OFFICER,
            agency_id=1,
            email="jd@example.org",
            stores=(*EVERY_DAY, StoreKind.SAR),
            clearance=Tlp.AMBER,
        )
        officer = store.users.actor(store.users.open_session(user))
        services = Services(settings=store.settings, store=store, mirror=Mirror(store), clock=clock)
        return Floor(services, world, officer, Watcher(services))

    yield make
    for store in opened:
        store.close()


def test_mail_that_is_refused_for_now_comes_later_and_once(
    floor: Callable[..., Floor], mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    box.refuse = ["451 try later", "451 try later"]
    here = floor(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", public_url="https://wf.example")
    here.watch(channels=(EmailChannel(),))
    here.report()
    for _ in range(4):
        deliver_due(here.services)
        here.later(minutes=5)
    assert len(box.got) == 1
    assert "High (5)" in box.got[0]
    assert "https://wf.example" in box.got[0]
    assert here.log() == [("smtp", 1, "failed"), ("smtp", 2, "failed"), ("smtp", 3, "sent")]


def test_a_hook_that_hangs_then_fails_then_works_is_told_once(
    floor: Callable[..., Floor], hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "_WHOLE_S", 3.0)
    hook.answers = ["hang", 500]
    here = floor(webhook_hosts="localhost", webhook_private=True)
    here.watch(channels=(WebhookChannel(url=f"http://localhost:{hook.port}/in?x=1"),))
    here.report()
    for _ in range(4):
        deliver_due(here.services)
        here.later(minutes=5)
    assert here.log() == [("webhook", 1, "failed"), ("webhook", 2, "failed"), ("webhook", 3, "sent")]
    headers, body = hook.got[-1]
    at, mac = (part.split("=", 1)[1] for part in headers[webhook.SIGNATURE].split(","))
    key = (here.services.settings.home / "keys" / "webhook.key").read_bytes()
    assert mac == hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert json.loads(body)["alert"]["count"] == 1


def test_what_never_works_is_given_up_and_the_alert_stays(floor: Callable[..., Floor]) -> None:
    here = floor(smtp_host="127.0.0.1", smtp_port=free_port(), smtp_security="none")
    here.watch(channels=(EmailChannel(),))
    here.report()
    for _ in range(10):
        deliver_due(here.services)
        here.later(hours=3)
    outcomes = [outcome for _, _, outcome in here.log()]
    assert outcomes == ["failed"] * len(deliver.PAUSES) + ["given_up"]
    assert len(here.alerts()) == 1


INWARD = (
    "https://127.0.0.1:{port}/",
    "https://localhost:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://169.254.169.254/latest/meta-data",
    "https://2130706433:{port}/",
    "https://10.0.0.8/",
    "http://localhost:{port}/",
)
NOT_ALLOWED = (
    "http://127.0.0.1:{port}/",
    "http://user:pw@localhost:{port}/",
    "file://localhost/etc/passwd",
    "http://localhost:99999/",
)


@pytest.mark.parametrize(
    ("urls", "about"),
    [
        (
            INWARD,
            {"webhook_hosts": "127.0.0.1,localhost,::ffff:127.0.0.1,169.254.169.254,2130706433,10.0.0.8"},
        ),
        (NOT_ALLOWED, {"webhook_hosts": "localhost,hooks.example.org", "webhook_private": True}),
    ],
)
def test_a_hook_that_leads_inward_or_is_not_allowed_is_never_asked(
    floor: Callable[..., Floor], hook: Hook, urls: tuple[str, ...], about: dict[str, Any]
) -> None:
    here = floor(**about)
    here.watch(channels=tuple(WebhookChannel(url=url.format(port=hook.port)) for url in urls))
    here.report()
    assert deliver_due(here.services) == len(urls)
    assert hook.got == []
    assert here.log() == [("webhook", 1, "given_up")] * len(urls)


def test_a_redirect_is_not_followed(floor: Callable[..., Floor], hook: Hook) -> None:
    hook.answers = [302]
    here = floor(webhook_hosts="localhost", webhook_private=True)
    here.watch(channels=(WebhookChannel(url=f"http://localhost:{hook.port}/"),))
    here.report()
    deliver_due(here.services)
    assert len(hook.got) == 1
    assert here.log()[0] == ("webhook", 1, "failed")


@pytest.mark.parametrize(("tlp", "store"), [(Tlp.AMBER, StoreKind.INCIDENT), (Tlp.GREEN, StoreKind.SAR)])
def test_above_the_ceiling_a_message_says_only_that_there_is_an_alert(
    floor: Callable[..., Floor], hook: Hook, tlp: Tlp, store: StoreKind
) -> None:
    here = floor(webhook_hosts="localhost", webhook_private=True)
    here.watch(channels=(WebhookChannel(url=f"http://localhost:{hook.port}/", ceiling="green"),))
    here.report(scope_id=here.world.scope(store, tlp))
    deliver_due(here.services)
    told = json.loads(hook.got[0][1])["alert"]
    assert set(told) == {"id", "where"}


@pytest.mark.parametrize(
    ("about", "until", "told_all"),
    [
        ({"tlp": Tlp.GREEN}, None, True),
        ({"tlp": Tlp.AMBER}, None, False),  # above what is agreed with them, within what the channel carries
        ({"tlp": Tlp.GREEN, "law_enforcement": True}, None, False),
        ({"tlp": Tlp.GREEN, "agency_id": 2}, None, False),  # its agency has not agreed
        ({"tlp": Tlp.CLEAR, "agency_id": 2}, None, True),
        ({"tlp": Tlp.CLEAR}, timedelta(minutes=-1), False),  # the agreement is over
    ],
)
def test_a_partner_is_told_of_an_alert_what_is_agreed_with_them_and_no_more(
    floor: Callable[..., Floor], hook: Hook, about: dict[str, Any], until: timedelta | None, told_all: bool
) -> None:
    here = floor(webhook_hosts="localhost", webhook_private=True)
    store, address = here.services.store, f"http://localhost:{hook.port}/"
    here.world.agency("Coast Guard")
    to = NewRecipient(
        key="eoc",
        name="State EOC",
        clearance=Tlp.GREEN,
        stores=frozenset({StoreKind.INCIDENT}),
        until=None if until is None else here.clock.at + until,
        channels=(Channel(kind="webhook", address=address),),
    )
    store.recipients.put(store.system_actor(), to)
    here.watch(channels=(WebhookChannel(url=address, ceiling="amber"),))
    here.report(scope_id=here.world.scope(StoreKind.INCIDENT, **about))
    deliver_due(here.services)
    said = hook.got[0][1].decode()
    assert ("Harbour" in said) is told_all
    assert (set(json.loads(said)["alert"]) == {"id", "where"}) is not told_all
    (line,), _, _ = store.releases.page(store.system_actor(), Wanted(to="eoc"), limit=5)
    assert (line.recipient, line.kind, line.records) == ("eoc", "alert", 1 if told_all else 0)


def test_by_default_no_channel_is_open(floor: Callable[..., Floor], hook: Hook) -> None:
    here = floor()
    here.watch(channels=(EmailChannel(), WebhookChannel(url=f"https://localhost:{hook.port}/")))
    here.report()
    deliver_due(here.services)
    assert {outcome for _, _, outcome in here.log()} == {"given_up"}
    assert hook.got == []


def test_quiet_hours_hold_a_message_back_and_nobody_has_to_acknowledge_meanwhile(
    floor: Callable[..., Floor], mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    here = floor(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    boss = here.world.user("boss", role=Role.SUPERVISOR)
    # Noon UTC on 1 November is 07:00 in New York: summer time ended in the night.
    quiet = QuietHours.model_validate({"from": "22:00", "to": "08:30", "zone": "America/New_York"})
    here.watch(channels=(EmailChannel(),), quiet_hours=quiet, escalation=Escalation(after_min=15, to=(boss,)))
    here.report()
    here.later(minutes=89)
    here.look()
    assert deliver_due(here.services) == 0
    assert here.alerts()[0].state == "open"
    here.later(minutes=2)
    assert deliver_due(here.services) == 1
    assert len(box.got) == 1
    here.later(minutes=15)
    here.look()
    assert here.alerts()[0].state == "escalated"


def test_an_alert_escalates_when_nobody_takes_it_and_not_when_somebody_did(
    floor: Callable[..., Floor], mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    here = floor(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    store = here.services.store
    boss = store.users.add(
        here.world.system, "boss", role=Role.SUPERVISOR, agency_id=1, email="boss@example.org"
    )
    chief = store.users.actor(store.users.open_session(boss))
    here.watch(channels=(EmailChannel(),), escalation=Escalation(after_min=10, to=(boss,)))
    here.report()
    here.report()
    first, second = here.alerts()
    store.alerts.acknowledge(here.officer, first.id)
    assert store.alerts.page(chief, limit=10)[0] == []
    here.later(minutes=11)
    here.look()
    here.look()
    assert [one.state for one in here.alerts()] == ["acknowledged", "escalated"]
    assert [one.id for one in store.alerts.page(chief, limit=10)[0]] == [second.id]
    while deliver_due(here.services):
        pass
    assert sum("boss@example.org" in mail for mail in box.got) == 1


def test_a_recipient_is_told_of_a_recall_by_mail_and_by_webhook_again_until_it_arrives(
    floor: Callable[..., Floor], mailbox: tuple[Mailbox, int], hook: Hook
) -> None:
    box, port = mailbox
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    here = floor(**mail, webhook_hosts="127.0.0.1", webhook_private=True)
    store, system = here.services.store, here.services.store.system_actor()
    channels = (
        Channel(kind="smtp", address="eoc@example.org"),
        Channel(kind="webhook", address=f"http://127.0.0.1:{hook.port}/told"),
    )
    to = store.recipients.put(system, NewRecipient(key="eoc", name="State EOC", channels=channels))
    line = sent_by_itself(
        store, to, purpose="drill", what="incident", form="csv", records=(), marking=Tlp.CLEAR, body=b"x"
    )
    box.refuse.append("451 not now")
    store.releases.recall(system, line.id, reason="The bridge is open.")
    assert deliver_notices(here.services) == 2
    assert deliver_notices(here.services) == 0
    here.later(minutes=1)
    assert deliver_notices(here.services) == 1
    assert len(box.got) == 1
    assert "The bridge is open." in box.got[0]
    assert "[TLP:CLEAR]" in box.got[0]
    assert [json.loads(body)["notice"]["kind"] for _, body in hook.got] == ["recall"]
    (notice,) = store.notices.of(system, line.id)
    assert sorted(one.outcome for one in notice.tellings) == ["failed", "sent", "sent"]


def test_two_workers_tell_of_each_report_once(floor: Callable[..., Floor]) -> None:
    here = floor()
    here.watch()
    mirror = Mirror(here.services.store)
    services = Services(
        settings=here.services.settings, store=here.services.store, mirror=mirror, clock=here.clock
    )
    other = Watcher(services)
    for number in range(12):
        here.world.incident(severity=5, occurred=here.clock.at)
        for mirrored, watcher in ((here.services.mirror, here.watcher), (mirror, other)):
            mirrored.refresh()
            watcher.look()
        if number % 4 == 3:
            here.later(seconds=40)  # the lease ends, and either may have it
    listed = [seq for one in here.alerts() for seq in one.incidents]
    assert len(listed) == len(set(listed)) == 12


_DIES = """
import os, sys
from pathlib import Path
from data.store import open_store, evaluations
from data.settings import load
from dashboard.services import open_services
from dashboard.alerting.notices import deliver_notices
from dashboard.alerting.watcher import Watcher
services = open_services(load())
services.mirror.refresh()
watcher = Watcher(services)
if sys.argv[1] == "before":
    evaluations.Evaluations.record = lambda *_a, **_k: os.kill(os.getpid(), 9)
elif sys.argv[1] == "within":
    services.store.audit.record = lambda *_a, **_k: os.kill(os.getpid(), 9)
watcher.look()
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("moment", ["before", "within", "after"])
def test_a_watcher_that_is_killed_leaves_each_alert_exactly_once(
    floor: Callable[..., Floor], moment: str
) -> None:
    here = floor()
    here.watch()
    # The clock of the other process is the machine's.
    now = SystemClock().now()
    for _ in range(3):
        here.world.incident(severity=5, occurred=now)
    home = here.services.settings.home
    died = subprocess.run(
        [sys.executable, "-c", _DIES, moment], env=environment(home), check=False, capture_output=True
    )
    assert died.returncode == -9, died.stderr.decode()
    here.clock.at = now + timedelta(minutes=1)
    for _ in range(2):
        here.look()
    listed = [seq for one in here.alerts() for seq in one.incidents]
    assert len(listed) == len(set(listed)) == 3
