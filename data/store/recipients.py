"""Recipients: whom the center gives records to, and what is agreed with each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Row, insert, select, update

from data.access import Actor, Permission, require
from data.clock import from_ms, to_ms
from data.errors import Invalid, NotFound
from data.model import StoreKind, Tlp
from data.release import Approval, Channel, NewRecipient, Recipient, RecipientKind
from data.store.engine import new_key, reading, writing
from data.store.rows import keepable
from data.store.tables_release import recipient

if TYPE_CHECKING:
    from data.store.store import Store

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LEAST_PUBLIC: Final = 5


class Recipients:
    """Whom the center gives records to, and what is agreed with each."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, actor: Actor) -> list[Recipient]:
        """Return every recipient by name."""
        require(actor, Permission.EXPORT)
        with reading(self._store.engine) as connection:
            rows = connection.execute(select(recipient).order_by(recipient.c.name)).all()
        return [recipient_of(row) for row in rows]

    def get(self, actor: Actor, key: str) -> Recipient:
        """Return the recipient with this key; raise NotFound."""
        require(actor, Permission.EXPORT)
        with reading(self._store.engine) as connection:
            row = connection.execute(select(recipient).where(recipient.c.key == key)).first()
        if row is None:
            raise NotFound(
                f"There is no recipient {key[:40]!r}.",
                hint="See `watchfloor release recipients`; add one with `watchfloor release recipient KEY`.",
            )
        return recipient_of(row)

    def by_id(self, number: int) -> Recipient:
        """Return the recipient with this number; access is the caller's."""
        with reading(self._store.engine) as connection:
            return recipient_of(connection.execute(select(recipient).where(recipient.c.id == number)).one())

    def own(self, actor: Actor) -> Recipient:
        """Return the recipient that an actor's own agency is, made on first use."""
        require(actor, Permission.EXPORT)
        key = "own" if actor.agency_id == 1 else f"own-{actor.agency_id}"
        with reading(self._store.engine) as connection:
            row = connection.execute(select(recipient).where(recipient.c.key == key)).first()
        if row is not None:
            return recipient_of(row)
        names = {agency.id: agency.name for agency in self._store.agencies.all()}
        new = NewRecipient(
            key=key,
            name=names[actor.agency_id],
            kind=RecipientKind.OWN,
            agency_id=actor.agency_id,
            clearance=Tlp.RED,
            law_enforcement=True,
            stores=frozenset(StoreKind),
        )
        with writing(self._store.engine) as connection:
            if connection.execute(select(recipient.c.id).where(recipient.c.key == key)).first() is None:
                made = insert(recipient).values(**_columns(new), created_ms=to_ms(self._store.clock.now()))
                connection.execute(made)
        return self.get(actor, key)

    def put(self, actor: Actor, new: NewRecipient) -> Recipient:
        """Return the recipient, added or changed; what was sent before stays as it was."""
        require(actor, Permission.ADMINISTER)
        if not _KEY.fullmatch(new.key):
            raise Invalid(
                f"{new.key[:40]!r} is no key.", hint="Use small letters, digits and hyphens, at most 40."
            )
        if new.kind is RecipientKind.OWN or new.key.startswith("own"):
            raise Invalid("What our own people take along is not agreed on.", hint="Choose another key.")
        if not all(one.kind in ("smtp", "webhook") and one.address.strip() for one in new.channels):
            raise Invalid("A channel is smtp or webhook, with an address.")
        if new.smallest_cell < 0:
            raise Invalid("The smallest cell is 0 or more.")
        if new.kind is RecipientKind.PUBLIC and new.clearance > Tlp.CLEAR:
            raise Invalid("The public is given what is TLP:CLEAR, and nothing above it.")
        if new.kind is RecipientKind.PUBLIC:
            # Of single records the public is given no counts, whatever else was asked for.
            new = replace(new, smallest_cell=max(new.smallest_cell, LEAST_PUBLIC))
        values = _columns(new)
        with writing(self._store.engine) as connection:
            known = connection.execute(select(recipient.c.id).where(recipient.c.key == new.key)).scalar()
            if known is None:
                made = insert(recipient).values(**values, created_ms=to_ms(self._store.clock.now()))
                new_key(connection.execute(made))
            else:
                # Whoever is put again is a recipient again.
                query = update(recipient).where(recipient.c.id == known)
                connection.execute(query.values(**values, ended_ms=None))
            self._store.audit.record(
                connection,
                actor,
                "add" if known is None else "edit",
                kind="recipient",
                record=new.key,
                clearance=new.clearance.label,
            )
        return self.get(actor, new.key)

    def end(self, actor: Actor, key: str) -> Recipient:
        """Return the recipient, to whom nothing goes any more."""
        require(actor, Permission.ADMINISTER)
        known = self.get(actor, key)
        with writing(self._store.engine) as connection:
            now = to_ms(self._store.clock.now())
            connection.execute(update(recipient).where(recipient.c.id == known.id).values(ended_ms=now))
            self._store.audit.record(connection, actor, "disable", kind="recipient", record=key)
        return self.get(actor, key)


def _columns(new: NewRecipient) -> dict[str, Any]:
    return {
        "key": new.key,
        "name": keepable("name", new.name),
        "kind": new.kind.value,
        "agency_id": new.agency_id,
        "clearance": int(new.clearance),
        "law_enforcement": new.law_enforcement,
        "stores": sorted(store.value for store in new.stores),
        "granted_by": sorted(new.granted_by),
        "until_ms": None if new.until is None else to_ms(new.until),
        "agreement": keepable("agreement", new.agreement),
        "contact": keepable("contact", new.contact),
        "channels": [{"kind": one.kind, "address": keepable("address", one.address)} for one in new.channels],
        "approval": _approval_columns(new.approval),
        "smallest_cell": new.smallest_cell,
    }


def _approval_columns(asked: Approval) -> dict[str, Any]:
    return {
        "always": asked.always,
        "above": None if asked.above is None else int(asked.above),
        "law_enforcement": asked.law_enforcement,
        "forms": sorted(asked.forms),
    }


def _approval(kept: Mapping[str, Any]) -> Approval:
    if not kept:
        return Approval()
    above = kept["above"]
    return Approval(
        always=kept["always"],
        above=None if above is None else Tlp(above),
        law_enforcement=kept["law_enforcement"],
        forms=frozenset(kept["forms"]),
    )


def recipient_of(row: Row[Any]) -> Recipient:
    """Return a recipient from its row."""
    return Recipient(
        id=row.id,
        key=row.key,
        name=row.name,
        kind=RecipientKind(row.kind),
        agency_id=row.agency_id,
        clearance=Tlp(row.clearance),
        law_enforcement=row.law_enforcement,
        stores=frozenset(StoreKind(store) for store in row.stores),
        granted_by=frozenset(row.granted_by),
        until=None if row.until_ms is None else from_ms(row.until_ms),
        ended=None if row.ended_ms is None else from_ms(row.ended_ms),
        agreement=row.agreement,
        contact=row.contact,
        channels=tuple(Channel(**one) for one in row.channels),
        approval=_approval(row.approval),
        smallest_cell=row.smallest_cell,
    )
