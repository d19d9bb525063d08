"""Watch areas, alerts, deliveries, and the lease of the one who evaluates.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "watch_area",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("geography", sa.JSON(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("budget", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("quiet_hours", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("shifts", sa.JSON(), nullable=False),
        sa.Column("tells", sa.JSON(), nullable=False),
        sa.Column("escalation", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("watched_since_ms", sa.BigInteger(), nullable=False),
        sa.Column("from_counter", sa.BigInteger(), nullable=False),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_watch_area_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_watch_area_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_watch_area")),
        sa.UniqueConstraint("id", name=op.f("uq_watch_area_id")),
    )
    op.create_table(
        "alert",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("watch_area_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=True),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("marking", sa.SmallInteger(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("acknowledged_ms", sa.BigInteger(), nullable=True),
        sa.Column("escalate_ms", sa.BigInteger(), nullable=True),
        sa.Column("escalated_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["user_account.id"], name=op.f("fk_alert_acknowledged_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["watch_area_seq"], ["watch_area.seq"], name=op.f("fk_alert_watch_area_seq_watch_area")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_alert")),
        sa.UniqueConstraint("id", name=op.f("uq_alert_id")),
        sa.UniqueConstraint("watch_area_seq", "cause", name="uq_alert_cause"),
    )
    op.create_index("ix_alert_state", "alert", ["state"])
    op.create_table(
        "watch_state",
        sa.Column("watch_area_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("model", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["watch_area_seq"], ["watch_area.seq"], name=op.f("fk_watch_state_watch_area_seq_watch_area")
        ),
        sa.PrimaryKeyConstraint("watch_area_seq", name=op.f("pk_watch_state")),
    )
    op.create_table(
        "alert_incident",
        sa.Column("alert_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_seq", sa.BigInteger(), nullable=False),
        sa.Column("watch_area_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["alert_seq"], ["alert.seq"], name=op.f("fk_alert_incident_alert_seq_alert")),
        sa.PrimaryKeyConstraint("alert_seq", "incident_seq", name=op.f("pk_alert_incident")),
    )
    op.create_index("ix_alert_incident_area", "alert_incident", ["watch_area_seq", "incident_seq"])
    op.create_table(
        "delivery",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("ceiling", sa.SmallInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_seq"], ["alert.seq"], name=op.f("fk_delivery_alert_seq_alert")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_delivery")),
        sa.UniqueConstraint("id", name=op.f("uq_delivery_id")),
    )
    op.create_index(op.f("ix_delivery_alert_seq"), "delivery", ["alert_seq"])
    op.create_index(op.f("ix_delivery_outcome"), "delivery", ["outcome"])
