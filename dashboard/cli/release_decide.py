"""`watchfloor release send|approve|refuse|recall|correct|answer|audit`: letting out, and what follows."""

from __future__ import annotations

import csv as tables
import io
import json
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from dashboard.cli.opened import opened_store
from dashboard.cli.output import json_option, say
from data.access import Actor
from data.errors import Forbidden, Invalid, NotFound
from data.manifest import SUFFIX
from data.release_records import Release, State
from data.store import Store

_OUT = click.Path(dir_okay=False, path_type=Path)
_release = click.argument("number", metavar="RELEASE")
_by = click.option("--by", required=True, metavar="NAME", help="Who decides: a user who may release.")


@click.command()
@click.argument("what", metavar="incidents|sites|hotspots|photos|RELEASE")
@click.option("--filter", "query", default="", help="What the address of the Watch page says after the ?.")
@click.option("--to", default="", metavar="RECIPIENT", help="Key of the recipient.")
@click.option("--format", "form", default="csv", show_default=True)
@click.option("--purpose", default="", help="What the recipient needs it for.")
@click.option("--authority", default="", help="Under which law or agreement it is given.")
@click.option("--out", required=True, type=_OUT, help="File to write; its manifest is put beside it.")
@json_option
def send(
    *, what: str, query: str, to: str, form: str, purpose: str, authority: str, out: Path, as_json: bool
) -> None:
    """Let a product out, or write the file of a RELEASE that was approved meanwhile."""
    if not out.parent.is_dir():
        raise Invalid(f"There is no folder {out.parent}.", hint="Make it, or name another place with --out.")
    with opened_store() as store:
        if what in ("incidents", "sites", "hotspots", "photos"):
            if not to:
                raise Invalid("To whom?", hint="Name the recipient with --to.")
            line = _made(store, what, query=query, to=to, form=form, purpose=purpose, authority=authority)
        else:
            line = store.releases.get(store.system_actor(), number_of(what))
        answer = line_of(line) | {"file": str(out)}
        if line.state is State.HELD:
            text = f"It waits for a second person ({line.why_held}). Then: watchfloor release send {line.id}"
            say(answer, as_json=as_json, text=text)
            return
        _copy(store, line, out)
    say(answer, as_json=as_json, text=f"{line.records:,} records for {line.recipient_name} in {out}.")


@click.command()
@_release
@_by
@click.option("--note", default="")
@json_option
def approve(*, number: str, by: str, note: str, as_json: bool) -> None:
    """Let a held release go. Who made it may not."""
    from layers.release import approve as let_go

    with opened_store() as store:
        line = let_go(store, _person(store, by), number_of(number), note=note)
    say(line_of(line), as_json=as_json, text=f"Approved. watchfloor release send {line.id} --out FILE")


@click.command()
@_release
@_by
@click.option("--note", default="", help="Why.")
@json_option
def refuse(*, number: str, by: str, note: str, as_json: bool) -> None:
    """Keep a held release back for good."""
    with opened_store() as store:
        line = store.releases.decide(_person(store, by), number_of(number), approve=False, note=note)
    say(line_of(line), as_json=as_json, text=f"{line.file} does not leave.")


@click.command()
@_release
@click.option("--note", required=True, help="What was wrong with it.")
@json_option
def correct(*, number: str, note: str, as_json: bool) -> None:
    """Tell the recipient of a release what was wrong with it."""
    with opened_store() as store:
        line = store.releases.correct(store.system_actor(), number_of(number), note=note)
        told = store.notices.of(store.system_actor(), line.id)[-1].tellings
    text = f"{line.recipient_name} is told through {len(told)} channels." if told else tell(line, note)
    say(line_of(line), as_json=as_json, text=text)


@click.command("answer")
@click.argument("agency")
@click.argument("state", type=click.Choice(["asked", "granted", "denied"]))
@click.option("--to", required=True, metavar="RECIPIENT", help="Key of the recipient.")
@click.option("--incident", default="", metavar="ID", help="One record; without it, all of the agency's.")
@click.option("--note", default="")
@json_option
def answer(*, agency: str, state: str, to: str, incident: str, note: str, as_json: bool) -> None:
    """Write down that AGENCY was asked, or what it said, about passing its records on."""
    with opened_store() as store:
        known = {one.name.casefold(): one.id for one in store.agencies.all()}
        if agency.casefold() not in known:
            raise NotFound(f"There is no agency {agency[:60]!r}.", hint="Agencies: see the Admin page.")
        made = store.third_agency.add(
            store.system_actor(),
            agency_id=known[agency.casefold()],
            to=to,
            state=state,
            incident=number_of(incident) if incident else None,
            note=note,
        )
    about = {"agency": made.agency, "recipient": to, "state": state, "incident": incident or None}
    say(about, as_json=as_json, text=f"{made.agency}: {state}, for {to}.")


@click.command("auditors")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--out", required=True, type=_OUT, help="File to write.")
@json_option
def auditors(*, form: str, out: Path, as_json: bool) -> None:
    """Write the whole dissemination log for auditors, every notice with it as JSON."""
    from layers.export import csv

    with opened_store() as store:
        system = store.system_actor()
        lines = store.releases.log(system, limit=1_000_000)
        rows = [line_of(one) for one in lines]
        if form == "json":
            for one, row in zip(lines, rows, strict=True):
                row["notices"] = [
                    {"kind": told.kind, "text": told.text, "at": told.at.isoformat(), "by": told.by}
                    for told in store.notices.of(system, one.id)
                ]
            out.write_text(json.dumps({"items": rows}, indent=1, ensure_ascii=False) + "\n", "utf-8")
        else:
            text = io.StringIO()
            writer = tables.writer(text)
            writer.writerow(rows[0] if rows else [])
            writer.writerows([csv.cell(value) for value in row.values()] for row in rows)
            out.write_text("\ufeff" + text.getvalue(), "utf-8")
    say({"releases": len(rows), "file": str(out)}, as_json=as_json, text=f"{len(rows):,} releases in {out}.")


def number_of(text: str) -> UUID:
    """Return the id of a release or record; raise Invalid."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(f"{text[:60]!r} is no id.", hint="See `watchfloor release log`.") from error


def tell(line: Release, what: str) -> str:
    """Return whom people have to tell, where no channel does."""
    return f"Tell {line.recipient_name}: {line.file}, {what}"


def line_of(one: Release) -> dict[str, Any]:
    """Return a line of the dissemination log as a program reads it."""
    return {
        "id": str(one.id),
        "at": one.at.isoformat(),
        "by": one.by,
        "recipient": one.recipient,
        "purpose": one.purpose,
        "authority": one.authority,
        "file": one.file,
        "sha256": one.sha256,
        "form": one.form,
        "kind": one.kind,
        "filter": one.filter,
        "marking": one.marking.label,
        "records": one.records,
        "state": one.state.value,
        "why_held": one.why_held,
        "decided_by": one.decided_by,
        "recalled": None if one.recalled is None else one.recalled.isoformat(),
        "recall_reason": one.recall_reason,
    }


def _made(store: Store, what: str, *, to: str, query: str, **more: Any) -> Release:
    from dashboard.releasing import maker
    from dashboard.services import Services
    from dashboard.wishes import Wish
    from data.mirror import Mirror

    system = store.system_actor()
    services = Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock)
    recipient = store.recipients.get(system, to)
    wish = Wish(actor=system, what=what, recipient=recipient, filter=query, **more)
    return maker(what).make(services, wish).release


def _copy(store: Store, line: Release, out: Path) -> None:
    from layers.release import released_file

    left = released_file(store, store.system_actor(), line.id)
    shutil.copyfile(left.manifest, out.with_name(out.name + SUFFIX))
    shutil.copyfile(left.file, out)


def _person(store: Store, name: str) -> Actor:
    """Return the user who decides, as an actor."""
    user = store.users.find(name)
    if user.disabled:
        raise Forbidden(f"{name} is disabled.")
    law = next(one.law_enforcement for one in store.agencies.all() if one.id == user.agency_id)
    return Actor(user.id, user.name, user.role, user.agency_id, law, user.clearance, user.stores)


commands = (send, approve, refuse, correct, answer, auditors)
