"""Incidents as CSV that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from data.errors import Invalid
from data.model import label
from data.records import Incident

# A spreadsheet takes a cell that begins so for a formula; blanks in front do not stop every one of them.
_FORMULA: Final = re.compile(r"^\s*[=+\-@]|^[\t\r]")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")

_READ: dict[str, Callable[[Incident], Any]] = {
    "id": lambda record: str(record.id),
    "occurred": lambda record: _moment(record.occurred),
    "severity": lambda record: label(record.severity),
    "type": lambda record: record.type.label,
    "type_code": lambda record: record.type.code,
    "status": lambda record: label(record.status),
    "title": lambda record: record.title,
    "narrative": lambda record: record.narrative,
    "address": lambda record: record.address,
    "lon": lambda record: None if record.place is None else record.place.lon,
    "lat": lambda record: None if record.place is None else record.place.lat,
    "accuracy_m": lambda record: record.accuracy_m,
    "located_by": lambda record: label(record.located_by),
    "persons": lambda record: record.persons_affected,
    "source": lambda record: record.source.name,
    "source_key": lambda record: record.source_key,
    "reliability": lambda record: record.reliability,
    "credibility": lambda record: record.credibility,
    "marking": lambda record: record.scope.tlp.label + (" LES" if record.scope.law_enforcement else ""),
    "store": lambda record: record.scope.store.value,
    "entered": lambda record: _moment(record.entered),
    "updated": lambda record: _moment(record.updated),
    "revision": lambda record: record.revision,
}
COLUMNS: Final = tuple(_READ)


def columns_of(names: str) -> tuple[str, ...]:
    """Return the columns that a comma-separated list names, all where it is empty; raise Invalid on others.

    Id, marking and store always go along: whatever leaves says what it is and how it may be handled.
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()] or list(COLUMNS)
    unknown = [name for name in chosen if name not in _READ]
    if unknown:
        raise Invalid(f"There is no column {unknown[0][:40]!r}.", hint=f"Columns are {', '.join(COLUMNS)}.")
    always = [name for name in ("id", "marking", "store") if name not in chosen]
    return tuple(dict.fromkeys([*chosen, *always]))


def lines(records: Iterable[Incident], *, columns: Sequence[str], heading: bool = True) -> Iterator[str]:
    """Yield the records as CSV lines (RFC 4180), the names of the columns first."""
    if heading:
        yield _line(columns)
    for record in records:
        yield _line([cell(_READ[name](record)) for name in columns])


def cell(value: Any) -> str:
    """Return a value as the text of a cell: numbers stay numbers, formulas become text."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace("\x00", "")
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
