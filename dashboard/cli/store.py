"""`watchfloor backup FILE` and `watchfloor restore FILE`."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.cli.opened import opened_store
from dashboard.cli.output import json_option, say


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Write the store into FILE while it is in use. Keep FILE safe: it holds everything."""
    from data.store.backup import back_up

    with opened_store() as store:
        made = back_up(store.engine, store.settings, file, clock=store.clock)
    say(
        {"file": str(file), "bytes": file.stat().st_size, "schema": made.schema, "tables": dict(made.tables)},
        as_json=as_json,
        text=f"Wrote {file} ({file.stat().st_size / 1_048_576:.1f} MB).",
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def restore(file: Path, as_json: bool) -> None:
    """Bring a backup back into an empty WATCHFLOOR_HOME. Everybody signs in again."""
    from data.settings import load
    from data.store import open_store
    from data.store.backup import restore as bring_back

    settings = load()
    held = bring_back(file, settings)
    open_store(settings).close()  # brings an older schema up to date
    say(
        {"file": str(file), "home": str(settings.home), "schema": held.schema, "tables": dict(held.tables)},
        as_json=as_json,
        text=f"Restored the store of {held.made} into {settings.home}.",
    )


commands = [backup, restore]
