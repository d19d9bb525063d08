"""The tables of briefs; `data.store.tables` says what holds for all tables.

What a page shows stands in it as it was; the records behind a number are kept by seq and revision.
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

brief = Table(
    "brief",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("template", String(40), nullable=False),
    Column("filter", Text, nullable=False),
    Column("bbox", JSON),
    Column("from_ms", BigInteger, nullable=False),
    Column("to_ms", BigInteger, nullable=False),
    Column("since_id", Uuid),
    Column("owner_id", Integer, nullable=False, index=True),  # 0: the machine, for a schedule
    Column("owner_name", String(200), nullable=False),
    Column("agency_id", ForeignKey("agency.id"), index=True),  # set: shared with that agency
    Column("schedule_id", Uuid),
    Column("made_ms", BigInteger, nullable=False),
    Column("frozen_ms", BigInteger),
    Column("gone_ms", BigInteger),
    Column("revision", Integer, nullable=False),
)

page = Table(
    "brief_page",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("brief_seq", ForeignKey("brief.seq"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("view", JSON, nullable=False),
    Column("content", Text, nullable=False),
    Column("proposed", JSON, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("scopes", JSON, nullable=False),
)

figure = Table(
    "brief_figure",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("page_seq", ForeignKey("brief_page.seq"), nullable=False, index=True),
    Column("key", String(60), nullable=False),
    Column("label", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("unit", String(40), nullable=False),
    Column("query", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("records", Integer, nullable=False),
    Column("behind", LargeBinary, nullable=False),  # zlib over differences of seq, then revisions, as int64
)

question = Table(
    "brief_question",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("brief_seq", ForeignKey("brief.seq"), nullable=False, index=True),
    Column("page_id", Uuid),
    Column("text", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_name", String(200), nullable=False),
)

schedule = Table(
    "brief_schedule",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("template", String(40), nullable=False),
    Column("filter", Text, nullable=False),
    Column("at", String(5), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("days", JSON, nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("forms", JSON, nullable=False),
    Column("hold", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("owner_id", ForeignKey("user_account.id"), nullable=False),
    Column("due_ms", BigInteger),
    Column("ran_ms", BigInteger),
    Column("outcome", Text, nullable=False),
    Column("brief_id", Uuid),
    Column("gone_ms", BigInteger),
    Column("revision", Integer, nullable=False),
)
