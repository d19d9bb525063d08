"""Workbooks (xlsx, xlsm, xlsb, xls, ods): one sheet as text, headers found, uncalculated formulas refused."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from data.errors import UnreadableFile
from data.importers.archive import guard_zip
from data.importers.base import NeedsAnswer, Question, Sheet, checked_columns, text_sheet
from data.importers.header import Span, Table, find_header

_MAX_BYTES: Final = 256 * 1024**2
# A cell with a formula and no value: the workbook was written by a program and never calculated.
_UNCALCULATED = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)


def read(path: Path, *, layer: str = "") -> Sheet:
    """Return one sheet of a workbook; with several filled sheets, `layer` must name one."""
    if zipfile.is_zipfile(path):
        guard_zip(path, limit=_MAX_BYTES)
        _refuse_uncalculated(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            name, table = _choose(workbook, layer)
    except CalamineError as error:
        raise UnreadableFile(
            f"The workbook cannot be read: {error}.", hint="Save it as .xlsx or .csv."
        ) from error
    start, header = find_header(table)
    columns = checked_columns(header)
    width = len(columns)
    rows, numbers = [], []
    for number, row in enumerate(table.cells[start:], start=1):
        texts = [_text(cell) for cell in row[:width]]
        if any(texts):
            rows.append(texts + [None] * (width - len(texts)))
            numbers.append(number)
    return text_sheet("excel", columns, rows, numbers, layer=name)


def _choose(workbook: CalamineWorkbook, layer: str) -> tuple[str, Table]:
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    if layer and layer not in shown:
        raise UnreadableFile(f"There is no sheet {layer!r}.", hint=f"There are: {', '.join(shown)}.")
    sheets = {name: _table(workbook.get_sheet_by_name(name)) for name in ([layer] if layer else shown)}
    filled = {
        name: table
        for name, table in sheets.items()
        if any(any(cell != "" for cell in row) for row in table.cells)
    }
    if not filled:
        raise UnreadableFile("The workbook is empty.", hint="Send the sheet that holds the rows.")
    if len(filled) > 1:
        raise NeedsAnswer([Question("layer", "The workbook has several sheets.", tuple(filled))])
    return next(iter(filled.items()))


def _table(sheet: CalamineSheet) -> Table:
    """Return the cells of a sheet from the first filled one on, and which of them are merged."""
    top, left = sheet.start or (0, 0)
    merged = [
        Span(first[0] - top, first[1] - left, last[0] - top, last[1] - left)
        for first, last in sheet.merged_cell_ranges or ()
    ]
    return Table(sheet.to_python(), tuple(merged))


def _text(cell: Any) -> str | None:
    if cell == "" or cell is None:
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _refuse_uncalculated(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                found = _UNCALCULATED.search(archive.read(name))
                if found:
                    raise UnreadableFile(
                        f"Cell {found.group(1).decode()} holds a formula that was never calculated.",
                        hint="Open the workbook in a spreadsheet program, save it, and send that.",
                    )
