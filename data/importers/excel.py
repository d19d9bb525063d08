"""Workbooks (xlsx, xlsm, xlsb, xls, ods): one sheet as text, headers found, uncalculated formulas refused."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from data.errors import UnreadableFile
from data.importers.archive import guard_zip
from data.importers.base import NeedsAnswer, Question, Sheet, checked_columns, text_sheet

_MAX_BYTES: Final = 256 * 1024**2
_HEADER_SEARCH_ROWS: Final = 15
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
            name, cells = _choose(workbook, layer)
    except CalamineError as error:
        raise UnreadableFile(
            f"The workbook cannot be read: {error}.", hint="Save it as .xlsx or .csv."
        ) from error
    start, header = _find_header(cells)
    columns = checked_columns(header)
    width = len(columns)
    rows, numbers = [], []
    for number, row in enumerate(cells[start:], start=1):
        texts = [_text(cell) for cell in row[:width]]
        if any(texts):
            rows.append(texts + [None] * (width - len(texts)))
            numbers.append(number)
    return text_sheet("excel", columns, rows, numbers, layer=name)


def _choose(workbook: CalamineWorkbook, layer: str) -> tuple[str, list[list[Any]]]:
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    if layer and layer not in shown:
        raise UnreadableFile(f"There is no sheet {layer!r}.", hint=f"There are: {', '.join(shown)}.")
    sheets = {name: workbook.get_sheet_by_name(name).to_python() for name in ([layer] if layer else shown)}
    filled = {
        name: cells for name, cells in sheets.items() if any(any(c != "" for c in row) for row in cells)
    }
    if not filled:
        raise UnreadableFile("The workbook is empty.", hint="Send the sheet that holds the rows.")
    if len(filled) > 1:
        raise NeedsAnswer([Question("layer", "The workbook has several sheets.", tuple(filled))])
    return next(iter(filled.items()))


def _find_header(cells: list[list[Any]]) -> tuple[int, list[Any]]:
    """Return where the data begin and the columns' names; a title above and a second header row are seen."""
    width = max(len(row) for row in cells)
    for index, row in enumerate(cells[:_HEADER_SEARCH_ROWS]):
        texts = [cell for cell in row if isinstance(cell, str) and cell.strip()]
        filled = [cell for cell in row if cell != ""]
        if len(texts) < max(2, width * 0.5) and not (width == 1 and texts):
            below = cells[index + 1] if index + 1 < len(cells) else []
            if len(filled) >= 2 and len(texts) == len(filled) and _all_names(below, width):
                return index + 2, _joined(row, below)
            continue
        below = cells[index + 1] if index + 1 < len(cells) else []
        if len(filled) < width and len(filled) == len(texts) and _all_names(below, width):
            return index + 2, _joined(row, below)
        if len(texts) != len(filled):
            break
        return index + 1, list(row)
    raise UnreadableFile(
        "No row of this sheet looks like a row of column names.",
        hint="Put the names in the first row, one above each column, without merged cells.",
    )


def _all_names(row: list[Any], width: int) -> bool:
    texts = [cell.strip() for cell in row if isinstance(cell, str) and cell.strip()]
    return (
        len(texts) == width
        and len(set(texts)) == width
        and not any(re.fullmatch(r"[-+.\d]+", t) for t in texts)
    )


def _joined(above: list[Any], below: list[Any]) -> list[str]:
    out, group = [], ""
    for top, bottom in zip([*above, *[""] * (len(below) - len(above))], below, strict=False):
        group = str(top).strip() or group
        out.append(f"{group} {bottom}".strip())
    return out


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
