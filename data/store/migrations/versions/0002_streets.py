"""Streets with house numbers.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "street",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("left_from", sa.Integer(), nullable=True),
        sa.Column("left_to", sa.Integer(), nullable=True),
        sa.Column("right_from", sa.Integer(), nullable=True),
        sa.Column("right_to", sa.Integer(), nullable=True),
        sa.Column("from_node", sa.String(length=40), nullable=True),
        sa.Column("to_node", sa.String(length=40), nullable=True),
        sa.Column("length_m", sa.Float(), nullable=False),
        sa.Column("geometry", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_street_scope_id_scope")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_street_source_id_source")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_street")),
    )
    op.create_index(op.f("ix_street_key"), "street", ["key"])
    op.create_index(op.f("ix_street_source_id"), "street", ["source_id"])
