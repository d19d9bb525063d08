"""Workbooks as people make them: a title, two rows of names, merged cells, formulas."""

from __future__ import annotations

import zipfile
from pathlib import Path

from data.importers.registry import read
from tests.support.imports import write_workbook


def test_a_title_and_two_header_rows_are_read_as_names(tmp_path: Path) -> None:  # [59]
    rows: list[list[object]] = [
        ["When", None, "Where", None],
        ["date", "time", "lat", "lon"],
        ["2020-01-01", "10:00", 42.3, -71.1],
    ]
    sheet = read(write_workbook(tmp_path / "a.xlsx", rows, merged="A1:B1"))
    assert sheet.frame.columns == ["When date", "When time", "Where lat", "Where lon"]
    titled: list[list[object]] = [
        ["Report of the day", None, None],
        ["id", "date", "title"],
        [1, "2020-01-01", "x"],
    ]
    sheet = read(write_workbook(tmp_path / "b.xlsx", titled, merged="A1:C1"))
    assert (sheet.frame.columns, sheet.frame.height) == (["id", "date", "title"], 1)


def test_names_merged_downwards_and_across_are_read_as_names(tmp_path: Path) -> None:  # [59]
    rows: list[list[object]] = [
        ["City report", None, None, None, None],
        ["id", "When", None, "Where", None],
        [None, "date", "time", "lat", "lon"],
        [1, "2020-01-13", "10:00", 42.3, -71.1],
        [2, "2020-01-14", "10:00", "unknown", "unknown"],
    ]
    names = ["id", "When date", "When time", "Where lat", "Where lon"]
    path = write_workbook(tmp_path / "a.xlsx", rows, merged="A1:E1 A2:A3 B2:C2 D2:E2")
    sheet = read(path)
    assert (sheet.frame.columns, sheet.frame["id"].to_list()) == (names, ["1", "2"])
    sheet = read(write_workbook(tmp_path / "b.xlsx", rows[1:]))  # the same without a merged cell
    assert (sheet.frame.columns, sheet.frame.height) == (names, 2)


def test_a_column_without_a_name_does_not_make_names_of_the_first_row(tmp_path: Path) -> None:  # [59]
    rows: list[list[object]] = [["name", "city", None], ["Joe", "Boston", "x"], ["Amy", "Salem", 3]]
    sheet = read(write_workbook(tmp_path / "a.xlsx", rows))
    assert (sheet.frame.columns, sheet.frame["name"].to_list()) == (
        ["name", "city", "column 3"],
        ["Joe", "Amy"],
    )


def test_a_formula_that_was_calculated_is_its_value(tmp_path: Path) -> None:  # [59]
    path = write_workbook(tmp_path / "a.xlsx", [["id", "title", "lat"], [1, "x", 42]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"<v>42</v>" in parts[sheet]
    parts[sheet] = parts[sheet].replace(
        b"<v>42</v>", b"<f>HYPERLINK(&quot;http://x&quot;)+40+2</f><v>42.5</v>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert read(path).frame.row(0) == ("1", "x", "42.5")
