"""`watchfloor release …`: recipients, what they would get, what they got, checking and calling back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from dashboard.cli import release_decide
from dashboard.cli.export import ask, filter_option, judged_as_json, judged_in_words, kind_argument, to_option
from dashboard.cli.opened import opened_store
from dashboard.cli.output import REFUSED, json_option, say
from dashboard.cli.release_decide import line_of, number_of, tell
from data.errors import Invalid, NotFound
from data.manifest import SUFFIX, Signer, check
from data.model import StoreKind, Tlp
from data.release import Approval, Channel, NewRecipient, Recipient, RecipientKind
from data.release_records import Release, State
from data.settings import load
from data.store import Store

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("release")
def release_group() -> None:
    """Give records to partners, know who got what, and call it back."""


@release_group.command()
@click.argument("key")
@click.option("--name", default="", help="Name in full.  [default: the key]")
@click.option(
    "--kind", type=click.Choice(["agency", "person", "public"]), default="agency", show_default=True
)
@click.option("--agency", default="", help="Name of the recipient's agency, where the center knows it.")
@click.option(
    "--clearance", type=click.Choice([tlp.name.lower() for tlp in Tlp]), default="clear", show_default=True
)
@click.option("--law-enforcement", is_flag=True, help="May be given what is law-enforcement sensitive.")
@click.option(
    "--store",
    "stores",
    type=click.Choice([kind.value for kind in StoreKind]),
    multiple=True,
    default=["open"],
    show_default=True,
    help="A store that is agreed; give it once for each.",
)
@click.option(
    "--granted-by", multiple=True, metavar="AGENCY", help="An agency whose records may be passed on."
)
@click.option("--until", default="", metavar="DATE", help="Last day of the agreement.")
@click.option("--agreement", default="", help='What is agreed is called: "MOU 2026-14".')
@click.option("--mail", multiple=True, metavar="ADDRESS", help="Where recalls and corrections are told.")
@click.option("--webhook", multiple=True, metavar="URL", help="The same, as a signed POST.")
@click.option(
    "--approval",
    type=click.Choice(["never", "always", *(tlp.name.lower() for tlp in Tlp)]),
    default="never",
    show_default=True,
    help="When a second person is asked: always, or from this marking on.",
)
@click.option(
    "--smallest-cell",
    type=click.IntRange(0, 10_000),
    default=0,
    show_default=True,
    help="Counts of fewer records than this are not given. The public: 5 or more.",
)
@click.option("--end", is_flag=True, help="Nothing goes to this recipient any more.")
@json_option
def recipient(
    *,
    key: str,
    name: str,
    kind: str,
    agency: str,
    clearance: str,
    law_enforcement: bool,
    stores: tuple[str, ...],
    granted_by: tuple[str, ...],
    until: str,
    agreement: str,
    mail: tuple[str, ...],
    webhook: tuple[str, ...],
    approval: str,
    smallest_cell: int,
    end: bool,
    as_json: bool,
) -> None:
    """Add or change the recipient KEY, and what is agreed with them."""
    with opened_store() as store:
        system = store.system_actor()
        if end:
            kept = store.recipients.end(system, key)
        else:
            new = NewRecipient(
                key=key,
                name=name or key,
                kind=RecipientKind(kind),
                agency_id=_agency(store, agency) if agency else None,
                clearance=Tlp[clearance.upper()],
                law_enforcement=law_enforcement,
                stores=frozenset(StoreKind(one) for one in stores),
                granted_by=frozenset(_agency(store, one) for one in granted_by),
                until=_end_of(until) if until else None,
                agreement=agreement,
                channels=(
                    *(Channel(kind="smtp", address=one) for one in mail),
                    *(Channel(kind="webhook", address=one) for one in webhook),
                ),
                approval=_approval(approval),
                smallest_cell=smallest_cell,
            )
            kept = store.recipients.put(system, new)
    say(_recipient(kept), as_json=as_json, text=_agreed(kept))


@release_group.command()
@json_option
def recipients(*, as_json: bool) -> None:
    """List the recipients."""
    with opened_store() as store:
        everybody = store.recipients.all(store.system_actor())
    known = [one for one in everybody if one.kind is not RecipientKind.OWN]
    none = "No recipients yet. Add one: watchfloor release recipient KEY --clearance green --store incident"
    say(
        {"items": [_recipient(one) for one in known]},
        as_json=as_json,
        text="\n".join(map(_agreed, known)) or none,
    )


@release_group.command()
@kind_argument
@filter_option
@to_option
@json_option
def preview(*, what: str, query: str, to: str, as_json: bool) -> None:
    """Say what RECIPIENT would get, what not, and why; nothing leaves."""
    from data.mirror import Mirror
    from layers.release import judge

    with opened_store() as store:
        judged = judge(store, Mirror(store), ask(store, what, query=query, to=to, purpose="preview"))
    say(judged_as_json(judged), as_json=as_json, text=judged_in_words(judged, what))


@release_group.command()
@click.argument("file", type=FILE)
@click.option("--manifest", type=FILE, help=f"Its manifest.  [default: FILE{SUFFIX}]")
@click.option(
    "--key", default="", help="Public key of the center, as `watchfloor release key` prints it there."
)
@json_option
def verify(*, file: Path, manifest: Path | None, key: str, as_json: bool) -> None:
    """Say whether FILE is whole and, where this store released it, still valid.

    A partner needs no store: only the file, its manifest, and the center's public key.
    """
    found = check(file, manifest or file.with_name(file.name + SUFFIX), public_key=key)
    problem = found.problem or _called_back(str(found.manifest["sha256"]))
    about = found.manifest
    answer = {"valid": not problem, "problem": problem, "signer_checked": bool(key), "manifest": dict(about)}
    who = "" if key else " Without --key this shows that nothing was changed, not who signed it."
    text = problem or (
        f"{about['file']} is whole: {about['marking']}, made {about['made_at']} by {about['center']} "
        f"for {about['recipient']} ({about['purpose']}).{who}"
    )
    say(answer, as_json=as_json, text=text)
    if problem:
        raise SystemExit(REFUSED)


@release_group.command()
@json_option
def key(*, as_json: bool) -> None:
    """Print the public key that partners check files with."""
    with opened_store() as store:
        public = Signer(store.settings.home / "keys" / "release.key").public_key
    say({"public_key": public}, as_json=as_json, text=public)


@release_group.command()
@click.argument("number", metavar="RELEASE")
@click.option("--reason", required=True, help="What is wrong with it.")
@json_option
def recall(*, number: str, reason: str, as_json: bool) -> None:
    """Call a release back; its recipient is told through their channels."""
    with opened_store() as store:
        system = store.system_actor()
        called = store.releases.recall(system, number_of(number), reason=reason)
        told = store.notices.of(system, called.id)[-1].tellings
    who = f"{called.recipient_name} is told through {len(told)} channels." if told else tell(called, reason)
    say(line_of(called), as_json=as_json, text=f"Called back. {who}")


@release_group.command("log")
@click.option("--words", default="", help="In purpose, authority, file or filter.")
@click.option("--to", default="", metavar="RECIPIENT", help="Key of a recipient.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@json_option
def log(*, words: str, to: str, limit: int, as_json: bool) -> None:
    """List who got what, when, why and under which authority, newest first."""
    with opened_store() as store:
        lines = store.releases.log(store.system_actor(), words=words, to=to, limit=limit)
    text = "\n".join(
        f"{one.at:%Y-%m-%d %H:%MZ}  {one.recipient}  {one.records:,} {one.kind}s  {one.marking.label}  "
        f"{one.purpose}  {one.id}{_state(one)}"
        for one in lines
    )
    say(
        {"items": [line_of(one) for one in lines]}, as_json=as_json, text=text or "Nothing has been released."
    )


def _called_back(sha256: str) -> str:
    if not load().home.is_dir():
        return ""  # a partner's machine
    with opened_store() as store:
        known = store.releases.of_file(sha256)
    if known is None:
        return ""
    if known.state is not State.RELEASED:
        return f"It was never let out: it is {known.state.value}."
    if known.recalled is None:
        return ""
    return f"It was called back on {known.recalled:%Y-%m-%d %H:%MZ}: {known.recall_reason}"


def _agency(store: Store, name: str) -> int:
    known = {one.name.casefold(): one.id for one in store.agencies.all()}
    known |= {one.short_name.casefold(): one.id for one in store.agencies.all()}
    if name.casefold() not in known:
        raise NotFound(f"There is no agency {name[:60]!r}.", hint="Agencies: see the Admin page.")
    return known[name.casefold()]


def _approval(name: str) -> Approval:
    if name in ("never", "always"):
        return Approval(always=name == "always")
    return Approval(above=Tlp[name.upper()])


def _end_of(day: str) -> datetime:
    try:
        return datetime.fromisoformat(day).replace(hour=23, minute=59, second=59, tzinfo=UTC)
    except ValueError as error:
        raise Invalid(f"{day[:40]!r} is no day.", hint="Write it as 2027-06-30.") from error


def _recipient(one: Recipient) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "kind": one.kind.value,
        "clearance": one.clearance.label,
        "law_enforcement": one.law_enforcement,
        "stores": sorted(store.value for store in one.stores),
        "granted_by": sorted(one.granted_by),
        "until": None if one.until is None else one.until.isoformat(),
        "agreement": one.agreement,
        "smallest_cell": one.smallest_cell,
        "ended": None if one.ended is None else one.ended.isoformat(),
    }


def _agreed(one: Recipient) -> str:
    stores = ", ".join(sorted(store.value for store in one.stores))
    until = f", until {one.until:%Y-%m-%d}" if one.until else ""
    state = "  (no longer a recipient)" if one.ended else ""
    return f"{one.key}: {one.name}, up to {one.clearance.label}, {stores}{until}{state}"


def _state(one: Release) -> str:
    return (
        "  CALLED BACK" if one.recalled else "" if one.state is State.RELEASED else f"  {one.state.upper()}"
    )


for _one in release_decide.commands:
    release_group.add_command(_one)

commands = (release_group,)
