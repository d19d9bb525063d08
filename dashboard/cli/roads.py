"""`watchfloor import roads FILE`: streets with house numbers, for the search box."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.cli.opened import opened_store
from dashboard.cli.output import REJECTS, json_option, say
from data.errors import Invalid
from data.model import Tlp


@click.command("roads")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="Key of the source; a newer file takes the older one's place.")
@click.option("--place", default="", help="Town of a file that states none.")
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Column of a field.")
@click.option(
    "--tlp", type=click.Choice([tlp.name.lower() for tlp in Tlp]), default="clear", show_default=True
)
@click.option("--dry-run", is_flag=True, help="Count, and write nothing.")
@json_option
def roads(
    file: Path, *, source: str, place: str, maps: tuple[str, ...], tlp: str, dry_run: bool, as_json: bool
) -> None:
    """Import streets from FILE, so that addresses can be searched.

    Lines without a name are listed with the reason. Importing a file again changes nothing.
    """
    from data.importers.streets import run

    told = dict(_pair(text) for text in maps)
    with opened_store() as store:
        report = run(
            store,
            store.system_actor(),
            file,
            source_key=source,
            place=place,
            told=told,
            tlp=Tlp[tlp.upper()],
            dry_run=dry_run,
        )
    text = (
        f"{report.file}: {report.read:,} lines, {report.added:,} streets taken in, "
        f"{report.with_numbers:,} with house numbers, {report.quarantined:,} not taken in"
    )
    say(report.as_dict(), as_json=as_json, text=text + (" · DRY RUN, nothing written" if dry_run else ""))
    if report.quarantined:
        raise SystemExit(REJECTS)


def _pair(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not equals:
        raise Invalid(f"{text[:60]!r} maps nothing.", hint="Write --map name=COLUMN.")
    return name, column
