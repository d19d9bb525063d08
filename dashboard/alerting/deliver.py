"""Sending what is due: each attempt is written down, and followed by another until it is told or given up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from dashboard.alerting import smtp, webhook
from dashboard.alerting.messages import may_tell, subject, text
from dashboard.alerting.smtp import NotDelivered
from dashboard.services import Services
from data.alert_records import Alert, Delivery
from data.errors import Forbidden
from data.model import Tlp
from data.release import Recipient, RecipientKind
from data.settings import Settings
from layers.release import narrowed
from layers.release.inhouse import sent_by_itself

logger = logging.getLogger(__name__)

# After the first, second, … attempt: the last one is 3 hours after the alert.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1_800, 7_200))
_AT_ONCE = 20

Send = Callable[..., str]
CHANNELS: Mapping[str, Send] = {"smtp": smtp.send, "webhook": webhook.send}


def deliver_due(services: Services) -> int:
    """Send every message that is due, and return how many were tried."""
    evaluations = services.store.evaluations
    claimed = evaluations.claim(limit=_AT_ONCE)
    for delivery, alert, ceiling in claimed:
        to = recipient_of(services, delivery)
        full = may_tell(alert, ceiling) and _agreed(services, to, alert)
        _entered(services, to, delivery, alert, full=full)
        _attempt(services, delivery, alert, full=full)
    return len(claimed)


def recipient_of(services: Services, delivery: Delivery) -> Recipient:
    """Return whom a message goes to: the partner whose channel it is, else our own people."""
    store = services.store
    system = store.system_actor()
    for one in store.recipients.all(system):
        if any((to.kind, to.address) == (delivery.channel, delivery.address) for to in one.channels):
            return one
    return store.recipients.own(system)


def _agreed(services: Services, to: Recipient, alert: Alert) -> bool:
    """Return whether a partner may be told what the alert is about; our own people may by its watch area."""
    if to.kind is RecipientKind.OWN:
        return True
    try:
        standing = narrowed(services.store, services.store.system_actor(), to)
    except Forbidden:
        return False
    return frozenset(alert.scopes) <= services.store.visible(standing)


def _entered(services: Services, to: Recipient, delivery: Delivery, alert: Alert, *, full: bool) -> None:
    """Enter in the dissemination log what a message says, before it leaves, once."""
    if delivery.attempt > 1:
        return
    center = services.settings.center_name
    words = subject(alert, full=full, center=center) + "\n" + text(alert, full=full, where="")
    records = services.store.incidents.by_seq(services.store.system_actor(), alert.incidents) if full else ()
    inside = [one for one in services.store.scopes.all() if one.id in alert.scopes]
    sent_by_itself(
        services.store,
        to,
        purpose=f"alert, {alert.watch_area_name}" if full else "that there is an alert",
        what="alert",
        form=delivery.channel,
        records=[("incident", one.seq, one.revision) for one in records],
        marking=alert.marking if full else Tlp.CLEAR,
        law_enforcement=full and any(one.law_enforcement for one in inside),
        body=words.encode(),
    )


def _attempt(services: Services, delivery: Delivery, alert: Alert, *, full: bool) -> None:
    settings: Settings = services.settings
    evaluations = services.store.evaluations
    try:
        said = CHANNELS[delivery.channel](settings, alert, delivery, full=full)
    except NotDelivered as error:
        logger.warning("alert %s could not be told by %s: %s", alert.id, delivery.channel, error.detail)
        if error.final or delivery.attempt > len(PAUSES):
            evaluations.settle(delivery, outcome="given_up", detail=error.detail)
        else:
            again = services.clock.now() + PAUSES[delivery.attempt - 1]
            evaluations.settle(delivery, outcome="failed", detail=error.detail, again_at=again)
        return
    evaluations.settle(delivery, outcome="sent", detail=said)
