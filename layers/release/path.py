"""From actor, records, recipient, purpose and form to what leaves: everything that leaves goes this way.

Fail closed: the log is written before the file is at its place, so that nothing is out that nobody knows of.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely

from data.access import Actor, Permission, require
from data.errors import Invalid
from data.manifest import SUFFIX, Signer, digest
from data.mirror import Mirror
from data.model import Scope, Tlp, new_id
from data.query import Query
from data.records import Incident, Site
from data.release import Recipient, Withheld, check_agreement, generalises, passing
from data.release_records import NewRelease, Release
from data.store import Store
from layers.export import columns
from layers.export.forms import Form, Product, write
from layers.release.coarse import snapped
from layers.sites_asked import SitesAsked

_CHUNK: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody wants to let out, to whom, and why."""

    actor: Actor
    kind: str  # of record: "incident" or "site"
    filter: str
    recipient: Recipient
    purpose: str
    authority: str = ""
    form: Form = Form.CSV


@dataclass(frozen=True, slots=True)
class Judged:
    """What would leave and what would not; what the actor may not see is in neither."""

    seqs: tuple[int, ...]
    withheld: Mapping[Withheld, int]
    marking: Tlp
    law_enforcement: bool
    generalised: bool

    @property
    def banner(self) -> str:
        """The highest marking of what would leave."""
        return self.marking.label + (" LES" if self.law_enforcement else "")


@dataclass(frozen=True, slots=True)
class Released:
    """What left: its line of the log, and what was kept back."""

    release: Release
    judged: Judged
    file: Path
    manifest: Path


def judge(store: Store, mirror: Mirror, ask: Ask) -> Judged:
    """Return what the recipient would be given; raise Forbidden without permission or agreement."""
    require(ask.actor, Permission.EXPORT)
    check_agreement(ask.recipient, store.clock.now())
    snapshot = mirror.snapshot
    seqs, scope = _asked(mirror, ask, now=store.clock.now())
    reasons = passing(ask.actor, ask.recipient, snapshot.scopes.values())
    free = frozenset(number for number, reason in reasons.items() if reason is None)
    leaves = snapshot.scope_table(free)[scope]
    numbers, many = np.unique(scope[~leaves], return_counts=True)
    withheld: Counter[Withheld] = Counter()
    for number, count in zip(numbers.tolist(), many.tolist(), strict=True):
        withheld[reasons[number] or Withheld.STORE] += count
    inside: list[Scope] = [snapshot.scopes[number] for number in np.unique(scope[leaves]).tolist()]
    return Judged(
        seqs=tuple(seqs[leaves].tolist()),
        withheld=dict(withheld),
        marking=max((one.tlp for one in inside), default=Tlp.CLEAR),
        law_enforcement=any(one.law_enforcement for one in inside),
        generalised=generalises(ask.recipient),
    )


def release(store: Store, mirror: Mirror, ask: Ask, out: Path) -> Released:
    """Write what the recipient may be given, its signed manifest beside it, and enter both in the log.

    Raise Invalid without a purpose, or when nothing is left to give; then nothing is written.
    """
    if not ask.purpose.strip():
        raise Invalid(
            "A release needs a purpose.", hint="Say in a few words what the recipient needs it for."
        )
    judged = judge(store, mirror, ask)
    if not judged.seqs:
        raise Invalid(f"Nothing is left for {ask.recipient.name}.", hint=_why(judged))
    now, number = store.clock.now(), new_id()
    records = _records(store, ask, judged.seqs)
    # With the suffix of the file: some drivers look at it before they write.
    partial = out.with_name(f".{number.hex}.{out.name}")
    try:
        write(_product(store, ask, judged, records=records, now=now), ask.form, partial)
        sha256, size = digest(partial)
        manifest = _manifest(store, ask, judged, now=now) | {
            "id": str(number),
            "file": out.name,
            "sha256": sha256,
            "bytes": size,
        }
        signed = Signer(store.settings.home / "keys" / "release.key").sign(manifest)
        line = store.releases.add(ask.actor, _new(ask, judged, signed, records=records))
        beside = out.with_name(out.name + SUFFIX)
        beside.write_text(json.dumps(signed, indent=2, ensure_ascii=False) + "\n", "utf-8")
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return Released(line, judged, out, beside)


def _asked(mirror: Mirror, ask: Ask, *, now: datetime) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return seq and scope of the records that the filter lets the actor see, newest or by name."""
    if ask.kind == "site":
        snapshot = mirror.snapshot
        frame = snapshot.sites.listed
        visible = snapshot.scope_table(snapshot.visible(ask.actor))
        chosen = SitesAsked.parse(ask.filter).rows(frame, visible)
        return frame.seq[chosen], frame.scope[chosen]
    view = mirror.view(ask.actor, Query.parse(ask.filter), now=now)
    rows = view.rows[np.lexsort((view.take(view.frame.fid), -view.take(view.frame.occurred_ms)))]
    return view.frame.seq[rows], view.frame.combos.scope[view.frame.combo[rows]]


def _records(store: Store, ask: Ask, seqs: tuple[int, ...]) -> list[Any]:
    repository: Any = store.sites if ask.kind == "site" else store.incidents
    found: list[Any] = []
    for start in range(0, len(seqs), _CHUNK):
        found += repository.by_seq(ask.actor, seqs[start : start + _CHUNK])
    return found


def _product(
    store: Store, ask: Ask, judged: Judged, *, records: list[Incident] | list[Site], now: datetime
) -> Product:
    read = columns.SITE if ask.kind == "site" else columns.INCIDENT
    if judged.generalised:
        read = columns.for_public(read)
    rows = columns.rows(records, read)
    shapes: list[shapely.Geometry | None] = [
        one.geometry or (None if one.place is None else shapely.Point(one.place.lon, one.place.lat))
        for one in records
    ]
    if judged.generalised:
        rows, shapes = snapped(rows)
    said = _manifest(store, ask, judged, now=now)
    notes = {
        name: str(said[name])
        for name in ("center", "made_at", "recipient", "purpose", "authority", "generalised")
    }
    exercise = {"exercise": "EXERCISE EXERCISE EXERCISE"} if store.settings.exercise else {}
    return Product(f"{ask.kind}s", rows, shapes, tuple(read), judged.banner, exercise | notes)


def _manifest(store: Store, ask: Ask, judged: Judged, *, now: datetime) -> dict[str, Any]:
    """Return what the recipient is told. How much was kept back is not among it."""
    return {
        "made_at": columns.moment(now),
        "center": store.settings.center_name,
        "recipient": ask.recipient.name,
        "purpose": ask.purpose,
        "authority": ask.authority,
        "form": ask.form.value,
        "marking": judged.banner,
        "records": len(judged.seqs),
        "generalised": "places to about 1 km, free text left out" if judged.generalised else "no",
    }


def _new(ask: Ask, judged: Judged, signed: Mapping[str, Any], *, records: list[Any]) -> NewRelease:
    return NewRelease(
        id=UUID(signed["id"]),
        recipient_id=ask.recipient.id,
        purpose=ask.purpose,
        authority=ask.authority,
        form=ask.form.value,
        kind=ask.kind,
        filter=ask.filter,
        file=signed["file"],
        sha256=signed["sha256"],
        size=signed["bytes"],
        marking=judged.marking,
        law_enforcement=judged.law_enforcement,
        manifest=signed,
        records=[(one.seq, one.revision) for one in records],
    )


def _why(judged: Judged) -> str:
    if not judged.withheld:
        return "No record that you may see passes the filter."
    return (
        "Kept back: "
        + "; ".join(f"{count:,} {reason.value}" for reason, count in judged.withheld.items())
        + "."
    )
