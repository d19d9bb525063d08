"""`watchfloor brief make`: a brief for a recipient, made of what they may be given, in the form they read."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import click

from dashboard.cli.export import to_option
from dashboard.cli.opened import opened_store
from dashboard.cli.output import json_option, say
from data.errors import Invalid, NotFound
from data.manifest import SUFFIX
from data.query import Query
from data.release_records import State

if TYPE_CHECKING:
    from data.brief_records import Brief
    from data.store import Store
    from layers.release import Left

FORMS = ("pdf", "pptx", "html", "png", "gpkg", "kml")


@click.group("brief")
def brief_group() -> None:
    """Make briefs."""


@brief_group.command("make")
@click.option("--template", required=True, metavar="NAME", help="morning, sitrep, bluf, …: any of the eight.")
@click.option("--view", default="", metavar="NAME", help="A saved view that the center's people share.")
@click.option("--filter", "query", default="", help="What the address of the Watch page says after the ?.")
@click.option("--since", default="", metavar="BRIEF|TIME", help="The brief before, by id, or where to begin.")
@click.option("--hours", type=click.FloatRange(0.1, 87_600), help="How far back.  [default: the template's]")
@click.option("--title", default="", help="Title.  [default: the template's]")
@to_option
@click.option("--purpose", default="briefing", show_default=True, help="What the recipient needs it for.")
@click.option("--authority", default="", help="Under which law or agreement it is given.")
@click.option("--format", "form", type=click.Choice(FORMS), default="pdf", show_default=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@json_option
def make(
    *,
    template: str,
    view: str,
    query: str,
    since: str,
    hours: float | None,
    title: str,
    to: str,
    purpose: str,
    authority: str,
    form: str,
    out: Path,
    as_json: bool,
) -> None:
    """Make a brief for RECIPIENT, with a signed manifest beside the file.

    It is made by somebody who sees what RECIPIENT may be given and nothing else, frozen, and entered in
    the dissemination log before the file is there.
    """
    if not out.parent.is_dir():
        raise Invalid(f"There is no folder {out.parent}.", hint="Make it, or name another place with --out.")
    if view and query:
        raise Invalid("A view has a filter of its own.", hint="Give --view or --filter.")
    with opened_store() as store:
        asked = {
            "template": template,
            "title": title,
            "filter": _filter_of(store, view) if view else query,
            "since": _since(store, since),
            "hours": hours,
        }
        made, left = _made(store, asked, to=to, form=form, purpose=purpose, authority=authority)
        if left.release.state is State.RELEASED:
            shutil.copyfile(left.manifest, out.with_name(out.name + SUFFIX))
            shutil.copyfile(left.file, out)
    say(_answer(made, left, out), as_json=as_json, text=_text(made, left, out))


def _made(
    store: Store, asked: dict[str, Any], *, to: str, form: str, purpose: str, authority: str
) -> tuple[Brief, Left]:
    from dashboard.briefing.compose import Briefing, Wanted
    from dashboard.briefing.leaving import BriefsOut
    from dashboard.services import Services
    from dashboard.wishes import Wish
    from data.mirror import Mirror
    from layers.release import narrowed

    system = store.system_actor()
    recipient = store.recipients.get(system, to)
    standing = narrowed(store, system, recipient)
    mirror = Mirror(store)
    mirror.refresh()
    services = Services(settings=store.settings, store=store, mirror=mirror, clock=store.clock)
    made = Briefing(services).make(standing, Wanted(**asked))
    made = store.briefs.freeze(system, made.id, revision=made.revision)
    wish = Wish(
        actor=system,
        what="brief",
        form=form,
        recipient=recipient,
        brief=made.id,
        purpose=purpose,
        authority=authority,
    )
    return made, BriefsOut().make(services, wish)


def _filter_of(store: Store, name: str) -> str:
    found = [one for one in store.views.visible(store.system_actor()) if one.name == name]
    if not found:
        raise NotFound(
            f"There is no shared view {name[:80]!r}.", hint="Share it on the Watch page, or give --filter."
        )
    return Query.parse(found[0].query).canonical()


def _since(store: Store, text: str) -> UUID | datetime | None:
    """Return a brief's id or a time; a time without a zone is the center's."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            f"{text[:60]!r} is no brief and no time.", hint="Write a time as 2026-11-01T06:00."
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(store.settings.timezone))


def _answer(made: Brief, left: Left, out: Path) -> dict[str, Any]:
    held = left.release.state is State.HELD
    return {
        "brief": str(made.id),
        "release": str(left.release.id),
        "state": left.release.state.value,
        "recipient": left.release.recipient,
        "pages": made.page_count,
        "marking": left.release.marking.label + (" LES" if left.release.law_enforcement else ""),
        "file": None if held else str(out),
        "manifest": None if held else str(out.with_name(out.name + SUFFIX)),
        "sha256": left.release.sha256,
    }


def _text(made: Brief, left: Left, out: Path) -> str:
    line = left.release
    if line.state is State.HELD:
        return (
            f"{made.title} for {line.recipient_name} waits for a second person ({line.why_held}).\n"
            f"Then: watchfloor release send {line.id} --out {out}"
        )
    return f"{made.title} for {line.recipient_name} in {out} ({line.marking.label})."


commands = (brief_group,)
