"""The tables of watch areas and alerts; `data.store.tables` says what holds for all tables."""

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
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from data.store.tables import metadata

_Seq = BigInteger().with_variant(Integer, "sqlite")

watch_area = Table(
    "watch_area",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("owner_id", ForeignKey("user_account.id"), nullable=False),
    Column("agency_id", ForeignKey("agency.id")),  # set: shared with that agency
    Column("geography", JSON, nullable=False),
    Column("filter", Text, nullable=False, default=""),
    Column("rule", JSON, nullable=False),
    Column("budget", JSON(none_as_null=True)),
    Column("quiet_hours", JSON(none_as_null=True)),
    Column("shifts", JSON, nullable=False),
    Column("tells", JSON, nullable=False),
    Column("escalation", JSON(none_as_null=True)),
    Column("channels", JSON, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("revision", Integer, nullable=False, default=1),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("watched_since_ms", BigInteger, nullable=False),
    Column("from_counter", BigInteger, nullable=False),  # the change after which it looks
    Column("deleted_ms", BigInteger),
)

# What the watcher remembers of an area: the causes that last, the threshold and what it was made of.
watch_state = Table(
    "watch_state",
    metadata,
    Column("watch_area_seq", ForeignKey("watch_area.seq"), primary_key=True),
    Column("memory", JSON, nullable=False),
    Column("model", JSON(none_as_null=True)),
)

alert = Table(
    "alert",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("watch_area_seq", ForeignKey("watch_area.seq"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("cause", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("expected", Float),
    Column("severity", SmallInteger, nullable=False, default=0),
    Column("scopes", JSON, nullable=False),
    Column("marking", SmallInteger, nullable=False),
    Column("restricted", Boolean, nullable=False, default=False),
    Column("silent", Boolean, nullable=False, default=False),
    Column("state", String(16), nullable=False),
    Column("acknowledged_by", ForeignKey("user_account.id")),
    Column("acknowledged_ms", BigInteger),
    Column("escalate_ms", BigInteger),  # when, unless somebody acknowledges
    Column("escalated_ms", BigInteger),
    Column("closed_ms", BigInteger),
    Column("updated_ms", BigInteger, nullable=False),
    # Nothing is told of twice, whoever evaluates and however often.
    UniqueConstraint("watch_area_seq", "cause", name="uq_alert_cause"),
    Index("ix_alert_state", "state"),
)

alert_incident = Table(
    "alert_incident",
    metadata,
    Column("alert_seq", ForeignKey("alert.seq"), primary_key=True),
    Column("incident_seq", BigInteger, primary_key=True),
    Column("watch_area_seq", BigInteger, nullable=False),
    Index("ix_alert_incident_area", "watch_area_seq", "incident_seq"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("alert_seq", ForeignKey("alert.seq"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("ceiling", SmallInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("at_ms", BigInteger),
    Column("outcome", String(16), nullable=False, index=True),
    Column("detail", Text, nullable=False, default=""),
)

# Work that one process of many does: who does it, until when without a sign of life, and how far it got.
lease = Table(
    "lease",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False, default=0),
)
