"""Coordinates in columns as people write them: whatever the notation, the same place; and decimal commas."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.gazetteer import grids
from data.importers import angles
from data.importers.angles import Axis
from data.importers.detect import Detected, detect
from data.importers.numbers import floats
from data.importers.preview import preview
from data.importers.registry import read
from data.model import LonLat

AXES: dict[Axis, tuple[int, str]] = {"lat": (90, "NS"), "lon": (180, "EW")}
MARKS = [
    ("°", "'", '"'),
    ("º", "′", "″"),
    (" ", " ", " "),
    ("-", "-", ""),
    (":", ":", ""),
    (" deg ", " min ", " sec"),
]
MARKS += [("d", "m", "s"), ("° ", "’ ", "”")]


def one(text: str, axis: Axis) -> float | None:
    value: float | None = angles.degrees(pl.Series([text], dtype=pl.String), axis)[0]
    return value


@st.composite
def written(draw: st.DrawFn) -> tuple[str, Axis, float, float]:
    """Return an angle as text, its axis, what it is worth, and half of its last digit's worth."""
    axis = draw(st.sampled_from(list(AXES)))
    most, letters = AXES[axis]
    parts, digits = draw(st.integers(1, 3)), draw(st.integers(0, 6))
    unit = 60 ** (parts - 1) * 10**digits
    count = draw(st.integers(0, most * unit))
    whole, fraction = divmod(count, 10**digits)
    numbers = [whole // 60 ** (parts - 1), *(whole // 60**power % 60 for power in range(parts - 2, -1, -1))]
    texts = [str(number) for number in numbers]
    if digits:
        texts[-1] += draw(st.sampled_from(".,")) + f"{fraction:0{digits}d}"
    marks = draw(st.sampled_from(MARKS))
    joined = "".join(text + mark for text, mark in zip(texts, marks, strict=False)).strip(" -:")
    negative = draw(st.booleans()) and count > 0
    letter = letters[1] if negative else letters[0]
    space = draw(st.sampled_from(["", " "]))
    forms = [
        f"{letter}{space}{joined}",
        f"{joined}{space or ' '}{letter}",
        f"{'-' if negative else ''}{joined}",
    ]
    value = count / unit
    return draw(st.sampled_from(forms)), axis, -value if negative else value, 0.5 / unit


@given(written())
def test_an_angle_in_any_notation_is_the_angle_that_was_written(case: tuple[str, Axis, float, float]) -> None:
    text, axis, value, half = case
    assert one(text, axis) == pytest.approx(value, abs=half * 1e-3 + 1e-12), text


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_written_in_degrees_minutes_seconds_reads_back(lat: float, lon: float) -> None:
    text = grids.dms(LonLat(lon, lat), digits=3)
    first, second = text.split(" ")
    tolerance = 0.5e-3 / 3600 + 1e-9
    assert one(first, "lat") == pytest.approx(lat, abs=tolerance)
    assert one(second, "lon") == pytest.approx(lon, abs=tolerance)
    found = angles.pairs(pl.Series([text]))
    assert (found.lat[0], found.lon[0]) == pytest.approx((lat, lon), abs=tolerance)


@given(st.text(max_size=30))
def test_any_text_is_an_angle_or_none_and_never_an_error(text: str) -> None:
    angles.degrees(pl.Series([text], dtype=pl.String), "lat")
    angles.pairs(pl.Series([text], dtype=pl.String))


@pytest.mark.parametrize(
    ("text", "axis", "value"),
    [
        ("422130N", "lat", 42.358333),  # as on charts: the digits run together
        ("4221.5N", "lat", 42.358333),
        ("N422130.6", "lat", 42.3585),
        ("0710332W", "lon", -71.058889),
        ("42 21 30 North", "lat", 42.358333),
        ("42D21M30S", "lat", 42.358333),  # S is seconds,
        ("42D21M30S S", "lat", -42.358333),  # and then the south
        ("42 21 30 S", "lat", -42.358333),
        ("-0 30 00", "lat", -0.5),  # minus nothing is still minus
        ("−71,06", "lon", -71.06),
        ("-71.06 W", "lon", -71.06),  # said twice, and meant once
    ],
)
def test_what_only_looks_odd_is_read(text: str, axis: Axis, value: float) -> None:
    assert one(text, axis) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "42°61'",
        "42 21 60",
        "42.5 21",
        "42 21.5 30",
        "-42 N",
        "N42S",
        "42 W",
        "42 -21",
        "42,21,30",
        "1,234.5",
        "4x",
    ],
)
def test_what_contradicts_itself_is_not_guessed(text: str) -> None:
    assert one(text, "lat") is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["12,5", "12,500"], [12.5, 12.5]),  # the other values tell what the comma is
        (["12,500", "1,000"], [12500.0, 1000.0]),
        (["1,234.5", "2"], [1234.5, 2.0]),
        (["1.234,5", "-1.234.567,25"], [1234.5, -1234567.25]),
        (["1 234,5", "1'234"], [1234.5, 1234.0]),
        (["5214839,82"], [5214839.82]),
        (["1,23,4", "twelve", "n/a"], [None, None, None]),
    ],
)
def test_commas_part_or_group_as_the_column_shows(values: list[str], expected: list[float | None]) -> None:
    assert floats(pl.Series(values)).to_list() == expected


def found(tmp_path: Path, text: str) -> tuple[Detected, Path]:
    path = tmp_path / "rows.csv"
    path.write_text(text)
    return detect(read(path), kind="incidents", stem="rows"), path


HEAD = "id;date;{}\n"
ROWS = {
    "lat;lon": [
        "42°21'30\"N;71°03'32\"W",
        "42 21 30 N;71 3 32 W",
        "N42 21.5;W71 03.5333",
        "42,358333;-71,058889",
    ],
    "Breite;Länge": ["42,358333;-71,058889"] * 4,
    "A;B": ["42°21'30\"N;71°03'32\"W", "42-21-30N;71-03-32W", "422130N;0710332W", "N42.358333;W71.058889"],
    "lon;lat": ["42°21'30\"N;71°03'32\"W"] * 4,  # the names are the wrong way round, the letters tell
    "place": [
        "42°21'30\"N 71°03'32\"W",
        "N42 21.5 W71 03.5333",
        "42-21-30N 071-03-32W",
        "42 21 30 N, 71 3 32 W",
    ],
    "spot": [
        "42,358333 -71,058889",
        "42,358333, -71,058889",
        "(42.358333, -71.058889)",
        "42.358333/-71.058889",
    ],
}


@pytest.mark.parametrize("columns", ROWS)
def test_columns_of_angles_are_recognised_and_read(tmp_path: Path, columns: str) -> None:
    rows = "".join(f"{n};2021-08-{13 + n};{text}\n" for n, text in enumerate(ROWS[columns]))
    detected, path = found(tmp_path, HEAD.format(columns) + rows)
    assert {"lat", "lon"} <= set(detected.mapping.fields) or "latlon" in detected.mapping.fields
    seen = preview(path, kind="incidents")
    assert not seen.reasons
    assert [(round(lon, 3), round(lat, 3)) for lon, lat, _ in seen.points] == [(-71.059, 42.358)] * 4


def test_a_column_of_grid_references_is_recognised_and_says_how_coarse_it_is(tmp_path: Path) -> None:
    rows = "".join(f"{n};2021-08-{13 + n};19T CG {304 + n} 918\n" for n in range(4))
    detected, path = found(tmp_path, HEAD.format("where") + rows)
    assert detected.mapping.fields["latlon"] == ("where",)
    lon, lat, _ = preview(path, kind="incidents").points[0]
    assert (lon, lat) == pytest.approx((-71.0589, 42.3604), abs=1e-3)


@pytest.mark.parametrize(
    "values", [["3,5", "4,5"], ["12:30 13:45", "9:00 10:15"], ["1/2", "3/4"], ["B12", "C14"]]
)
def test_what_is_no_place_is_not_taken_for_one(tmp_path: Path, values: list[str]) -> None:
    rows = "".join(f"{n};2021-08-{13 + n};{text}\n" for n, text in enumerate(values))
    detected, _ = found(tmp_path, HEAD.format("value") + rows)
    assert not {"lat", "lon", "latlon"} & set(detected.mapping.fields)


def test_metres_with_grouping_commas_are_read_in_a_grid(tmp_path: Path) -> None:
    rows = "".join(f'{n},2021-08-{13 + n},"236,01{n}.5","900,64{n}.25"\n' for n in range(4))
    path = tmp_path / "rows.csv"
    path.write_text("id,date,x,y\n" + rows)
    (question,) = preview(path, kind="incidents").questions
    assert question.field == "crs"
    mapping = detect(read(path), kind="incidents", stem="rows").mapping.model_copy(
        update={"crs": "EPSG:26986"}
    )
    lon, lat, _ = preview(path, kind="incidents", mapping=mapping).points[0]
    assert (lon, lat) == pytest.approx((-71.06, 42.36), abs=0.02)
