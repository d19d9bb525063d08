"""The dissemination log: who got what, when, why and under which authority, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, true, update

from data.access import Actor, Permission, require
from data.clock import from_ms, to_ms
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.model import Tlp
from data.release_records import Item, NewRelease, Release, State
from data.store.engine import new_key, reading, writing
from data.store.notices import handed_over, noted
from data.store.rows import keepable
from data.store.tables_release import recipient, release, release_record

if TYPE_CHECKING:
    from data.store.store import Store

_CHUNK: Final = 5_000
_LISTED: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines of the log: words of purpose, authority, file, filter, recipient or sender, and more."""

    words: str = ""
    to: str = ""
    state: str = ""  # "held", "released", "refused", "recalled"
    begin: datetime | None = None
    end: datetime | None = None
    product: str = ""


class Releases:
    """What left the center, and what waits to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, actor: Actor, new: NewRelease) -> Release:
        """Write a release down, its records and its audit entry with it, and return its line of the log."""
        require(actor, Permission.EXPORT)
        return self.enter(actor, new)

    def enter(self, actor: Actor, new: NewRelease, *, action: str = "") -> Release:
        """Do as `add` for the house's own sending, of alerts and to partners' programs."""
        row = _columns(new) | {
            "at_ms": to_ms(self._store.clock.now()),
            "user_id": actor.user_id,
            "user_name": actor.name,
        }
        with writing(self._store.engine) as connection:
            seq = new_key(connection.execute(insert(release).values(row)))
            for start in range(0, len(new.records), _CHUNK):
                rows = [
                    {"release_seq": seq, "kind": kind, "record_seq": number, "revision": revision}
                    for kind, number, revision in new.records[start : start + _CHUNK]
                ]
                connection.execute(insert(release_record), rows)
            self._store.audit.record(
                connection,
                actor,
                action or ("hold" if new.why_held else "release"),
                kind=new.kind,
                record=new.id,
                recipient=new.manifest.get("recipient"),
                filter=new.filter,
                format=new.form,
                rows=row["records"],
                sha256=new.sha256,
            )
        return self._get(new.id)

    def count_answers(self, actor: Actor, new: NewRelease, many: int) -> None:
        """Count answers to a partner's program: one line of the log for all that has the same `product`."""
        same = release.c.product == new.product
        more = update(release).where(same).values(records=release.c.records + many)
        with writing(self._store.engine) as connection:
            if connection.execute(more).rowcount:
                return
        self.enter(actor, replace(new, count=many), action="answer")

    def get(self, actor: Actor, release_id: UUID) -> Release:
        """Return one line of the log; raise NotFound."""
        require(actor, Permission.EXPORT)
        found = self._get(release_id)
        if found.marking > actor.clearance or (found.law_enforcement and not actor.law_enforcement):
            raise NotFound("There is no such release.", hint="See `watchfloor release log`.")
        return found

    def manifest(self, actor: Actor, release_id: UUID) -> Mapping[str, Any]:
        """Return the signed manifest of a release."""
        self.get(actor, release_id)
        with reading(self._store.engine) as connection:
            query = select(release.c.manifest).where(release.c.id == release_id)
            return dict(connection.execute(query).scalar_one())

    def records(self, actor: Actor, release_id: UUID) -> list[Item]:
        """Return kind, seq and revision of every record in a release, as they were then."""
        require(actor, Permission.EXPORT)
        c = release_record.c
        query = (
            select(c.kind, c.record_seq, c.revision)
            .join(release, release.c.seq == c.release_seq)
            .where(release.c.id == release_id)
            .order_by(c.kind, c.record_seq)
        )
        with reading(self._store.engine) as connection:
            return [(row.kind, row.record_seq, row.revision) for row in connection.execute(query)]

    def log(self, actor: Actor, *, words: str = "", to: str = "", limit: int = _LISTED) -> list[Release]:
        """Return the newest releases whose words are asked for."""
        require(actor, Permission.READ_AUDIT)
        return self.page(actor, Wanted(words=words, to=to), limit=limit)[0]

    def page(
        self, actor: Actor, wanted: Wanted, *, limit: int, before: int | None = None
    ) -> tuple[list[Release], int, int | None]:
        """Return releases from before a seq on, newest first, how many there are, and where to go on."""
        require(actor, Permission.EXPORT)
        which = _where(wanted) & (release.c.marking <= int(actor.clearance))
        if not actor.law_enforcement:
            which &= release.c.law_enforcement.is_(False)
        place = true() if before is None else release.c.seq < before
        query = _select().where(which, place).order_by(release.c.seq.desc()).limit(limit + 1)
        count = select(func.count()).select_from(release.join(recipient)).where(which)
        with reading(self._store.engine) as connection:
            rows = connection.execute(query).all()
            total = int(connection.execute(count).scalar_one())
        found = rows[:limit]
        return [_release(row) for row in found], total, found[-1].seq if len(rows) > limit else None

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

    def decide(self, actor: Actor, release_id: UUID, *, approve: bool, note: str = "") -> Release:
        """Return the release that a second person let go or kept back; raise Forbidden for who made it."""
        require(actor, Permission.EXPORT)
        held = self.get(actor, release_id)
        if held.state is not State.HELD:
            raise Conflict("This release does not wait for anybody.", hint="See `watchfloor release log`.")
        if approve and actor.user_id == held.by_id:
            raise Forbidden("Who made a release does not approve it.", hint="Ask somebody else.")
        values = {
            "state": (State.RELEASED if approve else State.REFUSED).value,
            "decided_ms": to_ms(self._store.clock.now()),
            "decided_by": actor.name,
            "decision_note": keepable("note", note),
        }
        still = (release.c.id == release_id) & (release.c.state == State.HELD.value)
        with writing(self._store.engine) as connection:
            if connection.execute(update(release).where(still).values(values)).rowcount == 0:
                raise Conflict("Somebody else decided meanwhile.")
            action = "release" if approve else "refuse"
            self._store.audit.record(connection, actor, action, kind="release", record=release_id, note=note)
            if approve:
                handed_over(self._store, connection, actor, release_id)
        return self._get(release_id)

    def looked(self, actor: Actor, release_id: UUID) -> None:
        """Write down that somebody looked at a held release before deciding."""
        with writing(self._store.engine) as connection:
            self._store.audit.record(connection, actor, "look", kind="release", record=release_id)

    def recall(self, actor: Actor, release_id: UUID, *, reason: str) -> Release:
        """Return the release, called back, its recipient being told; raise Conflict the second time."""
        require(actor, Permission.EXPORT)
        if not reason.strip():
            raise Invalid("A recall needs a reason.", hint="Say in a sentence what is wrong with it.")
        left = self.get(actor, release_id)
        if left.state is not State.RELEASED:
            raise Conflict("This did not leave.", hint="Refuse it instead.")
        values = {
            "recalled_ms": to_ms(self._store.clock.now()),
            "recalled_by": actor.name,
            "recall_reason": keepable("reason", reason),
        }
        still = (release.c.id == release_id) & release.c.recalled_ms.is_(None)
        with writing(self._store.engine) as connection:
            if connection.execute(update(release).where(still).values(values)).rowcount == 0:
                raise Conflict("This release was called back before.", hint="See `watchfloor release log`.")
            noted(self._store, connection, actor, release_id, kind="recall", text=reason)
            self._store.audit.record(connection, actor, "recall", kind="release", record=release_id)
        return self._get(release_id)

    def correct(self, actor: Actor, release_id: UUID, *, note: str) -> Release:
        """Return the release, whose recipient is told what was wrong with it."""
        require(actor, Permission.EXPORT)
        if not note.strip():
            raise Invalid("A correction says what was wrong.", hint="Say it in a sentence.")
        if self.get(actor, release_id).state is not State.RELEASED:
            raise Conflict("This did not leave.", hint="Make it anew instead.")
        with writing(self._store.engine) as connection:
            noted(self._store, connection, actor, release_id, kind="correction", text=note)
            self._store.audit.record(connection, actor, "correct", kind="release", record=release_id)
        return self._get(release_id)

    def _get(self, release_id: UUID) -> Release:
        with reading(self._store.engine) as connection:
            row = connection.execute(_select().where(release.c.id == release_id)).first()
        if row is None:
            raise NotFound("There is no such release.", hint="See `watchfloor release log`.")
        return _release(row)


def _where(wanted: Wanted) -> ColumnElement[bool]:
    c = release.c
    which: ColumnElement[bool] = true()
    if wanted.to:
        which &= recipient.c.key == wanted.to
    if wanted.product:
        which &= c.product == wanted.product
    if wanted.begin is not None:
        which &= c.at_ms >= to_ms(wanted.begin)
    if wanted.end is not None:
        which &= c.at_ms < to_ms(wanted.end)
    if wanted.state == "recalled":
        which &= c.recalled_ms.is_not(None)
    elif wanted.state:
        which &= c.state == wanted.state
    texts = (c.purpose, c.authority, c.file, c.filter, c.user_name, recipient.c.name)
    for word in wanted.words.split()[:12]:
        first, *others = (column.icontains(word, autoescape=True) for column in texts)
        anywhere: ColumnElement[bool] = first
        for one in others:
            anywhere |= one
        which &= anywhere
    return which


def _columns(new: NewRelease) -> dict[str, Any]:
    plain = {name: getattr(new, name) for name in ("id", "recipient_id", "form", "kind", "sha256", "size")}
    texts = {name: keepable(name, getattr(new, name)) for name in ("purpose", "authority", "file", "filter")}
    return {
        **plain,
        **texts,
        "marking": int(new.marking),
        "law_enforcement": new.law_enforcement,
        "records": len(new.records) if new.count is None else new.count,
        "manifest": dict(new.manifest),
        "state": (State.HELD if new.why_held else State.RELEASED).value,
        "why_held": new.why_held,
        "product": new.product,
    }


def _select() -> Select[Any]:
    of = recipient.c
    columns = [column for column in release.c if column.name != "manifest"]
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
            "by_id": row.user_id,
            "marking": Tlp(row.marking),
            "state": State(row.state),
            "recalled": None if row.recalled_ms is None else from_ms(row.recalled_ms),
            "decided": None if row.decided_ms is None else from_ms(row.decided_ms),
        }
    )
