"""Approval, notices, third-agency answers, sanitised versions, fields marked by themselves, partners' tokens.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _seq(name: str = "seq", *, autoincrement: bool = False) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=False, autoincrement=autoincrement or "auto")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    for column in (
        _text("agreement"),
        _text("contact"),
        sa.Column("channels", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("approval", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("smallest_cell", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("recipient", column)
    # The public is never given counts of single records.
    op.execute(sa.text("UPDATE recipient SET smallest_cell = 5 WHERE kind = 'public'"))
    for column in (
        sa.Column("state", sa.String(length=16), server_default="released", nullable=False),
        _text("why_held"),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), server_default="", nullable=False),
        _text("decision_note"),
        sa.Column("product", sa.String(length=80), server_default="", nullable=False),
    ):
        op.add_column("release", column)
    op.create_index(op.f("ix_release_product"), "release", ["product"])
    op.add_column("incident", sa.Column("sealed", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("credential", sa.Column("recipient_id", sa.Integer(), nullable=True))
    _records_of_several_kinds()
    _notices()
    _answers()
    _versions()


def _records_of_several_kinds() -> None:
    """Let a release hold records of several kinds: an incident and a site may have the same number."""
    op.drop_index("ix_release_record_of", table_name="release_record")
    op.rename_table("release_record", "release_record_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE release_record_before DROP CONSTRAINT pk_release_record")
        op.execute("ALTER TABLE release_record_before DROP CONSTRAINT fk_release_record_release_seq_release")
    op.create_table(
        "release_record",
        _seq("release_seq"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("record_seq", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_seq"], ["release.seq"], name=op.f("fk_release_record_release_seq_release")
        ),
        sa.PrimaryKeyConstraint("release_seq", "kind", "record_seq", name=op.f("pk_release_record")),
    )
    op.execute(
        "INSERT INTO release_record (release_seq, kind, record_seq, revision) "
        "SELECT release_seq, kind, record_seq, revision FROM release_record_before"
    )
    op.drop_table("release_record_before")
    op.create_index("ix_release_record_of", "release_record", ["kind", "record_seq"])


def _notices() -> None:
    op.create_table(
        "release_notice",
        _seq(autoincrement=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _seq("release_seq"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_seq"], ["release.seq"], name=op.f("fk_release_notice_release_seq_release")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_release_notice")),
        sa.UniqueConstraint("id", name=op.f("uq_release_notice_id")),
    )
    op.create_index(op.f("ix_release_notice_release_seq"), "release_notice", ["release_seq"])
    op.create_table(
        "notice_delivery",
        _seq(autoincrement=True),
        _seq("notice_seq"),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_seq"], ["release_notice.seq"], name=op.f("fk_notice_delivery_notice_seq_release_notice")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_notice_delivery")),
    )
    op.create_index(op.f("ix_notice_delivery_notice_seq"), "notice_delivery", ["notice_seq"])
    op.create_index(op.f("ix_notice_delivery_outcome"), "notice_delivery", ["outcome"])


def _answers() -> None:
    op.create_table(
        "third_agency",
        _seq(autoincrement=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("incident_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_third_agency_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_third_agency_recipient_id_recipient")
        ),
        sa.ForeignKeyConstraint(
            ["incident_seq"], ["incident.seq"], name=op.f("fk_third_agency_incident_seq_incident")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_third_agency")),
        sa.UniqueConstraint("id", name=op.f("uq_third_agency_id")),
    )
    op.create_index(op.f("ix_third_agency_recipient_id"), "third_agency", ["recipient_id"])


def _versions() -> None:
    op.create_table(
        "sanitised",
        _seq(autoincrement=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _seq("incident_seq"),
        sa.Column("of_revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("photo", sa.String(length=16), nullable=False),
        sa.Column("tlp", sa.SmallInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_seq"], ["incident.seq"], name=op.f("fk_sanitised_incident_seq_incident")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_sanitised")),
        sa.UniqueConstraint("id", name=op.f("uq_sanitised_id")),
    )
    op.create_index(op.f("ix_sanitised_incident_seq"), "sanitised", ["incident_seq"])
    op.create_table(
        "release_ledger",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_release_ledger")),
    )
