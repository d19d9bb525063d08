"""Sanitised versions: what a record says of itself where the original may not go. The original keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select

from data.access import Actor, Permission, require
from data.clock import from_ms, to_ms
from data.errors import Conflict, Invalid, NotFound
from data.model import Tlp, new_id
from data.release_records import Sanitised
from data.store.engine import reading, writing
from data.store.rows import keepable
from data.store.tables_release import sanitised

if TYPE_CHECKING:
    from data.store.store import Store

PLACES = ("exact", "snapped", "town", "left_out")
PHOTOS = ("blurred", "left_out")


class SanitisedVersions:
    """Of each incident the newest version counts, unless it was withdrawn."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, actor: Actor, incident: UUID) -> Sanitised:
        """Return the version of an incident that the actor may see; raise NotFound where there is none."""
        found = self.of(actor, incident)
        if not found or found[-1][1]:
            raise NotFound("This incident has no sanitised version.", hint="Write one.")
        return found[-1][0]

    def of(self, actor: Actor, incident: UUID) -> list[tuple[Sanitised, bool]]:
        """Return every version of an incident, oldest first, and whether it withdrew the one before."""
        seq = self._store.incidents.get(actor, incident).seq
        with reading(self._store.engine) as connection:
            query = select(sanitised).where(sanitised.c.incident_seq == seq).order_by(sanitised.c.seq)
            return [(_version(row), row.withdrawn) for row in connection.execute(query)]

    def put(
        self, actor: Actor, incident: UUID, *, text: str, place: str, photo: str, tlp: Tlp, revision: int
    ) -> Sanitised:
        """Return the version that was written upon a revision of the original."""
        require(actor, Permission.EXPORT)
        require(actor, Permission.TRIAGE)
        if place not in PLACES or photo not in PHOTOS:
            raise Invalid(
                "This is no way to sanitise a place or photo.",
                hint=f"Places: {', '.join(PLACES)}. Photos: {', '.join(PHOTOS)}.",
            )
        if not text.strip():
            raise Invalid("A sanitised version says something.", hint="Write the tear-line text.")
        self._write(actor, incident, text=text, place=place, photo=photo, tlp=tlp, revision=revision)
        return self.get(actor, incident)

    def withdraw(self, actor: Actor, incident: UUID, *, revision: int | None = None) -> None:
        """Let nothing of an incident out any more but the original; versions before stay written down."""
        require(actor, Permission.EXPORT)
        now = self.get(actor, incident)
        self._write(
            actor,
            incident,
            text=now.text,
            place=now.place,
            photo=now.photo,
            tlp=now.tlp,
            revision=revision,
            withdrawn=True,
        )

    def current(self) -> dict[int, Sanitised]:
        """Return the version that counts of every incident that has one, by seq; access is the caller's."""
        newest = select(func.max(sanitised.c.seq)).group_by(sanitised.c.incident_seq)
        query = select(sanitised).where(sanitised.c.seq.in_(newest), sanitised.c.withdrawn.is_(False))
        with reading(self._store.engine) as connection:
            return {row.incident_seq: _version(row) for row in connection.execute(query)}

    def _write(
        self,
        actor: Actor,
        incident: UUID,
        *,
        text: str,
        place: str,
        photo: str,
        tlp: Tlp,
        revision: int | None,
        withdrawn: bool = False,
    ) -> None:
        original = self._store.incidents.get(actor, incident)
        if revision is not None and original.revision != revision:
            raise Conflict(
                "The incident has been changed meanwhile.",
                hint="Look at it again before it is sanitised.",
                revision=original.revision,
            )
        values = {
            "id": new_id(),
            "incident_seq": original.seq,
            "of_revision": original.revision,
            "text": keepable("text", text),
            "place": place,
            "photo": photo,
            "tlp": int(tlp),
            "at_ms": to_ms(self._store.clock.now()),
            "user_id": actor.user_id,
            "user_name": actor.name,
            "withdrawn": withdrawn,
        }
        with writing(self._store.engine) as connection:
            connection.execute(insert(sanitised).values(values))
            action = "withdraw_sanitised" if withdrawn else "sanitise"
            self._store.audit.record(
                connection, actor, action, kind="incident", record=incident, marking=tlp.label
            )


def _version(row: Row[Any]) -> Sanitised:
    return Sanitised(
        seq=row.seq,
        id=row.id,
        incident_seq=row.incident_seq,
        of_revision=row.of_revision,
        text=row.text,
        place=row.place,
        photo=row.photo,
        tlp=Tlp(row.tlp),
        at=from_ms(row.at_ms),
        by=row.user_name,
    )
