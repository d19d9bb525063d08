"""`watchfloor export incidents|sites`: a file for a recipient, through the release path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.opened import opened_store
from dashboard.cli.output import REJECTS, json_option, say
from data.errors import Invalid
from data.release_records import State

if TYPE_CHECKING:
    from data.store import Store
    from layers.release import Ask, Judged

KINDS = {"incidents": "incident", "sites": "site"}
FORMS = ("csv", "xlsx", "geojson", "kml", "gpkg", "parquet")

kind_argument = click.argument("what", type=click.Choice(list(KINDS)))
filter_option = click.option(
    "--filter", "query", default="", help="What the address of the Watch page says after the question mark."
)
to_option = click.option("--to", "to", required=True, metavar="RECIPIENT", help="Key of the recipient.")


@click.command("export")
@kind_argument
@click.option("--format", "form", type=click.Choice(FORMS), default="csv", show_default=True)
@filter_option
@to_option
@click.option("--purpose", required=True, help="What the recipient needs it for.")
@click.option("--authority", default="", help="Under which law or agreement it is given.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@json_option
def export(
    *, what: str, form: str, query: str, to: str, purpose: str, authority: str, out: Path, as_json: bool
) -> None:
    """Write incidents or sites that RECIPIENT may be given, with a signed manifest beside the file.

    What is marked above the agreement is kept back and counted here, never in the file. The release is
    entered in the dissemination log before the file is there.
    """
    from data.mirror import Mirror
    from layers.release import release

    if not out.parent.is_dir():
        raise Invalid(f"There is no folder {out.parent}.", hint="Make it, or name another place with --out.")
    with opened_store() as store:
        asked = ask(store, what, query=query, to=to, form=form, purpose=purpose, authority=authority)
        done = release(store, Mirror(store), asked, out)
    answer = {
        "release": str(done.release.id),
        "state": done.release.state.value,
        "file": str(done.file),
        "manifest": str(done.manifest),
        "sha256": done.release.sha256,
        **judged_as_json(done.judged),
    }
    many, to_whom = f"{done.judged.total:,} {what}", done.release.recipient_name
    text = f"{many} for {to_whom} in {done.file} ({done.judged.banner})."
    last = f"Manifest: {done.manifest}"
    if done.release.state is State.HELD:
        text = f"{many} for {to_whom} wait for a second person ({done.release.why_held})."
        last = f"Then: watchfloor release send {done.release.id} --out {done.file}"
    say(answer, as_json=as_json, text="\n".join([text, *_kept_back(done.judged), last]))
    if done.judged.withheld:
        raise SystemExit(REJECTS)


def ask(store: Store, what: str, *, query: str, to: str, **more: Any) -> Ask:
    """Return what a command line asks to let out, on behalf of the machine's own actor."""
    from layers.export.forms import Form
    from layers.release import Ask

    actor = store.system_actor()
    form = Form(more.pop("form", "csv"))
    recipient = store.recipients.get(actor, to)
    return Ask(actor=actor, kind=KINDS[what], filter=query, recipient=recipient, form=form, **more)


def judged_as_json(judged: Judged) -> dict[str, Any]:
    """Return what would leave and what would not, as a program reads it."""
    return {
        "records": judged.total,
        "sanitised": len(judged.versions),
        "marking": judged.banner,
        "generalised": judged.generalised,
        "withheld": {reason.name.lower(): count for reason, count in judged.withheld.items()},
    }


def judged_in_words(judged: Judged, what: str) -> str:
    """Return the same for people."""
    head = f"{judged.total:,} {what} would leave, marked {judged.banner}."
    coarse = ["Places to about 1 km, no free text, no names."] if judged.generalised else []
    return "\n".join([head, *coarse, *_kept_back(judged)])


def _kept_back(judged: Judged) -> list[str]:
    return [f"Kept back: {count:,} {reason.value}." for reason, count in judged.withheld.items()]


commands = (export,)
