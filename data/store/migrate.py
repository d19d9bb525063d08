"""Bring a store to the schema of this version, or say why that cannot be."""

from __future__ import annotations

import functools
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from data.errors import Unavailable
from data.store.engine import reading, writing


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def current(engine: Engine) -> str | None:
    """Return the schema revision that the store has, None for an empty database."""
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


@functools.cache  # read from the program's own files, which do not change while it runs
def newest() -> str | None:
    """Return the schema revision that this version of Watchfloor needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


@functools.cache
def known_revisions() -> frozenset[str]:
    """Return every schema revision that this version of Watchfloor can read or bring up to date."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def upgrade(engine: Engine) -> None:
    """Bring the store to the newest schema in one transaction; a kill in the middle leaves the old one.

    Raise Unavailable when the store was made by a newer Watchfloor.
    """
    have = current(engine)
    if have == newest():
        return
    if have is not None and have not in known_revisions():
        raise Unavailable(
            f"The store has schema {have}, which this version of Watchfloor does not know.",
            hint="It was made by a newer version: install that version, or restore an older backup.",
        )
    config = _config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
