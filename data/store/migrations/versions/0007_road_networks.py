"""Road networks.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "road_network",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("edges", sa.Integer(), nullable=False),
        sa.Column("junctions", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_road_network_scope_id_scope")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_road_network_source_id_source")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_road_network")),
        sa.UniqueConstraint("source_id", name=op.f("uq_road_network_source_id")),
    )
    op.create_table(
        "road_part",
        sa.Column("network_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_seq"], ["road_network.seq"], name=op.f("fk_road_part_network_seq_road_network")
        ),
        sa.PrimaryKeyConstraint("network_seq", "kind", "part", name=op.f("pk_road_part")),
    )
