"""Which messages an alert sends, to whom, and what they say."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from dashboard.services import Services
from data.access import Actor
from data.alert_records import Alert, WatchArea
from data.alert_rules import WebhookChannel
from data.model import Tlp
from data.store.evaluations import Planned
from layers.alerts import quiet


def planned(
    services: Services,
    area: WatchArea,
    people: Collection[Actor],
    *,
    now: datetime,
    silent: bool,
    held_until: datetime | None,
) -> list[Planned]:
    """Return the messages of a new alert: none in silent hours, later in quiet ones."""
    if silent or not area.channels:
        return []
    due = held_until or now
    return _through(services, area, on_duty(area, people, now), due=due, webhooks=True)


def escalated(services: Services, area: WatchArea, *, now: datetime) -> list[Planned]:
    """Return the messages of an alert that nobody acknowledged: at once, whatever the hour."""
    to = area.escalation.to if area.escalation else ()
    return _through(services, area, frozenset(to), due=now, webhooks=True)


def on_duty(area: WatchArea, people: Collection[Actor], now: datetime) -> frozenset[int]:
    """Return the ids of those who are told now: by name, with their agency, or in a shift that is on."""
    ids = {area.owner_id, *(one for one in area.tells if isinstance(one, int))}
    ids |= {one.user_id for one in people if one.agency_id in area.agencies()}
    for shift in area.shifts:
        if quiet.within(shift, now):
            ids.update(shift.tells)
    return frozenset(ids)


def _through(
    services: Services, area: WatchArea, users: frozenset[int], *, due: datetime, webhooks: bool
) -> list[Planned]:
    made: list[Planned] = []
    for channel in area.channels:
        ceiling = int(Tlp[channel.ceiling.upper()])
        if isinstance(channel, WebhookChannel):
            addresses = [channel.url] if webhooks else []
        else:
            addresses = sorted(set(services.store.watch_areas.emails(users).values()))
        made += [
            Planned(channel=channel.kind, address=address, ceiling=ceiling, due=due) for address in addresses
        ]
    return made


def may_tell(alert: Alert, ceiling: int) -> bool:
    """Return whether a channel with this ceiling may carry what the alert says."""
    return not alert.restricted and int(alert.marking) <= ceiling


def subject(alert: Alert, *, full: bool, center: str) -> str:
    """Return the line that a message starts with."""
    return f"{center}: alert, {alert.watch_area_name}" if full else f"{center}: an alert waits for you"


def text(alert: Alert, *, full: bool, where: str) -> str:
    """Return what a message says; above the channel's ceiling only that there is an alert."""
    sign_in = f"Sign in at {where} to see it." if where else "Sign in to Watchfloor to see it."
    if not full:
        return f"There is an alert.\n\n{sign_in}\n"
    at = alert.at.isoformat(timespec="minutes").replace("+00:00", "Z")
    escalated_line = "Nobody acknowledged it in time: it was escalated.\n" if alert.escalated_at else ""
    lines = [f"{alert.watch_area_name}, {at}", alert.marking.label, "", alert.reason, escalated_line, sign_in]
    return "\n".join(lines) + "\n"
