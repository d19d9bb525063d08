"""Rows that could not be taken in: kept with their original and a reason, mended by people, sent again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry

from data.access import Actor
from data.errors import Conflict, Invalid, UnreadableFile
from data.importers import geojson
from data.importers.base import BadRow, Sheet
from data.importers.gather import NO_PROPERTIES, as_array
from data.importers.mapping import Mapping as FileMapping
from data.importers.opening import Options, taxonomy_of
from data.importers.pipeline import take_in
from data.importers.report import Report
from data.importers.shape import Shaped, shape
from data.store import Store
from data.store.batches import Batches, Waiting


def waiting(
    store: Store,
    actor: Actor,
    *,
    batch_id: int | None = None,
    state: str = "waiting",
    limit: int = 100,
    offset: int = 0,
) -> tuple[list[Waiting], int]:
    """Return quarantined rows that the actor may see, oldest first, and how many there are."""
    return Batches(store).waiting(actor, batch_id=batch_id, state=state, limit=limit, offset=offset)


def discard(store: Store, actor: Actor, seq: int) -> None:
    """Set a row aside for good; it stays in the store with its reason."""
    Batches(store).settle(actor, seq, state="discarded")


def resend(
    store: Store, actor: Actor, seq: int, mended: Mapping[str, Any], *, accept_area: bool = False
) -> Report:
    """Send a mended row through its mapping again; if it is still wrong it waits, and the report says why.

    `accept_area` takes a place outside the declared area at its word.
    """
    return resend_many(store, actor, {seq: mended}, accept_area=accept_area)


def resend_many(
    store: Store, actor: Actor, rows: Mapping[int, Mapping[str, Any]], *, accept_area: bool = False
) -> Report:
    """Send mended rows of one import through its mapping again, as one batch; what is still wrong waits.

    `rows` holds what each says now, by its number in the quarantine. The report counts every row once, and
    a batch is made only where at least one row can be taken in.
    """
    began_s = time.monotonic()
    batches = Batches(store)
    batch = batches.get(actor, _batch_of(batches.some(actor, list(rows))))
    if not all(rows.values()):
        raise Invalid("The row is empty.", hint="Send its fields, mended.")
    if batch.kind == "calls":
        raise Invalid(
            "Rows of a call list are mended in the list.",
            hint="Correct them in the file and import it again: calls that are there already stay one.",
        )
    mapping = FileMapping.model_validate(batch.mapping)
    if accept_area:
        mapping = mapping.model_copy(update={"areas": ()})
    report = Report(kind=mapping.kind, file=batch.file_name, format="quarantine", profile=mapping.profile)
    report.began_s = began_s
    shaped = _shaped(store, rows, mapping, report)
    if shaped is None:
        return report
    options = _options_of(store, batch.scope_id, batch.source_id)
    take_in(
        store,
        actor,
        shaped,
        report,
        options=options,
        sha256=b"\0" * 32,
        tell=lambda *_: None,
        resent=shaped.frame["row"].to_list(),
    )
    return report


def _batch_of(rows: Sequence[Waiting]) -> int:
    """Return the import that the rows came with; raise where they cannot be sent, or not together."""
    if not rows:
        raise Invalid("There are no rows to send.", hint="Choose some.")
    settled = next((row for row in rows if row.state != "waiting"), None)
    if settled is not None:
        raise Conflict(f"This row is {settled.state} already.", hint="Reload the list.")
    if len({row.batch_id for row in rows}) > 1:
        raise Invalid("The rows are of several imports.", hint="Send those of each import by themselves.")
    return rows[0].batch_id


def _shaped(
    store: Store, rows: Mapping[int, Mapping[str, Any]], mapping: FileMapping, report: Report
) -> Shaped | None:
    """Return the rows that are right now, None if none is; the others are counted in the report."""
    taxonomy, zone = taxonomy_of(store), store.settings.timezone
    sheets, broken = _sheets(rows, like=mapping)
    parts = [shape(sheet, mapping, taxonomy=taxonomy, zone=zone, find_defaults=False) for sheet in sheets]
    bad = [*broken, *(row for part in parts for row in part.bad)]
    report.read = report.quarantined = len(bad)
    report.reasons.update(row.reason for row in bad)
    report.notes += dict.fromkeys(row.detail for row in broken)
    good = [part for part in parts if part.frame.height]
    return _joined(good, mapping) if good else None


def _joined(parts: Sequence[Shaped], mapping: FileMapping) -> Shaped:
    """Return shaped rows as one, without those that are wrong."""
    unmapped: Counter[str] = Counter()
    for part in parts:
        unmapped.update(part.unmapped_types)
    outlines = [
        np.full(part.frame.height, None, dtype=object) if part.shapes is None else part.shapes
        for part in parts
    ]
    return replace(
        parts[0],
        frame=pl.concat([part.frame for part in parts]),
        shapes=None if all(part.shapes is None for part in parts) else np.concatenate(outlines),
        bad=(),
        mapping=mapping,
        raw_text=pl.concat([part.raw_text for part in parts]),
        unlocated=sum(part.unlocated for part in parts),
        unmapped_types=unmapped,
        notes=list(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _options_of(store: Store, scope_id: int, source_id: int) -> Options:
    scope = next(found for found in store.scopes.all() if found.id == scope_id)
    source = next(found for found in store.sources.all() if found.id == source_id)
    return Options(
        source_key=source.key,
        store=scope.store,
        tlp=scope.tlp,
        law_enforcement=scope.law_enforcement,
        partial=True,
    )


def _sheets(rows: Mapping[int, Mapping[str, Any]], *, like: FileMapping) -> tuple[list[Sheet], list[BadRow]]:
    """Return the rows as sheets, and those whose geometry cannot be read.

    Rows with the same columns share a sheet. What a row without an id is known by depends on its columns, so
    that a sheet of all would make the same row another one whenever its company changes.
    """
    alike: dict[tuple[bool, tuple[str, ...]], list[_Row]] = {}
    bad: list[BadRow] = []
    for seq, said in rows.items():
        try:
            row = _row(seq, said, like=like)
        except (ValueError, UnreadableFile) as error:
            bad.append(BadRow(seq, said, "bad_geometry", f"The geometry is still broken: {error}."))
            continue
        alike.setdefault((row.located, tuple(row.cells)), []).append(row)
    return [_sheet(found) for found in alike.values()], bad


@dataclass(frozen=True, slots=True)
class _Row:
    """One row as text by column, and its outline if its file keeps outlines beside the columns."""

    seq: int
    cells: Mapping[str, str | None]
    located: bool
    outline: BaseGeometry | None


def _row(seq: int, said: Mapping[str, Any], *, like: FileMapping) -> _Row:
    cells = {name: None if value in (None, "") else str(value) for name, value in said.items()}
    outline = cells.pop("geometry", None) if "wkt" not in like.fields else None
    feature = cells.pop("feature", None)
    if outline is not None:
        return _Row(seq, cells, True, shapely.from_wkt(outline, on_invalid="ignore"))
    if feature is not None:
        parsed = geojson.parse(feature.encode())
        if not isinstance(parsed, dict):
            raise ValueError("the feature is no object")
        return _Row(seq, cells, True, geojson.build(parsed.get("geometry")))
    return _Row(seq, cells, False, None)


def _sheet(rows: Sequence[_Row]) -> Sheet:
    names = list(rows[0].cells) or [NO_PROPERTIES]
    frame = pl.DataFrame(
        {name: [row.cells.get(name) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )
    sheet = Sheet("row", frame, np.asarray([row.seq for row in rows], dtype=np.int64))
    if not rows[0].located:
        return sheet
    return replace(sheet, geometry=as_array([row.outline for row in rows]))
