"""`watchfloor import incidents|sites|areas FILE`: files into the store, every row accounted for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from dashboard.cli.calls import calls
from dashboard.cli.opened import opened_store
from dashboard.cli.output import REJECTS, json_option, say
from dashboard.cli.roads import roads
from data.errors import Invalid, UnreadableFile
from data.importers.mapping import Kind
from data.model import StoreKind, Tlp

if TYPE_CHECKING:
    from data.importers.opening import Options
    from data.importers.report import Report
    from data.store import Store

KINDS: tuple[Kind, ...] = ("incidents", "sites", "areas")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the three commands the same options."""
    for option in reversed(
        [
            click.argument("file", type=click.Path(path_type=Path)),
            click.option(
                "--profile",
                default="",
                help="How to read the file: a shipped or a saved profile, or none to detect the columns.",
            ),
            click.option(
                "--map",
                "maps",
                multiple=True,
                metavar="FIELD=COLUMN",
                help="Column of a field; occurred=COLUMN:dmy tells the order of a date.",
            ),
            click.option(
                "--set", "values", multiple=True, metavar="FIELD=VALUE", help="One value for every row."
            ),
            click.option(
                "--source", default="", help="Key of the source, to import a newer version of a list."
            ),
            click.option("--layer", default="", help="Sheet, layer or member of a file that holds several."),
            click.option(
                "--crs", default="", help="Coordinate system: EPSG:2249, or local:LON,LAT for a metre grid."
            ),
            click.option("--timezone", default="", help="Zone of times that state none."),
            click.option(
                "--area",
                "areas",
                multiple=True,
                metavar="W,S,E,N",
                help="Where rows may be; others go to quarantine.",
            ),
            click.option(
                "--store",
                "store_kind",
                type=click.Choice([kind.value for kind in StoreKind]),
                help="Which of the four stores.",
            ),
            click.option(
                "--tlp",
                type=click.Choice([tlp.name.lower() for tlp in Tlp]),
                help="Marking of the records; unmarked counts as red.",
            ),
            click.option(
                "--partial", is_flag=True, help="Not the whole list: no site is gone because it is missing."
            ),
            click.option("--save-profile", default="", help="Keep the mapping under this name."),
            click.option("--dry-run", is_flag=True, help="Count, and write nothing."),
            click.option(
                "--report",
                "report_file",
                type=click.Path(path_type=Path),
                help="Write the report to this file, as JSON.",
            ),
            json_option,
        ]
    ):
        command = option(command)
    return command


@click.group(name="import")
def importing() -> None:
    """Import incidents, sites or areas from a file.

    Rows that cannot be taken in are kept in quarantine with a reason. Importing a file again changes nothing.
    Exit codes: 0 done, 1 done but some rows are in quarantine, 2 refused.
    """


def _command(kind: Kind) -> click.Command:
    @click.command(name=kind, help=f"Import {kind} from FILE.")
    @_options
    def command(file: Path, **given: Any) -> None:
        _import(kind, file, **given)

    made: click.Command = command
    return made


for _kind in KINDS:
    importing.add_command(_command(_kind))
importing.add_command(roads)
importing.add_command(calls)


def _import(
    kind: Kind,
    file: Path,
    *,
    save_profile: str,
    report_file: Path | None,
    as_json: bool,
    profile: str,
    **given: Any,
) -> None:
    from data.importers.detect import NO_PROFILE
    from data.importers.mapping import Mapping
    from data.importers.pipeline import run
    from data.importers.profiles import names
    from data.store.batches import Batches

    if save_profile == NO_PROFILE:
        raise Invalid(f"A profile cannot be called {NO_PROFILE!r}.", hint="Choose another name.")
    with opened_store() as store:
        actor = store.system_actor()
        saved = Batches(store).profiles(actor, kind=kind)
        own = profile in saved and profile not in (NO_PROFILE, *names())
        mapping = Mapping.model_validate(saved[profile]) if own else None
        options = _as_options(kind, profile="" if mapping else profile, **given)
        report = run(
            store, actor, file, mapping, kind=kind, options=options, on_progress=_progress(quiet=as_json)
        )
        if save_profile:
            _save(store, report, save_profile)
    said = report.as_dict()
    if report_file:
        _write(report_file, said)
    say(said, as_json=as_json, text=_words(report))
    if report.quarantined:
        raise SystemExit(REJECTS)


def _as_options(
    kind: Kind,
    *,
    maps: tuple[str, ...],
    values: tuple[str, ...],
    areas: tuple[str, ...],
    crs: str,
    timezone: str,
    profile: str,
    source: str,
    layer: str,
    store_kind: str | None,
    tlp: str | None,
    partial: bool,
    dry_run: bool,
) -> Options:
    from data.importers.amend import of_texts
    from data.importers.opening import Options

    parts = {"crs": crs, "timezone": timezone, "areas": tuple(_box(text) for text in areas)}
    return Options(
        layer=layer,
        profile=profile,
        source_key=source,
        store=StoreKind(store_kind) if store_kind else None,
        tlp=Tlp[tlp.upper()] if tlp else None,
        dry_run=dry_run,
        partial=partial,
        told=of_texts(kind, maps, values, parts),
    )


def _box(text: str) -> tuple[float, ...]:
    try:
        sides = tuple(float(part) for part in text.split(","))
    except ValueError:
        sides = ()
    if len(sides) != 4 or sides[0] > sides[2] or sides[1] > sides[3]:
        raise Invalid(f"{text[:60]!r} is no area.", hint="Write west,south,east,north in degrees.")
    return sides


def _progress(*, quiet: bool) -> Callable[[str, int, int], None]:
    def tell(stage: str, done: int, total: int) -> None:
        if not quiet and sys.stderr.isatty():
            click.echo(
                f"\r{stage} {done:,} of {total:,}   " if total else f"\r{stage} …   ", nl=False, err=True
            )

    return tell


def _save(store: Store, report: Report, name: str) -> None:
    from data.store.batches import Batches

    batches = Batches(store)
    actor = store.system_actor()
    if report.batch is None:
        raise Invalid("A dry run saves no profile.", hint="Import without --dry-run.")
    batches.save_profile(actor, name, kind=report.kind, mapping=batches.get(actor, report.batch).mapping)


def _write(path: Path, said: dict[str, Any]) -> None:
    try:
        path.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2, default=str))
    except OSError as error:
        raise UnreadableFile(f"The report cannot be written to {path}: {error.strerror}.") from error


def _words(report: Report) -> str:
    lines = [
        f"{report.file}: {report.read:,} rows, {report.format} ({report.profile or 'columns detected'})"
        + (" · DRY RUN, nothing written" if report.dry_run else ""),
        f"  added {report.added:,} · updated {report.updated:,} · unchanged {report.unchanged:,}"
        f" · duplicate {report.duplicate:,} · in quarantine {report.quarantined:,}",
    ]
    lines += [f"    {count:,} × {reason.replace('_', ' ')}" for reason, count in report.reasons.most_common()]
    if report.kind == "sites" and (report.gone or report.moved or report.changed):
        lines.append(f"  gone {report.gone:,} · moved {report.moved:,} · changed {report.changed:,}")
    if report.unlocated:
        lines.append(f"  {report.unlocated:,} rows state no coordinates; they are kept without a place")
    for point in report.default_points[:5]:
        lines.append(
            f"  default point {point['lat']:.5f}, {point['lon']:.5f}: {point['rows']:,} rows, no hotspot"
        )
    if report.unmapped_types:
        rows, kinds = sum(report.unmapped_types.values()), len(report.unmapped_types)
        lines.append(f"  {rows:,} rows of {kinds:,} categories that have no type here are under Other")
    lines += [f"  {note}" for note in report.notes]
    lines.append(f"  source {report.source} · {report.marking} · {report.seconds:.1f} s")
    return "\n".join(lines)


commands = (importing,)
