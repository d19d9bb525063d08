"""Small files to import, and what the store holds afterwards."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import select

from data.importers.opening import Options
from data.importers.pipeline import run
from data.importers.report import Report
from data.store import Store
from data.store import tables as t

COLUMNS = ("id", "title", "date", "lat", "lon", "address", "type", "description")


def row(number: int, **other: str) -> dict[str, str]:
    """Return one plain incident row; `other` says what is different about it."""
    base = {
        "id": f"A{number}",
        "title": f"Tree down {number}",
        "date": f"2021-08-{number % 28 + 1:02d} 10:{number % 60:02d}",
        "lat": f"{42.30 + number % 100 / 1000:.4f}",
        "lon": f"{-71.10 + number % 37 / 1000:.4f}",
        "address": f"{number} Elm St",
        "type": "Tree down",
        "description": "A tree on the road.",
    }
    return base | other


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], *, columns: Sequence[str] = COLUMNS) -> Path:
    """Write rows as CSV and return the path."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode())
    return path


def write_workbook(path: Path, rows: Sequence[Sequence[object]], *, merged: str = "") -> Path:
    """Write rows as a workbook and return the path; `merged` names ranges of cells, such as "A1:B1 C1:D1"."""
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in rows:
        sheet.append(list(cells))
    for span in merged.split():
        sheet.merge_cells(span)
    book.save(path)
    return path


def import_csv(store: Store, path: Path, rows: Sequence[Mapping[str, str]], /, **options: Any) -> Report:
    """Import rows as incidents of the source "test"."""
    write_csv(path, rows)
    return run(
        store, store.system_actor(), path, kind="incidents", options=Options(source_key="test", **options)
    )


def stored(store: Store, table: Any = t.incident) -> list[Mapping[str, Any]]:
    """Return every record of a table, without what differs from run to run."""
    varies = {"id", "fid", "batch_id", "entered_ms", "updated_ms", "seq"}
    with store.reading() as connection:
        rows = connection.execute(select(table).order_by(table.c.source_key)).all()
    return [{name: value for name, value in found._mapping.items() if name not in varies} for found in rows]
