"""Scopes, sources and types by id, as records refer to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from data.clock import from_ms
from data.model import Scope, Severity, StoreKind, Tlp
from data.records import IncidentType, Source
from data.store import tables as t

Memo = dict[tuple[str, int], Any]


def joined(connection: Connection, kind: str, row: Mapping[str, Any], memo: Memo) -> dict[str, Any]:
    """Return `scope`, `source` and, of an incident, `type`; `memo` keeps what one page of records shares."""
    found: dict[str, Any] = {
        "scope": _memoised(memo, connection, "scope", row["scope_id"]),
        "source": _memoised(memo, connection, "source", row["source_id"]),
    }
    if kind == "incident":
        found["type"] = _memoised(memo, connection, "type", row["type_id"])
    return found


def _memoised(memo: Memo, connection: Connection, what: str, key: int) -> Any:
    if (what, key) not in memo:
        memo[what, key] = _READERS[what](connection, key)
    return memo[what, key]


def _scope(connection: Connection, key: int) -> Scope:
    row = connection.execute(select(t.scope).where(t.scope.c.id == key)).one()
    return Scope(row.id, StoreKind(row.store), Tlp(row.tlp), row.law_enforcement, row.agency_id)


def _source(connection: Connection, key: int) -> Source:
    values = dict(connection.execute(select(t.source).where(t.source.c.id == key)).one()._mapping)
    last = values.pop("last_received_ms")
    return Source(**values, last_received=None if last is None else from_ms(last))


def _type(connection: Connection, key: int) -> IncidentType:
    row = connection.execute(select(t.incident_type).where(t.incident_type.c.id == key)).one()
    return IncidentType(**{**row._mapping, "severity": Severity(row.severity)})


_READERS = {"scope": _scope, "source": _source, "type": _type}
