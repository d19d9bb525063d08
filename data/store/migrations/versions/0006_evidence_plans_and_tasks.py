"""Evidence, clues decided on, resources, segments, plans, tasks, closures, and what happened.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "road_closure",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("geometry", sa.LargeBinary(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=True),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("gone_ms", sa.BigInteger(), nullable=True),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_road_closure_scope_id_scope")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_road_closure")),
        sa.UniqueConstraint("id", name=op.f("uq_road_closure_id")),
    )
    op.create_table(
        "search_plan",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("adopted_ms", sa.BigInteger(), nullable=True),
        sa.Column("adopted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["adopted_by"], ["user_account.id"], name=op.f("fk_search_plan_adopted_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_search_plan_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_plan")),
        sa.UniqueConstraint("id", name=op.f("uq_search_plan_id")),
    )
    op.create_table(
        "search_resource",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("gone_ms", sa.BigInteger(), nullable=True),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_search_resource_scope_id_scope")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_resource")),
        sa.UniqueConstraint("id", name=op.f("uq_search_resource_id")),
    )
    op.create_table(
        "search_segment",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("visibility", sa.String(length=8), nullable=False),
        sa.Column("geometry", sa.LargeBinary(), nullable=False),
        sa.Column("area_km2", sa.Float(), nullable=False),
        sa.Column("gone_ms", sa.BigInteger(), nullable=True),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_search_segment_scope_id_scope")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_segment")),
        sa.UniqueConstraint("id", name=op.f("uq_search_segment_id")),
    )
    op.create_table(
        "search_clue_decision",
        sa.Column("household_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clue_key", sa.String(length=32), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_seq"], ["household.seq"], name=op.f("fk_search_clue_decision_household_seq_household")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_search_clue_decision_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("household_seq", "clue_key", name=op.f("pk_search_clue_decision")),
    )
    op.create_table(
        "search_event",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("household_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_seq"], ["household.seq"], name=op.f("fk_search_event_household_seq_household")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_search_event_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_event")),
        sa.UniqueConstraint("id", name=op.f("uq_search_event_id")),
    )
    op.create_table(
        "search_evidence",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=True),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_seq"], ["household.seq"], name=op.f("fk_search_evidence_household_seq_household")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_search_evidence_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_evidence")),
        sa.UniqueConstraint("id", name=op.f("uq_search_evidence_id")),
    )
    op.create_index(
        op.f("ix_search_evidence_household_seq"), "search_evidence", ["household_seq"], unique=False
    )
    op.create_table(
        "search_task",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("household_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("segment_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("resource_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_seq"], ["household.seq"], name=op.f("fk_search_task_household_seq_household")
        ),
        sa.ForeignKeyConstraint(
            ["plan_seq"], ["search_plan.seq"], name=op.f("fk_search_task_plan_seq_search_plan")
        ),
        sa.ForeignKeyConstraint(
            ["resource_seq"],
            ["search_resource.seq"],
            name=op.f("fk_search_task_resource_seq_search_resource"),
        ),
        sa.ForeignKeyConstraint(
            ["segment_seq"], ["search_segment.seq"], name=op.f("fk_search_task_segment_seq_search_segment")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_task")),
        sa.UniqueConstraint("id", name=op.f("uq_search_task_id")),
    )
    op.create_index(op.f("ix_search_task_household_seq"), "search_task", ["household_seq"], unique=False)
    op.create_index(op.f("ix_search_task_plan_seq"), "search_task", ["plan_seq"], unique=False)
    op.create_table(
        "search_evidence_change",
        sa.Column("evidence_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("reliability", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_seq"],
            ["search_evidence.seq"],
            name=op.f("fk_search_evidence_change_evidence_seq_search_evidence"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_search_evidence_change_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("evidence_seq", "revision", name=op.f("pk_search_evidence_change")),
    )
