"""Small tables that everything refers to: agencies, scopes, sources and the taxonomy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from data.access import Actor, Permission, require, sql_filter, visible_scopes
from data.clock import from_ms, to_ms
from data.errors import Conflict, Invalid, NotFound
from data.model import Scope, Severity, StoreKind, Tlp
from data.records import Agency, IncidentType, Source
from data.store import tables as t
from data.store.audit_log import AuditLog
from data.store.engine import new_key, reading, writing


class Agencies:
    """The organisations that take part."""

    def __init__(self, engine: Engine, audit: AuditLog) -> None:
        self._engine, self._audit = engine, audit

    def all(self) -> list[Agency]:
        """Return every agency by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(t.agency).order_by(t.agency.c.name)).all()
        return [Agency(**row._mapping) for row in rows]

    def add(self, actor: Actor, name: str, *, short_name: str, law_enforcement: bool = False) -> int:
        """Return the id of a new agency; raise Conflict where the name is taken."""
        require(actor, Permission.ADMINISTER)
        with writing(self._engine) as connection:
            if connection.execute(select(t.agency.c.id).where(t.agency.c.name == name)).first():
                raise Conflict(f"There is an agency named {name!r} already.", hint="Choose another name.")
            made = connection.execute(
                insert(t.agency).values(name=name, short_name=short_name, law_enforcement=law_enforcement)
            )
            agency_id = new_key(made)
            self._audit.record(connection, actor, "add", kind="agency", record=agency_id, name=name)
        return agency_id


class Scopes:
    """The combinations of store, marking, caveat and originator that records carry."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, on: Connection | None = None) -> list[Scope]:
        """Return every scope, by id, through the connection that the caller holds, where it holds one."""
        query = select(t.scope).order_by(t.scope.c.id)
        if on is not None:
            rows = on.execute(query).all()
        else:
            with reading(self._engine) as connection:
                rows = connection.execute(query).all()
        return [
            Scope(row.id, StoreKind(row.store), Tlp(row.tlp), row.law_enforcement, row.agency_id)
            for row in rows
        ]

    def intern(self, store: StoreKind, tlp: Tlp, *, law_enforcement: bool = False, agency_id: int = 1) -> int:
        """Return the id of this combination, made on first use."""
        values = {
            "store": store.value,
            "tlp": int(tlp),
            "law_enforcement": law_enforcement,
            "agency_id": agency_id,
        }
        query = select(t.scope.c.id).filter_by(**values)
        with reading(self._engine) as connection:
            found = connection.execute(query).scalar()
        if found is not None:
            return int(found)
        with writing(self._engine) as connection:
            # Asked again under the write lock: two workers may meet a new combination at once.
            found = connection.execute(query).scalar()
            return (
                int(found)
                if found is not None
                else new_key(connection.execute(insert(t.scope).values(values)))
            )

    def visible(self, actor: Actor, on: Connection | None = None) -> frozenset[int]:
        """Return the ids of the scopes that the actor may see."""
        return visible_scopes(actor, self.all(on))


class Sources:
    """Where records come from."""

    def __init__(self, engine: Engine, scopes: Scopes) -> None:
        self._engine, self._scopes = engine, scopes

    def intern(self, key: str, *, name: str, kind: str, scope_id: int, **more: Any) -> int:
        """Return the id of the source with this key, made on first use."""
        query = select(t.source.c.id).where(t.source.c.key == key)
        with reading(self._engine) as connection:
            found = connection.execute(query).scalar()
        if found is not None:
            return int(found)
        with writing(self._engine) as connection:
            found = connection.execute(query).scalar()
            if found is not None:
                return int(found)
            row = {"key": key, "name": name, "kind": kind, "scope_id": scope_id, **more}
            return new_key(connection.execute(insert(t.source).values(row)))

    def all(self) -> list[Source]:
        """Return every source by name; for the house itself, never for a screen."""
        with reading(self._engine) as connection:
            return [_source(row) for row in connection.execute(select(t.source).order_by(t.source.c.name))]

    def visible(self, actor: Actor) -> list[Source]:
        """Return the sources that the actor may know of, by name."""
        query = select(t.source).where(sql_filter(t.source.c.scope_id, self._scopes.visible(actor)))
        with reading(self._engine) as connection:
            return [_source(row) for row in connection.execute(query.order_by(t.source.c.name))]


def received(connection: Connection, source_id: int, at: datetime, *, scope_id: int) -> None:
    """Note, in the caller's transaction, that something came from a source.

    Only a record in the source's own scope counts: the age of a source must not tell those who see the
    source of records that they may not see.
    """
    mine = (t.source.c.id == source_id) & (t.source.c.scope_id == scope_id)
    connection.execute(update(t.source).where(mine).values(last_received_ms=to_ms(at)))


class Types:
    """The editable taxonomy of incidents."""

    def __init__(
        self, engine: Engine, audit: AuditLog, changed: Callable[[Connection, str, int], None]
    ) -> None:
        self._engine, self._audit, self._changed = engine, audit, changed

    def all(self) -> list[IncidentType]:
        """Return every type in the order of the tree, retired ones too."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(t.incident_type).order_by(t.incident_type.c.position)).all()
        return [IncidentType(**{**row._mapping, "severity": Severity(row.severity)}) for row in rows]

    def severity(self, code: str) -> Severity:
        """Return the severity that is proposed for a type; none for a code that there is not."""
        query = select(t.incident_type.c.severity).where(t.incident_type.c.code == code)
        with reading(self._engine) as connection:
            return Severity(connection.execute(query).scalar() or 0)

    def add(self, actor: Actor, entry: IncidentType) -> int:
        """Return the id of a new type under an existing parent; `entry.id` is not used."""
        require(actor, Permission.ADMINISTER)
        stem = entry.code.rpartition(".")[0] or None
        if entry.parent != stem:
            raise Invalid(
                f"The code {entry.code!r} does not lie under {entry.parent!r}.", hint="Use parent.name."
            )
        with writing(self._engine) as connection:
            codes = set(connection.execute(select(t.incident_type.c.code)).scalars())
            if entry.code in codes:
                raise Conflict(f"There is a type {entry.code!r} already.", hint="Choose another code.")
            if stem is not None and stem not in codes:
                raise NotFound(f"There is no type {stem!r} to put it under.", hint="Add the parent first.")
            row = _type_row(entry)
            type_id = new_key(connection.execute(insert(t.incident_type).values(row)))
            self._audit.record(connection, actor, "add", kind="type", record=entry.code, label=entry.label)
            self._changed(connection, "type", type_id)
        return type_id

    def change(self, actor: Actor, code: str, **changes: Any) -> None:
        """Change the label, glyph, severity, position or retirement of a type; codes stay."""
        require(actor, Permission.ADMINISTER)
        unknown = set(changes) - {"label", "glyph", "severity", "position", "retired"}
        if unknown:
            raise Invalid(
                f"A type has no changeable {sorted(unknown)}.", hint="Codes stay; retire a type instead."
            )
        with writing(self._engine) as connection:
            found = connection.execute(select(t.incident_type).where(t.incident_type.c.code == code)).first()
            if found is None:
                raise NotFound(f"There is no type {code!r}.")
            connection.execute(
                update(t.incident_type).where(t.incident_type.c.id == found.id).values(changes)
            )
            self._audit.record(connection, actor, "change", kind="type", record=code, **changes)
            self._changed(connection, "type", found.id)

    def fill(self, entries: list[IncidentType]) -> None:
        """Add the entries whose codes the store lacks: the first taxonomy, or a later version's new types."""
        codes = {entry.code for entry in entries}
        with reading(self._engine) as connection:
            # Asked first without the write lock: a command must not wait for a long import to be opened.
            if codes <= set(connection.execute(select(t.incident_type.c.code)).scalars()):
                return
        with writing(self._engine) as connection:
            have = set(connection.execute(select(t.incident_type.c.code)).scalars())
            missing = [_type_row(entry) for entry in entries if entry.code not in have]
            if missing:
                connection.execute(insert(t.incident_type), missing)
                self._changed(connection, "type", 0)


def _type_row(entry: IncidentType) -> dict[str, Any]:
    return {
        "code": entry.code,
        "parent": entry.parent,
        "label": entry.label,
        "glyph": entry.glyph,
        "severity": int(entry.severity),
        "position": entry.position,
        "retired": entry.retired,
    }


def _source(row: Row[Any]) -> Source:
    values = dict(row._mapping)
    last = values.pop("last_received_ms")
    return Source(**values, last_received=None if last is None else from_ms(last))
