"""Briefs, their pages and numbers, questions asked, and schedules.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _seq() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("seq", kind, autoincrement=True, nullable=False)


def _column(name: str, kind: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null)


def _made(table: str, *more: Any, unique: bool = True) -> None:
    keys: list[Any] = [sa.PrimaryKeyConstraint("seq", name=op.f(f"pk_{table}"))]
    if unique:
        keys.append(sa.UniqueConstraint("id", name=op.f(f"uq_{table}_id")))
    op.create_table(table, _seq(), *more, *keys)


def _to(table: str, column: str, other: str, key: str = "seq") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=op.f(f"fk_{table}_{column}_{other}"))


def _indexed(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def upgrade() -> None:
    _made(
        "brief",
        _column("id", sa.Uuid()),
        _column("title", sa.String(length=200)),
        _column("template", sa.String(length=40)),
        _column("filter", sa.Text()),
        _column("bbox", sa.JSON(), null=True),
        _column("from_ms", sa.BigInteger()),
        _column("to_ms", sa.BigInteger()),
        _column("since_id", sa.Uuid(), null=True),
        _column("owner_id", sa.Integer()),
        _column("owner_name", sa.String(length=200)),
        _column("agency_id", sa.Integer(), null=True),
        _column("schedule_id", sa.Uuid(), null=True),
        _column("made_ms", sa.BigInteger()),
        _column("frozen_ms", sa.BigInteger(), null=True),
        _column("gone_ms", sa.BigInteger(), null=True),
        _column("revision", sa.Integer()),
        _to("brief", "agency_id", "agency", "id"),
    )
    _indexed("brief", "owner_id")
    _indexed("brief", "agency_id")
    _made(
        "brief_page",
        _column("id", sa.Uuid()),
        _column("brief_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        _column("position", sa.Integer()),
        _column("kind", sa.String(length=24)),
        _column("view", sa.JSON()),
        _column("content", sa.Text()),
        _column("proposed", sa.JSON()),
        _column("edited", sa.Boolean()),
        _column("scopes", sa.JSON()),
        _to("brief_page", "brief_seq", "brief"),
    )
    _indexed("brief_page", "brief_seq")
    _made(
        "brief_figure",
        _column("page_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        _column("key", sa.String(length=60)),
        _column("label", sa.Text()),
        _column("value", sa.Float()),
        _column("unit", sa.String(length=40)),
        _column("query", sa.Text()),
        _column("at_ms", sa.BigInteger()),
        _column("kind", sa.String(length=40)),
        _column("records", sa.Integer()),
        _column("behind", sa.LargeBinary()),
        _to("brief_figure", "page_seq", "brief_page"),
        unique=False,
    )
    _indexed("brief_figure", "page_seq")
    _made(
        "brief_question",
        _column("id", sa.Uuid()),
        _column("brief_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        _column("page_id", sa.Uuid(), null=True),
        _column("text", sa.Text()),
        _column("at_ms", sa.BigInteger()),
        _column("user_name", sa.String(length=200)),
        _to("brief_question", "brief_seq", "brief"),
    )
    _indexed("brief_question", "brief_seq")
    _made(
        "brief_schedule",
        _column("id", sa.Uuid()),
        _column("title", sa.String(length=200)),
        _column("template", sa.String(length=40)),
        _column("filter", sa.Text()),
        _column("at", sa.String(length=5)),
        _column("zone", sa.String(length=60)),
        _column("days", sa.JSON()),
        _column("recipients", sa.JSON()),
        _column("forms", sa.JSON()),
        _column("hold", sa.Boolean()),
        _column("active", sa.Boolean()),
        _column("owner_id", sa.Integer()),
        _column("due_ms", sa.BigInteger(), null=True),
        _column("ran_ms", sa.BigInteger(), null=True),
        _column("outcome", sa.Text()),
        _column("brief_id", sa.Uuid(), null=True),
        _column("gone_ms", sa.BigInteger(), null=True),
        _column("revision", sa.Integer()),
        _to("brief_schedule", "owner_id", "user_account", "id"),
    )
