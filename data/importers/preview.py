"""What a file would become: to be looked at, and changed, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from data.importers.base import NeedsAnswer, Question
from data.importers.detect import Finding
from data.importers.mapping import Kind
from data.importers.mapping import Mapping as FileMapping
from data.importers.opening import Options, read_as, rows_of, shipped_taxonomy
from data.importers.sample import Sample, sampled
from data.importers.shape import Shaped, plain, shape

_PREVIEW_ROWS: Final = 20
_PREVIEW_POINTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would become: to be looked at, and changed, before anything is written."""

    columns: Sequence[str]
    rows: int
    looked_at: int  # of these rows; what is counted below is counted over them
    format: str
    layer: str
    mapping: FileMapping
    findings: Sequence[Finding]
    questions: Sequence[Question]
    first_rows: Sequence[Mapping[str, Any]]
    points: Sequence[tuple[float, float, str]]  # longitude, latitude, reason for quarantine or ""
    reasons: Mapping[str, int] = field(default_factory=dict)
    default_points: Sequence[Mapping[str, Any]] = ()
    unlocated: int = 0
    notes: Sequence[str] = ()


def preview(
    path: Path,
    *,
    kind: Kind,
    mapping: FileMapping | None = None,
    options: Options | None = None,
    zone: str = "UTC",
) -> Preview:
    """Return what the file would become with this mapping, or a proposed one; nothing is written."""
    options = options or Options()
    sample = sampled(rows_of(path, mapping=mapping, options=options))
    name = options.name or path.name
    return preview_of(sample, kind=kind, name=name, mapping=mapping, options=options, zone=zone)


def preview_of(
    sample: Sample,
    *,
    kind: Kind,
    name: str,
    mapping: FileMapping | None = None,
    options: Options | None = None,
    zone: str = "UTC",
) -> Preview:
    """Return what a file of this name would become, as a sample of its rows shows it."""
    options, sheet = options or Options(), sample.sheet
    detected = read_as(sheet, kind=kind, mapping=mapping, name=name, options=options)
    shaped: Shaped | None = None
    questions = list(detected.questions)
    if not questions:
        try:
            shaped = shape(sheet, detected.mapping, taxonomy=shipped_taxonomy(), zone=zone)
        except NeedsAnswer as error:
            questions = list(error.questions)
    head = sheet.frame.head(_PREVIEW_ROWS).to_dicts()
    return Preview(
        columns=sheet.frame.columns,
        rows=sample.rows,
        looked_at=sheet.frame.height + sum(sample.unreadable.values()),
        format=sheet.format,
        layer=sheet.layer,
        mapping=shaped.mapping if shaped else detected.mapping,
        findings=detected.findings,
        questions=questions,
        first_rows=[{name: None if v is None else plain(v) for name, v in row.items()} for row in head],
        points=_points(shaped) if shaped else (),
        reasons=dict(Counter(row.reason for row in shaped.bad) + Counter(sample.unreadable))
        if shaped
        else {},
        default_points=shaped.default_points if shaped else (),
        unlocated=shaped.unlocated if shaped else 0,
        notes=shaped.notes if shaped else sheet.notes,
    )


def _points(shaped: Shaped) -> list[tuple[float, float, str]]:
    located = shaped.frame.filter(shaped.frame["lon"].is_not_null())
    step = max(1, located.height // _PREVIEW_POINTS)
    some = located.gather_every(step).head(_PREVIEW_POINTS)
    return [(lon, lat, "") for lon, lat in zip(some["lon"].to_list(), some["lat"].to_list(), strict=True)]
