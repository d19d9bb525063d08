"""The tables. Times are whole milliseconds since 1970 UTC; places are WGS 84 degrees plus a Morton cell.

`cell` is the 62-bit Morton code of the place in Web Mercator (`data.geo.morton_cells`): projected once
at ingest, it gives the mirror its order and its coordinates. `geometry` is WKB, present only for lines
and polygons; of a point, lon and lat say everything.
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
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite makes only "INTEGER PRIMARY KEY" its rowid; PostgreSQL wants 64 bits.
_Seq = BigInteger().with_variant(Integer, "sqlite")


def _seq(name: str = "seq") -> Column[int]:
    return Column(name, _Seq, primary_key=True, autoincrement=True)


agency = Table(
    "agency",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("short_name", String(40), nullable=False),
    Column("law_enforcement", Boolean, nullable=False, default=False),
)

scope = Table(
    "scope",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store", String(16), nullable=False),
    Column("tlp", SmallInteger, nullable=False),
    Column("law_enforcement", Boolean, nullable=False, default=False),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    UniqueConstraint("store", "tlp", "law_enforcement", "agency_id"),
)

user = Table(
    "user_account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("display_name", String(200), nullable=False),
    Column("email", String(320)),
    Column("password_hash", String(300)),
    Column("role", String(20), nullable=False),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    Column("clearance", SmallInteger, nullable=False),
    Column("stores", JSON, nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_ms", BigInteger, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("user_id", ForeignKey("user_account.id"), nullable=False, index=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

# One-time sign-in links and API bearer tokens: only their hashes are kept.
credential = Table(
    "credential",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("kind", String(16), nullable=False),  # "link" or "bearer"
    Column("name", String(120), nullable=False),
    Column("user_id", ForeignKey("user_account.id"), nullable=False, index=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("recipient_id", Integer),  # set: the token speaks for a partner, and is given what they may have
)

source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),  # "incidents", "sites", "areas", "person", "feed"
    Column("scope_id", ForeignKey("scope.id"), nullable=False),  # who may know of the source itself
    Column("url", Text),
    Column("licence", String(200)),
    Column("expected_every_s", Integer),
    Column("last_received_ms", BigInteger),
)

incident_type = Table(
    "incident_type",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(80), nullable=False, unique=True),  # dotted path: "fire.structure"
    Column("parent", String(80)),
    Column("label", String(200), nullable=False),
    Column("glyph", String(60), nullable=False),
    Column("severity", SmallInteger, nullable=False, default=0),  # proposed for a new report of this type
    Column("position", Integer, nullable=False, default=0),
    Column("retired", Boolean, nullable=False, default=False),
)


def _record_columns() -> list[Column[object]]:
    """Return the columns that incidents, sites and areas share."""
    return [
        Column("id", Uuid, nullable=False, unique=True),
        # The low 52 bits of the id, as tiles name a feature: says nothing of how many other records exist.
        Column("fid", BigInteger, nullable=False),
        Column("scope_id", ForeignKey("scope.id"), nullable=False),
        Column("source_id", ForeignKey("source.id"), nullable=False),
        Column("source_key", String(200), nullable=False),
        Column("lon", Float),
        Column("lat", Float),
        Column("cell", BigInteger),
        Column("geometry", LargeBinary),
        Column("accuracy_m", Float),
        Column("located_by", SmallInteger, nullable=False, default=0),
        Column("batch_id", ForeignKey("import_batch.id")),
        Column("content_hash", LargeBinary(16), nullable=False),
        Column("entered_ms", BigInteger, nullable=False),
        Column("updated_ms", BigInteger, nullable=False),
        Column("revision", Integer, nullable=False, default=1),
        Column("extra", JSON),
    ]


incident = Table(
    "incident",
    metadata,
    _seq(),
    *_record_columns(),
    Column("type_id", ForeignKey("incident_type.id"), nullable=False),
    Column("severity", SmallInteger, nullable=False, default=0),
    Column("status", SmallInteger, nullable=False, default=0),
    Column("title", Text, nullable=False),
    Column("narrative", Text, nullable=False, default=""),
    Column("address", Text, nullable=False, default=""),
    Column("occurred_ms", BigInteger, nullable=False),
    Column("occurred_end_ms", BigInteger),
    Column("time_precision", SmallInteger, nullable=False, default=0),
    Column("reported_ms", BigInteger, nullable=False),
    Column("persons_affected", Integer),
    Column("assignee_id", ForeignKey("user_account.id")),
    Column("evaluation_scale", String(40)),
    Column("reliability", String(40)),
    Column("credibility", String(40)),
    # Fields that are marked above their record, each with its value: {"narrative": {"tlp": 4, "value": …}}.
    # Their own columns are empty, so that no list, tile, count or search knows of them.
    Column("sealed", JSON(none_as_null=True)),
    UniqueConstraint("source_id", "source_key"),
)

site = Table(
    "site",
    metadata,
    _seq(),
    *_record_columns(),
    Column("name", Text, nullable=False),
    Column("sector", String(40), nullable=False),
    Column("subsector", String(80), nullable=False, default=""),
    Column("kind", String(80), nullable=False, default=""),  # "hospital", "substation": drives the glyph
    Column("lifeline", String(40), nullable=False, default=""),
    Column("component", String(80), nullable=False, default=""),
    Column("address", Text, nullable=False, default=""),
    Column("contacts", JSON),
    Column("owner", Text, nullable=False, default=""),
    Column("status", SmallInteger, nullable=False, default=0),
    Column("status_ms", BigInteger),
    Column("status_source", String(200)),
    Column("vintage", String(40), nullable=False, default=""),
    Column("gone_ms", BigInteger),
    UniqueConstraint("source_id", "source_key"),
)

area = Table(
    "area",
    metadata,
    _seq(),
    *_record_columns(),
    Column("name", Text, nullable=False),
    Column("kind", String(40), nullable=False),  # "state", "county", "town", "neighbourhood", "drawn", …
    Column("parent", Text, nullable=False, default=""),
    Column("west", Float, nullable=False),
    Column("south", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("north", Float, nullable=False),
    UniqueConstraint("source_id", "source_key"),
)

# Stretches of street between two corners, with house numbers and network nodes where a file gives them.
street = Table(
    "street",
    metadata,
    _seq(),
    Column("scope_id", ForeignKey("scope.id"), nullable=False),
    Column("source_id", ForeignKey("source.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("key", String(200), nullable=False, index=True),  # the words of the name in short form
    Column("place", String(200), nullable=False, default=""),
    Column("left_from", Integer),
    Column("left_to", Integer),
    Column("right_from", Integer),
    Column("right_to", Integer),
    Column("from_node", String(40)),
    Column("to_node", String(40)),
    Column("length_m", Float, nullable=False),
    Column("geometry", LargeBinary, nullable=False),
)


# What a record was before each change; the record itself holds the newest version.
revision = Table(
    "revision",
    metadata,
    _seq(),
    Column("kind", String(16), nullable=False),  # "incident", "site", "area"
    Column("record_seq", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),  # the revision that this change made
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", ForeignKey("user_account.id")),
    Column("batch_id", ForeignKey("import_batch.id")),
    Column("changes", JSON, nullable=False),  # {field: [before, after]}
    Column("reason", Text, nullable=False, default=""),
    UniqueConstraint("kind", "record_seq", "revision"),
)

comment = Table(
    "comment",
    metadata,
    _seq(),
    Column("kind", String(16), nullable=False),
    Column("record_seq", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", ForeignKey("user_account.id"), nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_comment_record", "kind", "record_seq"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("record_seq", BigInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("user_id", ForeignKey("user_account.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_attachment_record", "kind", "record_seq"),
)

import_batch = Table(
    "import_batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("profile", String(80)),
    Column("mapping", JSON, nullable=False),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("scope_id", ForeignKey("scope.id"), nullable=False),
    Column("user_id", ForeignKey("user_account.id")),
    Column("state", String(16), nullable=False),  # "running", "cancelling", "done", "cancelled", "failed"
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("report", JSON),
)

quarantine = Table(
    "quarantine",
    metadata,
    _seq(),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
    Column("scope_id", ForeignKey("scope.id"), nullable=False),
    Column("row_number", BigInteger, nullable=False),
    Column("original", JSON, nullable=False),
    Column("original_hash", LargeBinary(16), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("state", String(16), nullable=False, default="waiting"),  # "waiting", "mended", "discarded"
)

saved_profile = Table(
    "saved_profile",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("mapping", JSON, nullable=False),
    Column("user_id", ForeignKey("user_account.id")),
    Column("saved_ms", BigInteger, nullable=False),
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("user_id", ForeignKey("user_account.id"), nullable=False, index=True),
    Column("agency_id", ForeignKey("agency.id")),  # set: shared with that agency
    Column("query", Text, nullable=False),
    Column("map_state", JSON),
    Column("created_ms", BigInteger, nullable=False),
)

# Per officer: what was seen last ("what changed since I last looked") and which reports were opened.
last_look = Table(
    "last_look",
    metadata,
    Column("user_id", ForeignKey("user_account.id"), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", Integer),
    Column("user_name", String(80), nullable=False),
    Column("agency_id", Integer),
    Column("role", String(20)),
    Column("session", String(64)),
    Column("action", String(40), nullable=False),
    Column("kind", String(16)),
    Column("record", String(64)),
    Column("outcome", String(16), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("prev_hash", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

# What changed, in order: the mirror and every open map follow it. One row may stand for a run of new records.
change = Table(
    "change",
    metadata,
    _seq("counter"),
    Column("kind", String(16), nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

# Small facts about the store itself: its secret, its demo scenario, when text search was last complete.
fact = Table(
    "fact",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)
