"""Rows that could not be taken in: kept with their original and a reason, mended by people, sent again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import shapely

from data.access import Actor
from data.errors import Conflict, Invalid
from data.importers import geojson
from data.importers.base import Sheet
from data.importers.mapping import Mapping as FileMapping
from data.importers.opening import Options, taxonomy_of
from data.importers.pipeline import take_in
from data.importers.report import Report
from data.importers.shape import shape
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
    batches = Batches(store)
    row = batches.one(actor, seq)
    if row.state != "waiting":
        raise Conflict(f"This row is {row.state} already.", hint="Reload the list.")
    if not mended:
        raise Invalid("The row is empty.", hint="Send its fields, mended.")
    batch = batches.get(actor, row.batch_id)
    mapping = FileMapping.model_validate(batch.mapping)
    if accept_area:
        mapping = mapping.model_copy(update={"areas": ()})
    try:
        sheet = _one_row(mended, row.row_number, like=mapping)
    except ValueError as error:
        raise Invalid(f"The geometry is still broken: {error}.") from error
    shaped = shape(
        sheet,
        mapping,
        taxonomy=taxonomy_of(store),
        zone=store.settings.timezone,
        find_defaults=False,
    )
    report = Report(kind=mapping.kind, file=batch.file_name, format="quarantine", profile=mapping.profile)
    if shaped.bad:
        report.read = report.quarantined = 1
        report.reasons[shaped.bad[0].reason] = 1
        return report
    options = _options_of(store, batch.scope_id, batch.source_id)
    take_in(store, actor, shaped, report, options=options, sha256=b"\0" * 32, tell=lambda *_: None)
    batches.settle(actor, seq, state="mended")
    return report


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


def _one_row(original: Mapping[str, Any], number: int, *, like: FileMapping) -> Sheet:
    """Return a sheet of a single row, as it is sent again from quarantine."""
    flat = {name: None if value in (None, "") else str(value) for name, value in original.items()}
    outline = flat.pop("geometry", None) if "wkt" not in like.fields else None
    feature = flat.pop("feature", None)
    frame = pl.DataFrame({name: [value] for name, value in flat.items()} or {"no properties": [None]})
    frame = frame.cast(pl.String)
    rows = np.asarray([number], dtype=np.int64)
    sheet = Sheet("row", frame, rows)
    if outline is not None:
        return replace(
            sheet, geometry=shapely.from_wkt(np.asarray([outline], dtype=object), on_invalid="ignore")
        )
    if feature is not None:
        parsed = geojson.parse(feature.encode())
        return replace(sheet, geometry=geojson.as_array([geojson.build(parsed.get("geometry"))]))
    return sheet
