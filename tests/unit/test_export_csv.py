"""The CSV export: exactly what is filtered, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.errors import Invalid
from layers.export.csv import COLUMNS, cell, columns_of, lines
from tests.support.records import HOSTILE, World

_STARTS = ("=", "+", "-", "@", "\t", "\r")


@given(st.text(max_size=40))
@example(" =1+1")
@example("\n=1+1")
@example("-1+1|cmd")
@example("\ufeff=1")
def test_no_text_cell_begins_a_formula(text: str) -> None:
    made = cell(text)
    if made.lstrip().startswith(("=", "+", "-", "@")) or made.startswith(_STARTS):
        float(made)  # only a plain number may begin with a sign


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_numbers_round_trip_negative_ones_too(number: float) -> None:
    row = next(csv.reader(io.StringIO(f"{cell(number)}\n")))
    assert float(row[0]) == float(number)


def test_a_negative_number_that_came_as_text_is_left_alone() -> None:
    assert cell("-71.0589") == "-71.0589"


def test_unknown_columns_are_refused_and_markings_always_go_along() -> None:
    assert columns_of("title") == ("title", "id", "marking", "store")
    assert columns_of("") == COLUMNS
    with pytest.raises(Invalid):
        columns_of("title,password_hash")


def test_hostile_titles_survive_a_csv_reader_as_one_cell_each(sqlite_world: World) -> None:
    records = [sqlite_world.incident(title=text) for text in HOSTILE]
    text = "".join(lines(records, columns=("id", "title", "lon")))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["id", "title", "lon"]
    assert len(rows) == len(HOSTILE) + 1
    for record, row in zip(records, rows[1:], strict=True):
        assert row[1] in {record.title, f"'{record.title}"}
        assert float(row[2]) == record.place.lon
