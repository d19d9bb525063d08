"""The one function by which anything leaves: who asks, what, for whom, why and as what → a file, or nothing.

`build` makes the product as an actor who sees only what the recipient may be given, so that nothing else can
be in it. What it made is judged once more by the records that it says are inside, signed, and entered in the
dissemination log before it can be fetched. Fail closed: whatever raises on the way leaves nothing behind.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from data.access import Actor, Permission, require
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.manifest import SUFFIX, Signer, digest
from data.model import Scope, Tlp, new_id
from data.release import Recipient, RecipientKind, check_agreement, generalises, standing_for
from data.release_records import Item, NewRelease, Release, State
from data.store import Store
from data.store.tables import metadata
from layers.export.columns import moment

_CHUNK: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductAsk:
    """What somebody wants to let out, to whom, and why."""

    actor: Actor
    what: str  # "incident", "site", "hotspots", "brief", "tasks", …
    form: str  # "csv", "pdf", …: the file's suffix
    recipient: Recipient
    purpose: str
    authority: str = ""
    filter: str = ""  # what it was made of, as the log says it
    name: str = ""  # of the file; empty: what and when
    product: str = ""  # the same for what several recipients get of one product
    hold: str = ""  # why it waits for a person, whatever is agreed with the recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a product turned out to hold."""

    records: Sequence[Item]  # kind, seq and revision of every record that is inside or was counted
    marking: Tlp = Tlp.CLEAR  # of what people wrote themselves; that of the records is added here
    law_enforcement: bool = False
    generalised: str = "no"  # what was coarsened, in words


@dataclass(frozen=True, slots=True)
class Left:
    """What left, or is held: its line of the log, and where its files are kept."""

    release: Release
    file: Path
    manifest: Path


Build = Callable[[Actor, Path], Contents]


def narrowed(store: Store, actor: Actor, recipient: Recipient) -> Actor:
    """Return the actor who makes products for a recipient; raise Forbidden without agreement.

    Where an agency has denied the passing on of one record, all that is marked like it is left out of what
    is counted: a count could not leave out one record without telling of it.
    """
    check_agreement(recipient, store.clock.now())
    made = standing_for(actor, recipient, store.scopes.all())
    denied = store.third_agency.denied_scopes(recipient.id)
    return made if not denied else _without(made, denied)


def release_product(store: Store, ask: ProductAsk, build: Build) -> Left:
    """Make, judge, sign and log a product, and keep its file; it can be fetched unless it is held."""
    require(ask.actor, Permission.EXPORT)
    check_purpose(ask.purpose)
    standing = narrowed(store, ask.actor, ask.recipient)
    now, number = store.clock.now(), new_id()
    folder = folder_of(store, number)
    folder.mkdir(parents=True, mode=0o700)
    file = folder / (ask.name or f"watchfloor-{ask.what}-{now:%Y%m%dT%H%MZ}.{ask.form}")
    try:
        contents = build(standing, file)
        inside = check_contents(store, ask.actor, ask.recipient, contents.records)
        return _enter(store, ask, contents, inside, number=number, file=file, now=now)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def check_purpose(purpose: str) -> None:
    """Raise Invalid where nobody says what something is let out for."""
    if not purpose.strip():
        raise Invalid(
            "A release needs a purpose.", hint="Say in a few words what the recipient needs it for."
        )


def banner(marking: Tlp, *, law_enforcement: bool) -> str:
    """Return a marking with its caveat, as it stands in a banner."""
    return marking.label + (" LES" if law_enforcement else "")


def folder_of(store: Store, release_id: UUID) -> Path:
    """Return the folder in which what was released is kept as it left."""
    return store.settings.home / "releases" / str(release_id)


def released_file(store: Store, actor: Actor, release_id: UUID) -> Left:
    """Return a release with its files; raise Forbidden while it is held, NotFound where none was kept."""
    line = _readable(store, actor, release_id)
    if line.state is not State.RELEASED:
        raise Forbidden(f"This release is {line.state.value}.", hint="A second person has to approve it.")
    return _kept(store, line)


def held_file(store: Store, actor: Actor, release_id: UUID) -> Left:
    """Return a held release for the second person to look at, and write down that they did.

    Who made it is refused: in their hands it would have left without anybody's yes.
    """
    line = _readable(store, actor, release_id)
    if line.state is not State.HELD or line.by_id == actor.user_id:
        raise Forbidden("It waits for nobody's second look of yours.", hint="See its line in the log.")
    store.releases.looked(actor, release_id)
    return _kept(store, line)


def _readable(store: Store, actor: Actor, release_id: UUID) -> Release:
    line = store.releases.get(actor, release_id)
    visible = store.visible(actor)
    for kind, seqs in _by_kind(store.releases.records(actor, release_id)).items():
        if kind != "sanitised" and set(_column(store, kind, "scope_id", seqs).values()) - visible:
            raise Forbidden("It holds records that you may not see.", hint="Ask who made it.")
    return line


def _kept(store: Store, line: Release) -> Left:
    file = folder_of(store, line.id) / line.file
    if not line.file or not file.is_file():
        raise NotFound("No file of this release is kept.", hint="See its line in the log.")
    return Left(line, file, file.with_name(file.name + SUFFIX))


def approve(store: Store, actor: Actor, release_id: UUID, *, note: str = "") -> Release:
    """Return the release that a second person lets go; raise Conflict when it may not leave any more.

    Between making and approving, an agreement may have ended and a record may have been marked anew.
    """
    line = store.releases.get(actor, release_id)
    recipient = store.recipients.get(actor, line.recipient)
    if line.state is State.HELD:
        records = store.releases.records(actor, release_id)
        system = store.system_actor()
        check_agreement(recipient, store.clock.now())
        check_contents(store, system, recipient, records)
        if changed(store, records):
            raise Conflict(
                "Records in it have been changed since it was made.", hint="Refuse it, and make it anew."
            )
    return store.releases.decide(actor, release_id, approve=True, note=note)


def check_contents(store: Store, actor: Actor, recipient: Recipient, records: Sequence[Item]) -> list[Scope]:
    """Return the scopes of the records; raise Forbidden when one of them may not go to the recipient."""
    known = {scope.id: scope for scope in store.scopes.all()}
    visible = store.visible(standing_for(actor, recipient, known.values()))
    passed = store.third_agency.granted(recipient.id)
    denied = store.third_agency.denied(recipient.id)
    inside: set[int] = set()
    for kind, seqs in _by_kind(records).items():
        if kind == "sanitised":
            continue  # judged by its own marking where it is chosen
        scopes = _column(store, kind, "scope_id", seqs)
        own = recipient.kind is RecipientKind.OWN
        for seq in seqs:
            scope = scopes.get(seq)
            granted = kind == "incident" and seq in passed
            kept = kind == "incident" and seq in denied and not own
            if scope is None or kept or not (scope in visible or granted):
                raise Forbidden(
                    f"A record in this product may not go to {recipient.name}.",
                    hint="Nothing was written. Make it anew; if that does not help, tell the maintainers.",
                )
            inside.add(scope)
    return [known[number] for number in sorted(inside)]


def changed(store: Store, records: Sequence[Item]) -> int:
    """Return how many of the records are not any more as they were when they were released."""
    then: dict[tuple[str, int], int] = {(kind, seq): revision for kind, seq, revision in records}
    many = 0
    for kind, seqs in _by_kind(records).items():
        if kind not in metadata.tables or "revision" not in metadata.tables[kind].c:
            continue
        now = _column(store, kind, "revision", seqs)
        many += sum(now.get(seq) != then[kind, seq] for seq in seqs)
    return many


def _enter(
    store: Store,
    ask: ProductAsk,
    contents: Contents,
    inside: Sequence[Scope],
    *,
    number: UUID,
    file: Path,
    now: datetime,
) -> Left:
    marking = max([contents.marking, *(one.tlp for one in inside)])
    sensitive = contents.law_enforcement or any(one.law_enforcement for one in inside)
    _fits(ask.recipient, marking, sensitive=sensitive)
    sha256, size = digest(file)
    manifest = said(store, ask, marking=banner(marking, law_enforcement=sensitive), now=now) | {
        "records": len(contents.records),
        "generalised": contents.generalised,
        "id": str(number),
        "file": file.name,
        "sha256": sha256,
        "bytes": size,
    }
    signed = Signer(store.settings.home / "keys" / "release.key").sign(manifest)
    beside = file.with_name(file.name + SUFFIX)
    beside.write_text(json.dumps(signed, indent=2, ensure_ascii=False) + "\n", "utf-8")
    line = store.releases.add(
        ask.actor,
        NewRelease(
            id=number,
            recipient_id=ask.recipient.id,
            purpose=ask.purpose,
            authority=ask.authority,
            form=ask.form,
            kind=ask.what,
            filter=ask.filter,
            file=file.name,
            sha256=sha256,
            size=size,
            marking=marking,
            law_enforcement=sensitive,
            manifest=signed,
            records=contents.records,
            why_held=_why_held(ask, marking, sensitive=sensitive),
            product=ask.product,
        ),
    )
    return Left(line, file, beside)


def _why_held(ask: ProductAsk, marking: Tlp, *, sensitive: bool) -> str:
    agreed = ask.recipient.approval.why(marking, law_enforcement=sensitive, form=ask.form)
    return ", ".join(filter(None, [ask.hold, agreed]))


def said(store: Store, ask: ProductAsk, *, marking: str, now: datetime) -> dict[str, Any]:
    """Return what a product says of itself to its recipient. How much was kept back is not among it."""
    return {
        "made_at": moment(now),
        "center": store.settings.center_name,
        "recipient": ask.recipient.name,
        "purpose": ask.purpose,
        "authority": ask.authority,
        "form": ask.form,
        "marking": marking,
        "generalised": "places to about 1 km, free text left out" if generalises(ask.recipient) else "no",
    }


def _fits(recipient: Recipient, marking: Tlp, *, sensitive: bool) -> None:
    if recipient.kind is RecipientKind.OWN:
        return
    if marking > recipient.clearance or (sensitive and not recipient.law_enforcement):
        raise Forbidden(
            f"It is marked {banner(marking, law_enforcement=sensitive)}, above what is agreed with "
            f"{recipient.name}.",
            hint="Take out what carries the marking, or change the agreement.",
        )


def _without(actor: Actor, scopes: frozenset[int]) -> Actor:
    return replace(actor, only=(actor.only or frozenset()) - scopes)


def _by_kind(records: Sequence[Item]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for kind, seq, _ in records:
        found[kind].append(seq)
    return dict(found)


def _column(store: Store, kind: str, name: str, seqs: Sequence[int]) -> dict[int, int]:
    """Return a column of the records of a kind, by seq."""
    table = metadata.tables.get(kind)
    if table is None or name not in table.c:
        raise Forbidden(f"What a {kind[:40]!r} is, the release path does not know.")
    found: dict[int, int] = {}
    with store.reading() as connection:
        for start in range(0, len(seqs), _CHUNK):
            query = select(table.c.seq, table.c[name]).where(table.c.seq.in_(seqs[start : start + _CHUNK]))
            found |= {row[0]: row[1] for row in connection.execute(query)}
    return found
