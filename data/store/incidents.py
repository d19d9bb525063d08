"""Incidents in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from data.access import Actor, Permission
from data.clock import to_ms
from data.errors import Invalid
from data.model import Tlp
from data.records import Comment, Incident, NewIncident, Revision
from data.store import sealed, text
from data.store import tables as t
from data.store.engine import reading
from data.store.lookup import Memo
from data.store.repository import Repository


class Incidents(Repository[NewIncident, Incident]):
    """CAD, crisis and suspicious-activity reports; which of the stores each is in, its scope says."""

    kind = "incident"
    table = t.incident
    record_type = Incident
    may_add = Permission.REPORT
    may_edit = Permission.TRIAGE
    editable = frozenset(
        {
            "title",
            "narrative",
            "address",
            "type_code",
            "severity",
            "status",
            "assignee_id",
            "persons_affected",
            "occurred",
            "occurred_end",
            "place",
            "geometry",
            "accuracy_m",
            "located_by",
            "evaluation_scale",
            "reliability",
            "credibility",
            "scope_id",
            "field_markings",
        }
    )

    def matching(self, words: str) -> npt.NDArray[np.int64]:
        """Return the seqs of incidents whose text has all the words: unfiltered, for the mirror to mask."""
        with reading(self._store.engine) as connection:
            return text.matching(connection, words)

    def numbered(self, actor: Actor, number: str, *, limit: int) -> list[Incident]:
        """Return the incidents to which a source that the actor may know of gave this number."""
        sources = [source.id for source in self._store.sources.visible(actor)]
        query = (
            self._select(actor)
            .where(t.incident.c.source_id.in_(sources), t.incident.c.source_key == number)
            .order_by(t.incident.c.occurred_ms.desc(), t.incident.c.id)
            .limit(limit)
        )
        memo: Memo = {}
        with reading(self._store.engine) as connection:
            rows = connection.execute(query).all()
            return [self._seen(actor, connection, row._asdict(), memo) for row in rows]

    def history(self, actor: Actor, record_id: UUID) -> list[Revision]:
        """Return the changes to an incident, oldest first, without those of fields that are hidden."""
        hidden = self.get(actor, record_id).hidden
        return [
            replace(one, changes=sealed.without(one.changes, hidden))
            for one in super().history(actor, record_id)
        ]

    def comments(self, actor: Actor, record_id: UUID) -> list[Comment]:
        """Return what was written beneath an incident, oldest first; nothing where that is sealed."""
        return [] if "comments" in self.get(actor, record_id).hidden else super().comments(actor, record_id)

    def _record(self, connection: Connection, row: Mapping[str, Any], memo: Memo) -> Incident:
        about = {"field_markings": sealed.markings_of(row), "hidden": frozenset(row.get("sealed") or ())}
        return super()._record(connection, {**row, **about}, memo)

    def _seen(self, actor: Actor, connection: Connection, row: Mapping[str, Any], memo: Memo) -> Incident:
        bare = self._record(connection, row, memo)
        if not row["sealed"]:
            return bare
        hidden = sealed.hidden_from(actor, bare.scope, row)
        shown = self._record(connection, sealed.opened(row, but=hidden), memo)
        # A partner is not told that there is something they are not told.
        marked = {
            name: label
            for name, label in shown.field_markings.items()
            if not (actor.passes_on and name in hidden)
        }
        return replace(shown, hidden=hidden, field_markings=marked)

    def _write(
        self,
        connection: Connection,
        actor: Actor,
        row: Mapping[str, Any],
        changes: Mapping[str, Any],
        *,
        now: datetime,
    ) -> None:
        scope = next(one for one in self._store.scopes.all(connection) if one.id == row["scope_id"])
        given = changes.get("field_markings")
        markings = None if given is None else sealed.asked_markings(given, scope)
        sealed.check_may_change(actor, scope, row, frozenset(changes), markings)
        if markings is not None:
            changes = {**changes, "field_markings": markings}
        super()._write(connection, actor, row, changes, now=now)

    def _complete(self, connection: Connection, values: Mapping[str, Any], row: dict[str, Any]) -> None:
        row["type_id"] = _type_id(connection, values["type_code"])
        row["reported_ms"] = to_ms(values["reported"] or self._store.clock.now())

    def _added(self, connection: Connection, seq: int) -> None:
        text.index_run(connection, first=seq, last=seq)

    def _column(self, connection: Connection, name: str, value: Any) -> tuple[str, Any]:
        if name == "type_code":
            return "type_id", _type_id(connection, value)
        if name == "field_markings":
            return name, value
        return super()._column(connection, name, value)

    def _changed(self, connection: Connection, row: Mapping[str, Any], columns: dict[str, Any]) -> None:
        before = {name: Tlp(kept["tlp"]) for name, kept in (row["sealed"] or {}).items()}
        sealed.sealing(row, columns, columns.pop("field_markings", before))
        if any(name in columns for name in text.FIELDS):
            text.forget(connection, row["seq"], row)

    def _after_change(
        self, connection: Connection, row: Mapping[str, Any], columns: Mapping[str, Any]
    ) -> None:
        if any(name in columns for name in text.FIELDS):
            text.index_run(connection, first=row["seq"], last=row["seq"])


def _type_id(connection: Connection, code: str) -> int:
    found = connection.execute(select(t.incident_type.c.id).where(t.incident_type.c.code == code)).scalar()
    if found is None:
        raise Invalid(
            f"There is no incident type {code!r}.", hint="Choose one of the taxonomy (/api/v1/types)."
        )
    return int(found)
