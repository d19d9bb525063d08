"""Calls, households, what happened to them, and who is not the same.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "household",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("merged_into", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_by", sa.Integer(), nullable=True),
        sa.Column("status_ms", sa.BigInteger(), nullable=True),
        sa.Column("contact_ms", sa.BigInteger(), nullable=True),
        sa.Column("follow_up_ms", sa.BigInteger(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("area95_km2", sa.Float(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("cut_off", sa.Boolean(), nullable=True),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["household.seq"], name=op.f("fk_household_merged_into_household")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_household_scope_id_scope")),
        sa.ForeignKeyConstraint(
            ["status_by"], ["user_account.id"], name=op.f("fk_household_status_by_user_account")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_household")),
        sa.UniqueConstraint("id", name=op.f("uq_household_id")),
    )
    op.create_index(op.f("ix_household_merged_into"), "household", ["merged_into"], unique=False)
    op.create_table(
        "rescue_call",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.String(length=200), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("caller_name", sa.Text(), nullable=False),
        sa.Column("caller_phone", sa.Text(), nullable=False),
        sa.Column("caller_relation", sa.Text(), nullable=False),
        sa.Column("caller_place_text", sa.Text(), nullable=False),
        sa.Column("caller_lon", sa.Float(), nullable=True),
        sa.Column("caller_lat", sa.Float(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("place_text", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("located_by", sa.SmallInteger(), nullable=False),
        sa.Column("water_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("food_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("power_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("medical", sa.Text(), nullable=False),
        sa.Column("hazards", sa.JSON(), nullable=False),
        sa.Column("pets", sa.Text(), nullable=False),
        sa.Column("trapped", sa.Boolean(), nullable=False),
        sa.Column("contact_windows", sa.Text(), nullable=False),
        sa.Column("last_contact_ms", sa.BigInteger(), nullable=True),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_rescue_call_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"], name=op.f("fk_rescue_call_entered_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["home_seq"], ["household.seq"], name=op.f("fk_rescue_call_home_seq_household")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_rescue_call_scope_id_scope")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_rescue_call_source_id_source")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_rescue_call")),
        sa.UniqueConstraint("home_seq", name=op.f("uq_rescue_call_home_seq")),
        sa.UniqueConstraint("id", name=op.f("uq_rescue_call_id")),
        sa.UniqueConstraint("source_id", "source_key", name=op.f("uq_rescue_call_source_id")),
    )
    op.create_table(
        "household_event",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("other_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("undoes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_seq"], ["household.seq"], name=op.f("fk_household_event_household_seq_household")
        ),
        sa.ForeignKeyConstraint(
            ["other_seq"], ["household.seq"], name=op.f("fk_household_event_other_seq_household")
        ),
        sa.ForeignKeyConstraint(
            ["undoes"], ["household_event.seq"], name=op.f("fk_household_event_undoes_household_event")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_household_event_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_household_event")),
        sa.UniqueConstraint("id", name=op.f("uq_household_event_id")),
        sa.UniqueConstraint("undoes", name=op.f("uq_household_event_undoes")),
    )
    op.create_index(
        op.f("ix_household_event_household_seq"), "household_event", ["household_seq"], unique=False
    )
    op.create_table(
        "not_the_same",
        sa.Column("low_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("high_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["high_seq"], ["household.seq"], name=op.f("fk_not_the_same_high_seq_household")
        ),
        sa.ForeignKeyConstraint(
            ["low_seq"], ["household.seq"], name=op.f("fk_not_the_same_low_seq_household")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_not_the_same_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("low_seq", "high_seq", name=op.f("pk_not_the_same")),
    )
    op.create_index("ix_not_the_same_high", "not_the_same", ["high_seq"], unique=False)
