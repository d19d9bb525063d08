"""The tables of the search: evidence, resources, segments, tasks, closures; see `data.store.tables`.

Evidence is never changed: whether it is on, how far it is believed and whether it was taken back is the
newest row of `search_evidence_change`, and every earlier row stays.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
)

from data.store.tables import metadata

_Seq = BigInteger().with_variant(Integer, "sqlite")

evidence = Table(
    "search_evidence",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    # The place that a call gives is evidence under the call's own id.
    Column("id", Uuid, nullable=False, unique=True),
    Column("household_seq", ForeignKey("household.seq"), nullable=False, index=True),
    Column("kind", String(24), nullable=False),
    Column("params", JSON, nullable=False),
    Column("source", Text, nullable=False, default=""),
    Column("words", Text, nullable=False, default=""),
    Column("at_ms", BigInteger),
    Column("entered_ms", BigInteger, nullable=False),
    Column("user_id", ForeignKey("user_account.id")),
)

evidence_change = Table(
    "search_evidence_change",
    metadata,
    Column("evidence_seq", ForeignKey("search_evidence.seq"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", ForeignKey("user_account.id")),
    Column("is_on", Boolean, nullable=False),
    Column("reliability", Float, nullable=False),
    Column("weight", Float, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("note", Text, nullable=False, default=""),
)

# A clue that somebody has accepted or refused is not proposed again.
clue_decision = Table(
    "search_clue_decision",
    metadata,
    Column("household_seq", ForeignKey("household.seq"), primary_key=True),
    Column("clue_key", String(32), primary_key=True),
    Column("decision", String(16), nullable=False),
    Column("evidence_id", Uuid),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", ForeignKey("user_account.id")),
)


def _kept(name: str, *columns: Column[object]) -> Table:
    """Return the table of a kind of record with a marking and revisions."""
    return Table(
        name,
        metadata,
        Column("seq", _Seq, primary_key=True, autoincrement=True),
        Column("id", Uuid, nullable=False, unique=True),
        Column("scope_id", ForeignKey("scope.id"), nullable=False),
        Column("name", Text, nullable=False),
        *columns,
        Column("gone_ms", BigInteger),
        Column("entered_ms", BigInteger, nullable=False),
        Column("updated_ms", BigInteger, nullable=False),
        Column("revision", Integer, nullable=False, default=1),
    )


resource = _kept(
    "search_resource",
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("about", JSON, nullable=False),  # speed, sweep widths, endurance, base, capabilities, radio
    Column("task_id", Uuid),
)

segment = _kept(
    "search_segment",
    Column("kind", String(16), nullable=False),
    Column("visibility", String(8), nullable=False),
    Column("geometry", LargeBinary, nullable=False),
    Column("area_km2", Float, nullable=False),
)

closure = _kept(
    "road_closure",
    Column("reason", Text, nullable=False, default=""),
    Column("geometry", LargeBinary, nullable=False),
    Column("from_ms", BigInteger),
    Column("until_ms", BigInteger),
    Column("incident_id", Uuid),
)

# `scopes` are those of the households that were counted: who may not see all of them sees nothing of it.
plan = Table(
    "search_plan",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", ForeignKey("user_account.id")),
    Column("adopted_ms", BigInteger),
    Column("adopted_by", ForeignKey("user_account.id")),
)

task = Table(
    "search_task",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("plan_seq", ForeignKey("search_plan.seq"), nullable=False, index=True),
    Column("scopes", JSON, nullable=False),
    Column("household_seq", ForeignKey("household.seq"), index=True),
    Column("segment_seq", ForeignKey("search_segment.seq")),
    Column("resource_seq", ForeignKey("search_resource.seq"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("about", JSON, nullable=False),  # the line of the plan it was made from
    Column("result", JSON),
    Column("entered_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False, default=1),
)

# What happened in the search, in order; rows are only ever added.
event = Table(
    "search_event",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", ForeignKey("user_account.id")),
    Column("kind", String(16), nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("household_seq", ForeignKey("household.seq")),
    Column("detail", JSON, nullable=False),
)
