"""Columns are found by name and content, with a reason; what only a person can decide is asked."""

from pathlib import Path

import polars as pl
import pytest

from data.errors import Invalid
from data.importers.amend import Amendment, amend, of_texts
from data.importers.base import Sheet
from data.importers.detect import NO_PROFILE, Detected, detect
from data.importers.mapping import Kind
from data.importers.profiles import Variant, variants
from data.importers.registry import read
from tests.support.imports import COLUMNS, row, write_csv


def found(
    columns: dict[str, list[str]], *, kind: Kind = "incidents", stem: str = "rows", profile: str = ""
) -> Detected:
    frame = pl.DataFrame(columns)
    sheet = Sheet("csv", frame, pl.int_range(1, frame.height + 1, eager=True).to_numpy())
    return detect(sheet, kind=kind, stem=stem, profile=profile)


DATES = ["2020-01-13", "2020-02-14", "2020-03-15"]


def test_plain_columns_are_found_with_confidence_and_reason(tmp_path: Path) -> None:
    sheet = read(write_csv(tmp_path / "a.csv", [row(n) for n in range(50)]))
    detected = detect(sheet, kind="incidents", stem="a")
    taken = {finding.field: finding.columns for finding in detected.findings}
    assert taken == {
        "id": ("id",),
        "title": ("title",),
        "occurred": ("date",),
        "lat": ("lat",),
        "lon": ("lon",),
        "address": ("address",),
        "narrative": ("description",),
        "type": ("type",),
    }
    assert len(taken) == len(COLUMNS)
    assert all(finding.confidence >= 0.5 and finding.reason for finding in detected.findings)
    assert not detected.questions


def test_a_name_whose_values_do_not_fit_is_not_believed() -> None:
    detected = found({"date": ["red", "green", "blue"], "reported": DATES, "lat": ["x", "y", "z"]})
    taken = {finding.field: finding.columns for finding in detected.findings}
    assert taken["occurred"] == ("reported",)
    assert "lat" not in taken


def test_columns_with_swapped_names_are_proposed_the_other_way_round() -> None:
    detected = found({"date": DATES, "lat": ["-121.1"] * 3, "lon": ["42.3", "42.4", "42.5"]})
    assert detected.mapping.fields["lat"] == ("lon",)
    assert detected.mapping.swapped
    assert any("swapped" in finding.reason for finding in detected.findings)


def test_no_profile_is_asked_where_none_is_wanted() -> None:
    columns = {name: ["1", "2", "3"] for name in sorted(profile_variant().recognise[0])}
    assert found(columns).mapping.profile == profile_variant().profile
    detected = found(columns, profile=NO_PROFILE)
    assert detected.mapping.profile == ""
    assert all("columns are those of" not in finding.reason for finding in detected.findings)


def profile_variant() -> Variant:
    """Return a shipped profile of incidents that goes by columns alone."""
    return next(one for one in variants() if one.mapping.kind == "incidents" and not one.file)


def test_web_mercator_metres_are_recognised() -> None:
    detected = found({"date": DATES, "X": ["-7910240.5"] * 3, "Y": ["5214839.8"] * 3})
    assert detected.mapping.crs == "EPSG:3857"


def test_metres_of_an_unnamed_grid_are_asked_about() -> None:
    detected = found({"date": DATES, "X": ["236000.1"] * 3, "Y": ["901000.5"] * 3})
    assert [question.field for question in detected.questions] == ["crs"]


def test_degrees_are_preferred_to_metres_that_stand_beside_them() -> None:
    columns = {"date": DATES, "X": ["-7910240.5"] * 3, "Y": ["5214839.8"] * 3}
    detected = found({**columns, "LATITUDE": ["42.3"] * 3, "LONGITUDE": ["-71.1"] * 3})
    assert (detected.mapping.fields["lon"], detected.mapping.crs) == (("LONGITUDE",), "")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["(42.3, -71.1)", "(42.4, -71.0)", "(42.5, -71.2)"], "latlon"),
        (["42.3;-71.1", "42.4;-71.0", "42.5;-71.2"], "latlon"),
        (["POINT (-71.1 42.3)"] * 3, "wkt"),
        (["SRID=4326;POLYGON ((0 0, 1 0, 1 1, 0 0))"] * 3, "wkt"),
    ],
)
def test_places_in_one_column_are_found_by_what_they_look_like(values: list[str], field: str) -> None:
    assert found({"date": DATES, "where": values}).mapping.fields[field] == ("where",)


def test_a_list_without_times_or_kinds_is_asked_about() -> None:
    assert [q.field for q in found({"name": ["a", "b"]}).questions] == ["occurred"]
    assert [q.field for q in found({"name": ["a", "b"]}, kind="sites").questions] == ["kind"]


def test_the_name_of_the_file_tells_the_kind_of_sites() -> None:
    detected = found({"name": ["a", "b"]}, kind="sites", stem="boston_Hospitals")
    assert detected.mapping.values["kind"] == "hospital"


def test_what_a_person_says_answers_the_question() -> None:
    detected = found({"name": ["a", "b"], "when happened": ["x", "y"]})
    told = of_texts("incidents", ["occurred=when happened:dmy"], ["severity=3"], {"timezone": "Europe/Paris"})
    amended = amend(detected, told, columns=["name", "when happened"])
    assert amended.questions == ()
    assert amended.mapping.fields["occurred"] == ("when happened",)
    assert (amended.mapping.date_order, amended.mapping.timezone) == ("dmy", "Europe/Paris")
    assert amended.mapping.values["severity"] == "3"


@pytest.mark.parametrize("text", ["nofield=x", "occurred", "=x", "occurred="])
def test_a_mapping_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        of_texts("incidents", [text], [], {})


def test_a_column_that_the_file_lacks_is_refused() -> None:
    with pytest.raises(Invalid, match="no column"):
        amend(found({"date": DATES}), Amendment({"title": ["nowhere"]}), columns=["date"])
