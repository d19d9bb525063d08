"""Which records of a filter a recipient would be given, which not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.access import Actor, Permission, require
from data.mirror import Mirror
from data.model import Scope, Tlp
from data.query import Query
from data.release import (
    Recipient,
    RecipientKind,
    Withheld,
    check_agreement,
    generalises,
    passing,
    standing_for,
    why_not,
)
from data.release_records import Sanitised
from data.store import Store
from layers.export.forms import Form
from layers.release.product import banner
from layers.release.sanitise import sanitised_record
from layers.sites_asked import SitesAsked

_CHUNK: Final = 2_000
Seqs = npt.NDArray[np.int64]


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
    versions: tuple[Sanitised, ...]  # what leaves of records whose originals stay
    kept: Mapping[Withheld, tuple[int, ...]]  # seqs, first ones of each reason
    reader: Actor  # sees of the records that leave what the recipient may be given

    @property
    def banner(self) -> str:
        """The highest marking of what would leave."""
        return banner(self.marking, law_enforcement=self.law_enforcement)

    @property
    def total(self) -> int:
        """How many records would leave."""
        return len(self.seqs) + len(self.versions)


def judge(store: Store, mirror: Mirror, ask: Ask) -> Judged:
    """Return what the recipient would be given; raise Forbidden without permission or agreement."""
    require(ask.actor, Permission.EXPORT)
    check_agreement(ask.recipient, store.clock.now())
    snapshot, scopes = mirror.snapshot, mirror.snapshot.scopes
    seqs, scope = asked(store, mirror, ask)
    reasons = passing(ask.actor, ask.recipient, scopes.values())
    free = frozenset(number for number, reason in reasons.items() if reason is None)
    leaves = snapshot.scope_table(free)[scope]
    granted, denied = _answered(store, ask, seqs)
    third = [number for number, reason in reasons.items() if reason is Withheld.THIRD_AGENCY]
    leaves = (leaves | (granted & np.isin(scope, third))) & ~denied
    versions = _versions(store, ask, seqs[~leaves & ~denied], scope[~leaves & ~denied], scopes)
    replaced = {one.incident_seq for one in versions}
    kept = _kept(seqs, scope, leaves, denied, reasons)
    kept = {why: tuple(seq for seq in some if seq not in replaced) for why, some in kept.items()}
    inside: list[Scope] = [scopes[number] for number in np.unique(scope[leaves]).tolist()]
    reader = standing_for(ask.actor, ask.recipient, scopes.values())
    return Judged(
        seqs=tuple(seqs[leaves].tolist()),
        withheld={why: len(some) for why, some in kept.items() if some},
        marking=max([Tlp.CLEAR, *(one.tlp for one in inside), *(one.tlp for one in versions)]),
        law_enforcement=any(one.law_enforcement for one in inside),
        generalised=generalises(ask.recipient),
        versions=versions,
        kept={why: some for why, some in kept.items() if some},
        reader=replace(reader, only=(reader.only or frozenset()) | {one.id for one in inside}),
    )


def records_of(store: Store, actor: Actor, kind: str, seqs: tuple[int, ...]) -> list[Any]:
    """Return the records with these seqs as the actor sees them."""
    repository: Any = store.sites if kind == "site" else store.incidents
    found: list[Any] = []
    for start in range(0, len(seqs), _CHUNK):
        found += repository.by_seq(actor, seqs[start : start + _CHUNK])
    return found


def versions_of(store: Store, actor: Actor, versions: tuple[Sanitised, ...]) -> list[Any]:
    """Return the sanitised versions as records; the actor sees the originals."""
    by_seq = {one.incident_seq: one for one in versions}
    originals = records_of(store, actor, "incident", tuple(by_seq))
    return [sanitised_record(one, by_seq[one.seq]) for one in originals]


def asked(store: Store, mirror: Mirror, ask: Ask) -> tuple[Seqs, npt.NDArray[np.int32]]:
    """Return seq and scope of the records that the filter lets the actor see, newest or by name."""
    if ask.kind == "site":
        snapshot = mirror.snapshot
        frame = snapshot.sites.listed
        visible = snapshot.scope_table(snapshot.visible(ask.actor))
        chosen = SitesAsked.parse(ask.filter).rows(frame, visible)
        return frame.seq[chosen], frame.scope[chosen]
    view = mirror.view(ask.actor, Query.parse(ask.filter), now=store.clock.now())
    rows = view.rows[np.lexsort((view.take(view.frame.fid), -view.take(view.frame.occurred_ms)))]
    return view.frame.seq[rows], view.frame.combos.scope[view.frame.combo[rows]]


def _answered(store: Store, ask: Ask, seqs: Seqs) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return for which of the records their agency said yes, and for which no."""
    nothing = np.zeros(len(seqs), dtype=np.bool_)
    if ask.kind != "incident" or ask.recipient.kind is RecipientKind.OWN:
        return nothing, nothing
    yes = sorted(store.third_agency.granted(ask.recipient.id))
    no = sorted(store.third_agency.denied(ask.recipient.id))
    return np.isin(seqs, yes), np.isin(seqs, no)


def _versions(
    store: Store, ask: Ask, seqs: Seqs, scope: npt.NDArray[np.int32], scopes: Mapping[int, Scope]
) -> tuple[Sanitised, ...]:
    if ask.kind != "incident" or not len(seqs):
        return ()
    current = store.sanitised.current()
    found = []
    for seq, number in zip(seqs.tolist(), scope.tolist(), strict=True):
        version = current.get(seq)
        if version is None:
            continue
        as_marked = replace(scopes[number], tlp=version.tlp, law_enforcement=False)
        if why_not(ask.actor.agency_id, ask.recipient, as_marked) is None:
            found.append(version)
    return tuple(found)


def _kept(
    seqs: Seqs,
    scope: npt.NDArray[np.int32],
    leaves: npt.NDArray[np.bool_],
    denied: npt.NDArray[np.bool_],
    reasons: Mapping[int, Withheld | None],
) -> dict[Withheld, tuple[int, ...]]:
    kept: dict[Withheld, tuple[int, ...]] = {}
    here = np.flatnonzero(~leaves)
    why = np.array(
        [list(Withheld).index(reasons[number] or Withheld.DENIED) for number in scope[here].tolist()],
        dtype=np.int64,
    )
    why[denied[here]] = list(Withheld).index(Withheld.DENIED)
    for number, count in Counter(why.tolist()).items():
        del count
        kept[list(Withheld)[number]] = tuple(seqs[here[why == number]].tolist())
    return kept
