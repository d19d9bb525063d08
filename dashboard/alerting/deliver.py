"""Sending what is due: each attempt is written down, and followed by another until it is told or given up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from dashboard.alerting import smtp, webhook
from dashboard.alerting.messages import may_tell
from dashboard.alerting.smtp import NotDelivered
from dashboard.services import Services
from data.alert_records import Alert, Delivery
from data.settings import Settings

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
        _attempt(services, delivery, alert, full=may_tell(alert, ceiling))
    return len(claimed)


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
