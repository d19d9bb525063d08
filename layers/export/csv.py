"""Incidents as CSV that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from data.errors import Invalid
from data.records import Incident
from layers.export.columns import INCIDENT

# A spreadsheet takes a cell that begins so for a formula; blanks in front do not stop every one of them.
_FORMULA: Final = re.compile(r"^\s*[=+\-@]|^[\t\r]")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")

COLUMNS: Final = tuple(INCIDENT)


def columns_of(names: str) -> tuple[str, ...]:
    """Return the columns that a comma-separated list names, all where it is empty; raise Invalid on others.

    Id, marking and store always go along: whatever leaves says what it is and how it may be handled.
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()] or list(COLUMNS)
    unknown = [name for name in chosen if name not in INCIDENT]
    if unknown:
        raise Invalid(f"There is no column {unknown[0][:40]!r}.", hint=f"Columns are {', '.join(COLUMNS)}.")
    always = [name for name in ("id", "marking", "store") if name not in chosen]
    return tuple(dict.fromkeys([*chosen, *always]))


def lines(records: Iterable[Incident], *, columns: Sequence[str], heading: bool = True) -> Iterator[str]:
    """Yield the records as CSV lines (RFC 4180), the names of the columns first."""
    if heading:
        yield line(columns)
    for record in records:
        yield line([cell(INCIDENT[name](record)) for name in columns])


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


def line(cells: Sequence[str]) -> str:
    """Return cells as one line of CSV."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
