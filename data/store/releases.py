"""Recipients, and the dissemination log: who got what, when, why and under which authority."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, insert, select, update

from data.access import Actor, Permission, require
from data.clock import from_ms, to_ms
from data.errors import Conflict, Invalid, NotFound
from data.model import StoreKind, Tlp
from data.release import NewRecipient, Recipient, RecipientKind
from data.release_records import NewRelease, Release
from data.store.engine import new_key, reading, writing
from data.store.rows import keepable
from data.store.tables_release import recipient, release, release_record

if TYPE_CHECKING:
    from data.store.store import Store

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CHUNK: Final = 5_000
_LISTED: Final = 1_000


class Recipients:
    """Whom the center gives records to, and what is agreed with each."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, actor: Actor) -> list[Recipient]:
        """Return every recipient by name."""
        require(actor, Permission.EXPORT)
        with reading(self._store.engine) as connection:
            rows = connection.execute(select(recipient).order_by(recipient.c.name)).all()
        return [_recipient(row) for row in rows]

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
        return _recipient(row)

    def put(self, actor: Actor, new: NewRecipient) -> Recipient:
        """Return the recipient, added or changed; what was sent before stays as it was."""
        require(actor, Permission.ADMINISTER)
        if not _KEY.fullmatch(new.key):
            raise Invalid(
                f"{new.key[:40]!r} is no key.", hint="Use small letters, digits and hyphens, at most 40."
            )
        if new.kind is RecipientKind.PUBLIC and new.clearance > Tlp.CLEAR:
            raise Invalid("The public is given what is TLP:CLEAR, and nothing above it.")
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


class Releases:
    """What left the center."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, actor: Actor, new: NewRelease) -> Release:
        """Write a release down, its records and its audit entry with it, and return its line of the log."""
        require(actor, Permission.EXPORT)
        row = _release_columns(new) | {
            "at_ms": to_ms(self._store.clock.now()),
            "user_id": actor.user_id,
            "user_name": actor.name,
        }
        with writing(self._store.engine) as connection:
            seq = new_key(connection.execute(insert(release).values(row)))
            for start in range(0, len(new.records), _CHUNK):
                rows = [
                    {"release_seq": seq, "record_seq": number, "kind": new.kind, "revision": revision}
                    for number, revision in new.records[start : start + _CHUNK]
                ]
                connection.execute(insert(release_record), rows)
            self._store.audit.record(
                connection,
                actor,
                "release",
                kind=new.kind,
                record=new.id,
                recipient=new.manifest.get("recipient"),
                rows=len(new.records),
                sha256=new.sha256,
            )
        return self.get(actor, new.id)

    def get(self, actor: Actor, release_id: UUID) -> Release:
        """Return one line of the log; raise NotFound."""
        require(actor, Permission.EXPORT)
        with reading(self._store.engine) as connection:
            row = connection.execute(_select().where(release.c.id == release_id)).first()
        if row is None:
            raise NotFound("There is no such release.", hint="See `watchfloor release log`.")
        return _release(row)

    def log(self, actor: Actor, *, words: str = "", to: str = "", limit: int = _LISTED) -> list[Release]:
        """Return the newest releases whose purpose, authority, file or filter holds the words."""
        require(actor, Permission.READ_AUDIT)
        query = _select().order_by(release.c.seq.desc()).limit(limit)
        if to:
            query = query.where(recipient.c.key == to)
        if words:
            texts = (release.c.purpose, release.c.authority, release.c.file, release.c.filter)
            anywhere = [column.contains(words, autoescape=True) for column in texts]
            query = query.where(anywhere[0] | anywhere[1] | anywhere[2] | anywhere[3])
        with reading(self._store.engine) as connection:
            return [_release(row) for row in connection.execute(query).all()]

    def of_file(self, sha256: str) -> Release | None:
        """Return the release of a file with this hash, None where the center released none."""
        with reading(self._store.engine) as connection:
            row = connection.execute(_select().where(release.c.sha256 == sha256)).first()
        return None if row is None else _release(row)

    def of_record(self, actor: Actor, kind: str, record_seq: int) -> list[Release]:
        """Return the releases that a record is in: whoever got it is told of its correction."""
        require(actor, Permission.EXPORT)
        query = (
            _select()
            .join(release_record, release_record.c.release_seq == release.c.seq)
            .where(release_record.c.kind == kind, release_record.c.record_seq == record_seq)
        )
        with reading(self._store.engine) as connection:
            return [_release(row) for row in connection.execute(query.order_by(release.c.seq)).all()]

    def recall(self, actor: Actor, release_id: UUID, *, reason: str) -> Release:
        """Return the release, which is called back; raise Conflict when it was before."""
        require(actor, Permission.EXPORT)
        if not reason.strip():
            raise Invalid("A recall needs a reason.", hint="Say in a sentence what is wrong with it.")
        self.get(actor, release_id)
        values = {
            "recalled_ms": to_ms(self._store.clock.now()),
            "recalled_by": actor.name,
            "recall_reason": keepable("reason", reason),
        }
        still = (release.c.id == release_id) & release.c.recalled_ms.is_(None)
        with writing(self._store.engine) as connection:
            if connection.execute(update(release).where(still).values(values)).rowcount == 0:
                raise Conflict("This release was called back before.", hint="See `watchfloor release log`.")
            self._store.audit.record(connection, actor, "recall", kind="release", record=release_id)
        return self.get(actor, release_id)


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
    }


def _recipient(row: Row[Any]) -> Recipient:
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
    )


def _release_columns(new: NewRelease) -> dict[str, Any]:
    plain = {name: getattr(new, name) for name in ("id", "recipient_id", "form", "kind", "sha256", "size")}
    texts = {name: keepable(name, getattr(new, name)) for name in ("purpose", "authority", "file", "filter")}
    return {
        **plain,
        **texts,
        "marking": int(new.marking),
        "law_enforcement": new.law_enforcement,
        "records": len(new.records),
        "manifest": dict(new.manifest),
    }


def _select() -> Select[Any]:
    of = recipient.c
    columns = [column for column in release.c if column.name not in {"seq", "user_id", "manifest"}]
    return select(*columns, of.key.label("recipient"), of.name.label("recipient_name")).join(
        recipient, of.id == release.c.recipient_id
    )


def _release(row: Row[Any]) -> Release:
    values = row._mapping
    same = {name: values[name] for name in Release.__dataclass_fields__ if name in values}
    return Release(
        **same
        | {
            "at": from_ms(row.at_ms),
            "by": row.user_name,
            "marking": Tlp(row.marking),
            "recalled": None if row.recalled_ms is None else from_ms(row.recalled_ms),
        }
    )
