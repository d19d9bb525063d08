"""`watchfloor import calls FILE`: lists of calls for help, each row a call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.opened import opened_store
from dashboard.cli.output import REJECTS, json_option, say
from data.errors import Invalid
from data.model import LonLat, Tlp

if TYPE_CHECKING:
    from data.importers.calls import Placed
    from data.importers.report import Report
    from data.store import Store

_SURE = 0.5  # a text that may as well mean another place leaves the call without one


@click.command("calls")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Column of a field.")
@click.option("--source", default="", help="Key of the source, to import a newer version of a list.")
@click.option("--timezone", default="", help="Zone of times that state none.")
@click.option(
    "--tlp", type=click.Choice([tlp.name.lower() for tlp in Tlp]), default="amber", show_default=True
)
@click.option("--dry-run", is_flag=True, help="Count, and write nothing.")
@json_option
def calls(
    file: Path, *, maps: tuple[str, ...], source: str, timezone: str, tlp: str, dry_run: bool, as_json: bool
) -> None:
    """Import calls for help from FILE (CSV, Excel, or an Ushahidi export).

    Of an Ushahidi export the reports of trapped people and of search and rescue are calls. A call without
    coordinates is put where its text says, if that is one place. Importing a file again changes nothing.
    """
    from data.importers.calls import CallOptions, run

    options = CallOptions(
        told=dict(_column(text) for text in maps) or None,
        source_key=source,
        tlp=Tlp[tlp.upper()],
        timezone=timezone,
        dry_run=dry_run,
    )
    with opened_store() as store:
        report = run(store, store.system_actor(), file, options=options, locate=locator(store))
    say(report.as_dict(), as_json=as_json, text=_words(report))
    if report.quarantined:
        raise SystemExit(REJECTS)


def _column(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not equals:
        raise Invalid(f"{text[:60]!r} maps nothing.", hint="Write --map narrative=COLUMN.")
    return field, column


def locator(store: Store) -> Callable[[str, LonLat | None], Placed | None]:
    """Return the function that puts a call where its text says, if the text means one place."""
    from data.gazetteer import places
    from data.gazetteer.addresses import Address
    from data.importers.calls import Placed
    from layers.rescue.ground import Ground
    from layers.rescue.locate import locate_on

    actor = store.system_actor()
    ground = Ground(places.load(), lambda key: store.streets.stretches(actor, Address(0, key)))

    def locate(text: str, near: LonLat | None) -> Placed | None:
        found = locate_on(ground, text[:2_000], near, limit=1)
        if not found or found[0].weight < _SURE:
            return None
        return Placed(LonLat(found[0].lon, found[0].lat), found[0].accuracy_m)

    return locate


def _words(report: Report) -> str:
    lines = [
        f"{report.file}: {report.read:,} calls, {report.format} ({report.profile or 'columns detected'})"
        + (" · DRY RUN, nothing written" if report.dry_run else ""),
        f"  added {report.added:,} · updated {report.updated:,} · unchanged {report.unchanged:,}"
        f" · duplicate {report.duplicate:,} · in quarantine {report.quarantined:,}",
    ]
    lines += [f"    {count:,} × {reason.replace('_', ' ')}" for reason, count in report.reasons.most_common()]
    if report.unlocated:
        lines.append(f"  {report.unlocated:,} calls have no place yet")
    lines += [f"  {note}" for note in report.notes]
    lines.append(f"  source {report.source} · {report.marking} · {report.seconds:.1f} s")
    return "\n".join(lines)
