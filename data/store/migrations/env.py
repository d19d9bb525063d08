"""Alembic's entry: migrate over the connection that `data.store.migrate` opened."""

from __future__ import annotations

from alembic import context

from data.store.tables import metadata

connection = context.config.attributes["connection"]
# The caller's transaction holds all steps together; on SQLite too, where alembic would not expect it.
context.configure(
    connection=connection, target_metadata=metadata, transactional_ddl=False, render_as_batch=False
)
context.run_migrations()
