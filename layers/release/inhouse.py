"""What our own people take along, and what the house sends by itself: entered in the log before it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from data.access import Actor
from data.model import Tlp, new_id
from data.release import Recipient
from data.release_records import Item, NewRelease, Release
from data.store import Store
from layers.release.product import banner

_OWN_USE: Final = "own use"


def taken_along(
    store: Store,
    actor: Actor,
    *,
    what: str,
    form: str,
    filter: str = "",  # noqa: A002  # the name that it has in the log
    file: str = "",
    count: int = 0,
    records: Sequence[Item] = (),
    marking: Tlp,
    law_enforcement: bool = False,
    body: bytes | None = None,
) -> Release:
    """Return the line of the log of a download by somebody who is signed in, for their own agency.

    They see on the screen what is in it. A file that is streamed has no hash: it is not whole yet.
    """
    return _entered(
        store,
        actor,
        store.recipients.own(actor),
        purpose=_OWN_USE,
        what=what,
        form=form,
        filter_text=filter,
        file=file,
        count=len(records) or count,
        records=records,
        marking=marking,
        law_enforcement=law_enforcement,
        body=body,
        action="export",
    )


def sent_by_itself(
    store: Store,
    recipient: Recipient,
    *,
    purpose: str,
    what: str,
    form: str,
    records: Sequence[Item],
    marking: Tlp,
    law_enforcement: bool = False,
    body: bytes,
) -> Release:
    """Return the line of the log of a message that the house sends without anybody asking for it."""
    return _entered(
        store,
        store.system_actor(),
        recipient,
        purpose=purpose,
        what=what,
        form=form,
        filter_text="",
        file="",
        count=len(records),
        records=records,
        marking=marking,
        law_enforcement=law_enforcement,
        body=body,
        action="release",
    )


def _entered(
    store: Store,
    actor: Actor,
    recipient: Recipient,
    *,
    purpose: str,
    what: str,
    form: str,
    filter_text: str,
    file: str,
    count: int,
    records: Sequence[Item],
    marking: Tlp,
    law_enforcement: bool,
    body: bytes | None,
    action: str,
) -> Release:
    manifest = {
        "recipient": recipient.name,
        "marking": banner(marking, law_enforcement=law_enforcement),
        "records": count,
    }
    new = NewRelease(
        id=new_id(),
        recipient_id=recipient.id,
        purpose=purpose,
        authority="",
        form=form,
        kind=what,
        filter=filter_text,
        file=file,
        sha256="" if body is None else hashlib.sha256(body).hexdigest(),
        size=0 if body is None else len(body),
        marking=marking,
        law_enforcement=law_enforcement,
        manifest=manifest,
        records=records,
        count=count,
    )
    return store.releases.enter(actor, new, action=action)
