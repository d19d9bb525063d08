"""Incidents and sites as files for a recipient: one product of the release path, in many forms."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely

from data.access import Actor
from data.errors import Invalid
from data.manifest import SUFFIX
from data.mirror import Mirror
from data.records import Incident, Site
from data.release_records import Release, State
from data.store import Store
from layers.export import columns
from layers.export.forms import Product, write
from layers.release.coarse import snapped
from layers.release.judged import Ask, Judged, judge, records_of, versions_of
from layers.release.product import Build, Contents, Left, ProductAsk, check_purpose, release_product, said


@dataclass(frozen=True, slots=True)
class Released:
    """What left, or is held: its line of the log, and what was kept back."""

    release: Release
    judged: Judged
    file: Path
    manifest: Path


def release(store: Store, mirror: Mirror, ask: Ask, out: Path) -> Released:
    """Write what the recipient may be given, its signed manifest beside it, and enter both in the log.

    Raise Invalid without a purpose, or when nothing is left to give; then nothing is written. Held for a
    second person, the file is at its place only after `release send`.
    """
    judged, left = release_records(store, mirror, ask, name=out.name)
    beside = out.with_name(out.name + SUFFIX)
    if left.release.state is State.RELEASED:
        shutil.copyfile(left.manifest, beside)
        shutil.copyfile(left.file, out)
    return Released(left.release, judged, out, beside)


def release_records(store: Store, mirror: Mirror, ask: Ask, *, name: str = "") -> tuple[Judged, Left]:
    """Return what was judged and what left of the incidents or sites that a filter chooses."""
    product = ProductAsk(
        actor=ask.actor,
        what=ask.kind,
        form=ask.form.value,
        recipient=ask.recipient,
        purpose=ask.purpose,
        authority=ask.authority,
        filter=ask.filter,
        name=name,
    )
    check_purpose(ask.purpose)
    judged = judge(store, mirror, ask)
    if not judged.total:
        raise Invalid(f"Nothing is left for {ask.recipient.name}.", hint=_why(judged))
    return judged, release_product(store, product, records_builder(store, ask, product, judged))


def records_builder(store: Store, ask: Ask, product: ProductAsk, judged: Judged) -> Build:
    """Return what writes the judged records as a file."""

    def build(standing: Actor, path: Path) -> Contents:
        del standing  # the same records, and those that their agencies let go one by one
        records = records_of(store, judged.reader, ask.kind, judged.seqs)
        versions = versions_of(store, ask.actor, judged.versions)
        now = store.clock.now()
        write(_product(store, product, judged, records=records + versions, now=now), ask.form, path)
        return Contents(
            records=[(ask.kind, one.seq, one.revision) for one in records]
            + [("sanitised", one.seq, one.revision) for one in versions],
            marking=judged.marking,
            law_enforcement=judged.law_enforcement,
            generalised="places to about 1 km, free text left out" if judged.generalised else "no",
        )

    return build


def rows_and_shapes(
    records: list[Any], kind: str, *, generalised: bool
) -> tuple[list[dict[str, Any]], list[shapely.Geometry | None], tuple[str, ...]]:
    """Return rows, geometries and columns of records, as coarse as the recipient is given them."""
    read = columns.SITE if kind == "site" else columns.INCIDENT
    if generalised:
        read = columns.for_public(read)
    rows = columns.rows(records, read)
    shapes: list[shapely.Geometry | None] = [
        one.geometry or (None if one.place is None else shapely.Point(one.place.lon, one.place.lat))
        for one in records
    ]
    if generalised:
        rows, shapes = snapped(rows)
    return rows, shapes, tuple(read)


def _product(
    store: Store,
    ask: ProductAsk,
    judged: Judged,
    *,
    records: list[Incident] | list[Site],
    now: datetime,
) -> Product:
    rows, shapes, read = rows_and_shapes(list(records), ask.what, generalised=judged.generalised)
    about = said(store, ask, marking=judged.banner, now=now)
    notes = {
        name: str(about[name])
        for name in ("center", "made_at", "recipient", "purpose", "authority", "generalised")
    }
    exercise = {"exercise": "EXERCISE EXERCISE EXERCISE"} if store.settings.exercise else {}
    return Product(f"{ask.what}s", rows, shapes, read, judged.banner, exercise | notes)


def _why(judged: Judged) -> str:
    if not judged.withheld:
        return "No record that you may see passes the filter."
    return (
        "Kept back: "
        + "; ".join(f"{count:,} {reason.value}" for reason, count in judged.withheld.items())
        + "."
    )
