"""The tables of calls and households; `data.store.tables` says what holds for all tables.

Every call comes with a household of its own. A merge sets `merged_into` and moves nothing, so that taking
it back restores what was. A household's scope is the strictest of the calls in it and beneath it.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from data.store.tables import metadata

_Seq = BigInteger().with_variant(Integer, "sqlite")

household = Table(
    "household",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("scope_id", ForeignKey("scope.id"), nullable=False),
    Column("merged_into", ForeignKey("household.seq"), index=True),
    Column("status", String(16), nullable=False),
    Column("status_by", ForeignKey("user_account.id")),
    Column("status_ms", BigInteger),
    Column("contact_ms", BigInteger),
    Column("follow_up_ms", BigInteger),
    # What the evidence, the plan and the roads last said of it: kept here so that a list reads one table.
    Column("lon", Float),
    Column("lat", Float),
    Column("accuracy_m", Float),
    Column("area95_km2", Float),
    Column("task_id", Uuid),
    Column("entered_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False, default=1),
)

call = Table(
    "rescue_call",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("home_seq", ForeignKey("household.seq"), nullable=False, unique=True),
    Column("scope_id", ForeignKey("scope.id"), nullable=False),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("source_key", String(200), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("language", String(16), nullable=False),
    Column("caller_name", Text, nullable=False, default=""),
    Column("caller_phone", Text, nullable=False, default=""),
    Column("caller_relation", Text, nullable=False, default=""),
    Column("caller_place_text", Text, nullable=False, default=""),
    Column("caller_lon", Float),
    Column("caller_lat", Float),
    Column("people", JSON, nullable=False),
    Column("people_count", Integer),
    Column("place_text", Text, nullable=False, default=""),
    Column("lon", Float),
    Column("lat", Float),
    Column("accuracy_m", Float),
    Column("located_by", SmallInteger, nullable=False, default=0),
    Column("water_until_ms", BigInteger),
    Column("food_until_ms", BigInteger),
    Column("power_until_ms", BigInteger),
    Column("medical", Text, nullable=False, default=""),
    Column("hazards", JSON, nullable=False),
    Column("pets", Text, nullable=False, default=""),
    Column("trapped", Boolean, nullable=False, default=False),
    Column("contact_windows", Text, nullable=False, default=""),
    Column("last_contact_ms", BigInteger),
    Column("narrative", Text, nullable=False, default=""),
    Column("batch_id", ForeignKey("import_batch.id")),
    Column("content_hash", LargeBinary(16), nullable=False),
    Column("entered_by", ForeignKey("user_account.id")),
    Column("entered_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False, default=1),
    UniqueConstraint("source_id", "source_key"),
)

# What happened to a household, in order; rows are only ever added.
household_event = Table(
    "household_event",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("household_seq", ForeignKey("household.seq"), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", ForeignKey("user_account.id")),
    Column("kind", String(16), nullable=False),
    Column("other_seq", ForeignKey("household.seq")),  # of a merge and its undoing: who was merged
    Column("undoes", ForeignKey("household_event.seq"), unique=True),
    Column("detail", JSON, nullable=False),
)

# Two households of one call each, of which somebody said that they are not the same people.
not_the_same = Table(
    "not_the_same",
    metadata,
    Column("low_seq", ForeignKey("household.seq"), primary_key=True),
    Column("high_seq", ForeignKey("household.seq"), primary_key=True),
    Column("user_id", ForeignKey("user_account.id")),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_not_the_same_high", "high_seq"),
)
