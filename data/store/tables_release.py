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
    LargeBinary,
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
    Column("agreement", Text, nullable=False, default=""),
    Column("contact", Text, nullable=False, default=""),
    Column("channels", JSON, nullable=False, default=list),
    Column("approval", JSON, nullable=False, default=dict),
    Column("smallest_cell", Integer, nullable=False, default=0),
)

# The dissemination log. Rows are never deleted, and changed by a decision, a recall and, of an hour of API
# answers, by the next answer alone.
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
    Column("state", String(16), nullable=False, default="released"),  # "held", "released", "refused"
    Column("why_held", Text, nullable=False, default=""),
    Column("decided_ms", BigInteger),
    Column("decided_by", String(200), nullable=False, default=""),
    Column("decision_note", Text, nullable=False, default=""),
    Column("product", String(80), nullable=False, default="", index=True),  # what several recipients got
)

release_record = Table(
    "release_record",
    metadata,
    Column("release_seq", ForeignKey("release.seq"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("record_seq", BigInteger, primary_key=True),
    Column("revision", Integer, nullable=False),
    Index("ix_release_record_of", "kind", "record_seq"),
)

# A recall, a correction or a file that goes by mail, and each attempt to tell a recipient of it.
release_notice = Table(
    "release_notice",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("release_seq", ForeignKey("release.seq"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # "recall", "correction", "file"
    Column("text", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_name", String(200), nullable=False),
)

notice_delivery = Table(
    "notice_delivery",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("notice_seq", ForeignKey("release_notice.seq"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("at_ms", BigInteger),
    Column("outcome", String(16), nullable=False, index=True),
    Column("detail", Text, nullable=False, default=""),
)

# What agencies were asked, and what they said, on passing their records on; the newest line counts.
third_agency = Table(
    "third_agency",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    Column("recipient_id", ForeignKey("recipient.id"), nullable=False, index=True),
    Column("incident_seq", ForeignKey("incident.seq")),  # none: all records of the agency
    Column("state", String(16), nullable=False),  # "asked", "granted", "denied"
    Column("note", Text, nullable=False, default=""),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_name", String(200), nullable=False),
)

# What a record says when it goes where the original may not; the newest line of an incident counts.
sanitised = Table(
    "sanitised",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("incident_seq", ForeignKey("incident.seq"), nullable=False, index=True),
    Column("of_revision", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("place", String(16), nullable=False),
    Column("photo", String(16), nullable=False),
    Column("tlp", SmallInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("user_name", String(200), nullable=False),
    Column("withdrawn", Boolean, nullable=False, default=False),
)

# Which records the counts given to a recipient were made of: what the next counts may not be compared with.
release_ledger = Table(
    "release_ledger",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
)
