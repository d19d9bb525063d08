"""The tables of recipients and of what was released to them; `data.store.tables` says what holds for all."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
)

from data.store.tables import metadata

_Seq = BigInteger().with_variant(Integer, "sqlite")

recipient = Table(
    "recipient",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(40), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("agency_id", ForeignKey("agency.id")),
    Column("clearance", SmallInteger, nullable=False),
    Column("law_enforcement", Boolean, nullable=False),
    Column("stores", JSON, nullable=False),
    Column("granted_by", JSON, nullable=False),
    Column("until_ms", BigInteger),  # when the agreement ends
    Column("ended_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
)

# The dissemination log. Rows are never changed but for the recall, and never deleted.
release = Table(
    "release",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("user_name", String(200), nullable=False),
    Column("recipient_id", ForeignKey("recipient.id"), nullable=False, index=True),
    Column("purpose", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("form", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("filter", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("marking", SmallInteger, nullable=False),
    Column("law_enforcement", Boolean, nullable=False),
    Column("records", Integer, nullable=False),
    Column("manifest", JSON, nullable=False),
    Column("recalled_ms", BigInteger),
    Column("recalled_by", String(200), nullable=False, default=""),
    Column("recall_reason", Text, nullable=False, default=""),
)

release_record = Table(
    "release_record",
    metadata,
    Column("release_seq", ForeignKey("release.seq"), primary_key=True),
    Column("record_seq", BigInteger, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Index("ix_release_record_of", "kind", "record_seq"),
)
