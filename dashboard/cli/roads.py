"""`watchfloor import roads FILE`: streets for the search box, and the roads to travel on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.opened import opened_store
from dashboard.cli.output import REJECTS, json_option, say
from data.errors import Invalid
from data.model import StoreKind, Tlp

if TYPE_CHECKING:
    from data.importers.base import Sheet
    from data.importers.streets import StreetReport
    from data.store import Store
    from layers.roads.reading import RoadFile


@click.command("roads")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="Key of the source; a newer file takes the older one's place.")
@click.option("--place", default="", help="Town of a file that states none.")
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Column of a field.")
@click.option(
    "--split-crossings", is_flag=True, help="Lines that cross meet there; otherwise one is a bridge."
)
@click.option(
    "--tlp", type=click.Choice([tlp.name.lower() for tlp in Tlp]), default="clear", show_default=True
)
@click.option("--dry-run", is_flag=True, help="Count, and write nothing.")
@json_option
def roads(
    file: Path,
    *,
    source: str,
    place: str,
    maps: tuple[str, ...],
    split_crossings: bool,
    tlp: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import the roads of FILE (lines of any format, or .osm.pbf), so that one can travel on them.

    Streets with names and house numbers are found in the search box too; lines without a name are listed.
    Importing a file again changes nothing.
    """
    from data.importers.streets import has_names, run, source_of
    from layers.roads.reading import from_sheet, sheet_of

    told = dict(_pair(text) for text in maps)
    sheet = sheet_of(file)
    read = from_sheet(sheet, name=file.name, crossings=split_crossings)
    key, marking = source or source_of(file), Tlp[tlp.upper()]
    report: StreetReport | None = None
    with opened_store() as store:
        if told or has_names(sheet):
            report = run(
                store,
                store.system_actor(),
                file,
                source_key=key,
                place=place,
                told=told,
                tlp=marking,
                dry_run=dry_run,
                sheet=_named(sheet),
            )
        changed = not dry_run and _keep(store, read, key=key, name=file.name, tlp=marking)
    answer = _answer(file, read, report, changed=changed, dry_run=dry_run)
    say(answer, as_json=as_json, text=_in_words(answer) + (" · DRY RUN, nothing written" if dry_run else ""))
    if read.left_out or (report and report.quarantined):
        raise SystemExit(REJECTS)


def _named(sheet: Sheet) -> Sheet:
    """Return the rows that are streets: most ways of OpenStreetMap bear no name, and that is no fault."""
    if sheet.format != "osm.pbf":
        return sheet
    named = (sheet.frame["name"] != "").to_numpy()
    geometry = None if sheet.geometry is None else sheet.geometry[named]
    return replace(sheet, frame=sheet.frame.filter(named), rows=sheet.rows[named], geometry=geometry)


def _keep(store: Store, read: RoadFile, *, key: str, name: str, tlp: Tlp) -> bool:
    actor = store.system_actor()
    scope = store.scopes.intern(StoreKind.OPEN, tlp, agency_id=actor.agency_id)
    source = store.sources.intern(key, name=name, kind="streets", scope_id=scope)
    return store.networks.replace(actor, source, scope, read.network)


def _answer(
    file: Path, read: RoadFile, report: StreetReport | None, *, changed: bool, dry_run: bool
) -> dict[str, Any]:
    network = {
        "edges": len(read.network),
        "junctions": read.network.junctions,
        "one_way": int((read.network.oneway != 0).sum()),
        "rows_left_out": read.left_out,
        "changed": changed,
    }
    streets = report.as_dict() if report else {"file": file.name, "dry_run": dry_run, "added": 0}
    return {**streets, "network": network}


def _in_words(answer: dict[str, Any]) -> str:
    network = answer["network"]
    text = f"{answer['file']}: {network['edges']:,} roads between {network['junctions']:,} junctions"
    if network["rows_left_out"]:
        text += f", {network['rows_left_out']:,} rows without a line"
    if "read" not in answer:
        return f"{text}; no names, so no address is found by it (--map name=COLUMN says where they are)"
    return (
        f"{text}; {answer['read']:,} lines, {answer['added']:,} streets taken in, "
        f"{answer['with_numbers']:,} with house numbers, {answer['quarantined']:,} not taken in"
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not equals:
        raise Invalid(f"{text[:60]!r} maps nothing.", hint="Write --map name=COLUMN.")
    return name, column
