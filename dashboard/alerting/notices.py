"""Telling recipients of recalls and corrections, and mailing them files, by the channels of alerts."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import orjson

from dashboard.alerting import smtp, webhook
from dashboard.alerting.deliver import PAUSES
from dashboard.alerting.smtp import NotDelivered
from dashboard.services import Services
from data.errors import WatchfloorError
from data.release import check_agreement
from data.release_records import Notice, Telling
from layers.export.columns import moment
from layers.release import released_file

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 20
_HEADS: Final = {"recall": "called back", "correction": "correction", "file": "for you"}
_MOST_BYTES: Final = 20_000_000  # more than that most mail servers refuse


def deliver_notices(services: Services) -> int:
    """Send every notice that is due, and return how many messages were tried."""
    claimed = services.store.notices.claim(limit=_AT_ONCE)
    for seq, told, notice in claimed:
        _attempt(services, seq, told, notice)
    return len(claimed)


def subject(notice: Notice, *, center: str) -> str:
    """Return the line that a notice starts with; the marking stands in it, as TLP asks of mail."""
    return f"[{notice.marking.label}] {center}: {_HEADS[notice.kind]}, {notice.file}"


def text(notice: Notice, *, center: str) -> str:
    """Return what a notice says."""
    what = "has been called back. Delete it, and tell whom you passed it on to."
    if notice.kind == "file":
        what = "is attached, with its signed manifest: `watchfloor release verify` tells whether it is whole."
    if notice.kind == "correction":
        what = "has to be corrected. Tell whom you passed it on to."
    lines = (
        notice.marking.label,
        "",
        f"To {notice.recipient_name}:",
        f"{notice.file} of {center} {what}",
        "",
        notice.text,
        "",
        f"Release {notice.release}",
        f"SHA-256 {notice.sha256}",
    )
    return "\n".join(lines) + "\n"


def body_of(notice: Notice, *, center: str) -> bytes:
    """Return what is posted to a webhook."""
    told = {
        "id": str(notice.id),
        "kind": notice.kind,
        "text": notice.text,
        "at": moment(notice.at),
        "center": center,
        "recipient": notice.recipient_name,
        "release": str(notice.release),
        "file": notice.file,
        "sha256": notice.sha256,
        "marking": notice.marking.label,
    }
    return orjson.dumps({"notice": told})


def _attempt(services: Services, seq: int, told: Telling, notice: Notice) -> None:
    notices = services.store.notices
    try:
        said = _sent(services, told, notice)
    except NotDelivered as error:
        logger.warning("notice %s could not be told by %s: %s", notice.id, told.channel, error.detail)
        if error.final or told.attempt > len(PAUSES):
            notices.settle(seq, outcome="given_up", detail=error.detail)
        else:
            again = services.clock.now() + PAUSES[told.attempt - 1]
            notices.settle(seq, outcome="failed", detail=error.detail, again_at=again)
        return
    notices.settle(seq, outcome="sent", detail=said)


def _sent(services: Services, told: Telling, notice: Notice) -> str:
    settings = services.settings
    center = settings.center_name
    if told.channel == "webhook":
        headers = {"X-Watchfloor-Notice": str(notice.id)}
        return webhook.posted(settings, told.address, body_of(notice, center=center), headers=headers)
    return smtp.mail(
        settings,
        to=told.address,
        subject=subject(notice, center=center),
        text=text(notice, center=center),
        at=notice.at,
        number=str(notice.id),
        files=_files(services, notice) if notice.kind == "file" else (),
    )


def _files(services: Services, notice: Notice) -> tuple[Path, ...]:
    """Return a released file and its manifest; raise NotDelivered where it may not leave any more."""
    store = services.store
    system = store.system_actor()
    try:
        left = released_file(store, system, notice.release)
        check_agreement(store.recipients.get(system, left.release.recipient), services.clock.now())
    except WatchfloorError as error:
        raise NotDelivered(error.message, final=True) from error
    if left.release.recalled is not None:
        raise NotDelivered("called back before it was mailed", final=True)
    if (size := left.file.stat().st_size) > _MOST_BYTES:
        mb = size / 1e6
        raise NotDelivered(f"{mb:,.0f} MB is too large for mail: hand it over otherwise", final=True)
    return left.file, left.manifest
