"""The same rows in every format become the same records."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import polars as pl
import pyarrow as pa
import pytest
import shapely

from data.errors import WatchfloorError
from data.importers import gather, geojson
from data.importers.base import NeedsAnswer
from data.importers.opening import Options
from data.importers.pipeline import run
from data.importers.registry import READERS, read
from data.store import Store
from tests.support.imports import COLUMNS, row, stored, write_csv

ROWS = [row(n) for n in range(40)]
FLAT = [[r[name] for name in COLUMNS] for r in ROWS]


def plain_csv(folder: Path) -> Path:
    return write_csv(folder / "rows.csv", ROWS)


def packed(folder: Path, suffix: str, pack: Callable[[bytes], bytes]) -> Path:
    path = folder / f"rows.csv{suffix}"
    path.write_bytes(pack(plain_csv(folder).read_bytes()))
    return path


def zstd(content: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(content, asbytes=True))


def zip_of(folder: Path, *files: Path, name: str = "rows.zip") -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return folder / name


def delimited(folder: Path, delimiter: str, encoding: str) -> Path:
    path = folder / "rows.csv"
    lines = [delimiter.join(f'"{cell}"' for cell in cells) for cells in [list(COLUMNS), *FLAT]]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def excel(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for cells in [list(COLUMNS), *FLAT]:
        book.active.append(cells)
    book.save(folder / "rows.xlsx")
    return folder / "rows.xlsx"


def parquet(folder: Path) -> Path:
    pl.DataFrame(ROWS).write_parquet(folder / "rows.parquet")
    return folder / "rows.parquet"


def frame() -> gpd.GeoDataFrame:
    flat = pl.DataFrame(ROWS).to_pandas()
    places = gpd.points_from_xy(flat["lon"].astype(float), flat["lat"].astype(float), crs="EPSG:4326")
    return gpd.GeoDataFrame(flat.drop(columns=["lat", "lon"]).astype(object), geometry=places)


def geo(folder: Path, name: str, driver: str) -> Path:
    frame().to_file(folder / name, driver=driver)
    return folder / name


def shapefile(folder: Path, crs: str) -> Path:
    frame().rename(columns={"description": "descriptio"}).to_crs(crs).to_file(folder / "rows.shp")
    return zip_of(folder, *folder.glob("rows.*"))


def geoparquet(folder: Path) -> Path:
    frame().to_crs("EPSG:26986").to_parquet(folder / "rows.parquet")
    return folder / "rows.parquet"


def kml(folder: Path) -> Path:
    def data(r: dict[str, str]) -> str:
        return "".join(
            f'<Data name="{n}"><value>{r[n]}</value></Data>' for n in ("id", "title", "date", "type")
        )

    def more(r: dict[str, str]) -> str:
        return f"<description>{r['description']}</description><address>{r['address']}</address>"

    body = "".join(
        f"<Placemark>{more(r)}<ExtendedData>{data(r)}</ExtendedData>"
        f"<Point><coordinates>{r['lon']},{r['lat']},0</coordinates></Point></Placemark>"
        for r in ROWS
    )
    path = folder / "doc.kml"
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>')
    return path


WAYS: dict[str, Callable[[Path], Path]] = {
    "gz": lambda folder: packed(folder, ".gz", gzip.compress),
    "bz2": lambda folder: packed(folder, ".bz2", bz2.compress),
    "xz": lambda folder: packed(folder, ".xz", lzma.compress),
    "zst": lambda folder: packed(folder, ".zst", zstd),
    "zip": lambda folder: zip_of(folder, plain_csv(folder)),
    "semicolon-latin1": lambda folder: delimited(folder, ";", "latin-1"),
    "tab-utf16": lambda folder: delimited(folder, "\t", "utf-16"),
    "bar-bom": lambda folder: delimited(folder, "|", "utf-8-sig"),
    "excel": excel,
    "parquet": parquet,
    "geoparquet-metres": geoparquet,
    "geojson": lambda folder: geo(folder, "rows.geojson", "GeoJSON"),
    "geopackage": lambda folder: geo(folder, "rows.gpkg", "GPKG"),
    "shapefile": lambda folder: shapefile(folder, "EPSG:4326"),
    "shapefile-metres": lambda folder: shapefile(folder, "EPSG:26986"),
    "kml": kml,
    "kmz": lambda folder: zip_of(folder, kml(folder), name="rows.kmz"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_same_rows_in_every_format_are_the_same_records(
    sqlite_store: Store, tmp_path: Path, way: str
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    actor = sqlite_store.system_actor()
    for key, path in (("csv", plain_csv(tmp_path / "a")), ("other", WAYS[way](tmp_path / "b"))):
        report = run(sqlite_store, actor, path, kind="incidents", options=Options(source_key=key))
        assert (report.read, report.added) == (40, 40)
    said = ("source_key", "title", "narrative", "address", "occurred_ms", "time_precision", "type_id")
    first, second = _by_source(sqlite_store)
    assert [[r[name] for name in said] for r in first] == [[r[name] for name in said] for r in second]
    for one, other in zip(first, second, strict=True):
        assert (other["lon"], other["lat"]) == pytest.approx((one["lon"], one["lat"]), abs=1e-6)


def _by_source(store: Store) -> list[list[dict]]:
    records = stored(store)
    keys = sorted({record["source_id"] for record in records})
    return [[dict(r) for r in records if r["source_id"] == key] for key in keys]


def test_gpx_tracks_are_lines_and_waypoints_points(tmp_path: Path) -> None:
    path = tmp_path / "a.gpx"
    track = '<trk><name>t</name><trkseg><trkpt lat="42" lon="-71"/><trkpt lat="43" lon="-71"/></trkseg></trk>'
    head = '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
    path.write_text(head + '<wpt lat="42.3" lon="-71.1"><name>w</name></wpt>' + track + "</gpx>")
    sheet = read(path)
    assert (sheet.layer, sheet.geometry[0].geom_type) == ("waypoints", "Point")
    assert list(sheet.notes) == ["layer tracks with 1 rows was not read"]
    assert read(path, layer="tracks").geometry[0].geom_type.endswith("LineString")


def test_a_workbook_or_archive_with_several_parts_is_asked_about(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("id,date\n1,2020-01-01\n")
    (tmp_path / "two.csv").write_text("id,date\n1,2020-01-01\n2,2020-01-02\n")
    path = zip_of(tmp_path, tmp_path / "one.csv", tmp_path / "two.csv")
    with pytest.raises(NeedsAnswer) as caught:
        read(path)
    assert caught.value.questions[0].choices == ("one.csv", "two.csv")
    assert read(path, layer="two.csv").frame.height == 2


BROKEN = {
    "a.gpx": b"<gpx",
    "a.gpkg": b"SQLite format 3\x00" + b"\0" * 84,
    "a.shp": b"\x00\x00\x27\x0a" + b"\0" * 96,
    "a.xlsx": b"PK\x03\x04 no workbook",
    "a.xls": b"no workbook",
    "a.zip": b"PK\x03\x04 no archive",
    "a.csv.gz": b"\x1f\x8b no stream",
    "a.csv.zst": b"no stream",
    "a.parquet": b"PAR1 no table PAR1",
    "a.kml": b"<kml",
    "a.geojson": b'{"type":',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_refusal_names_the_file_and_not_where_the_server_keeps_it(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "kept-in-secret"
    folder.mkdir()
    (folder / name).write_bytes(BROKEN[name])
    with pytest.raises(WatchfloorError) as refused:
        read(folder / name)
    said = f"{refused.value.message} {refused.value.hint}"
    assert "kept-in-secret" not in said
    assert "watchfloor-" not in said  # the folder for a moment, into which an archive is unpacked
    if name == "a.gpx":
        assert "a.gpx" in said


def test_a_shapefile_without_its_parts_says_which_by_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "kept-in-secret"
    folder.mkdir()
    shapefile(folder, "EPSG:4326")
    (folder / "rows.shx").unlink()
    with pytest.raises(WatchfloorError) as refused:
        read(folder / "rows.shp")
    assert "rows.shx" in refused.value.message
    assert "kept-in-secret" not in refused.value.message


def test_real_sample_files_are_read_or_refused_in_words(shared_data: Path) -> None:
    # Each GPX costs a process: three of them stand for the two dozen.
    known = {*READERS, ".zip"} - {".gpx"}
    gpx = {"bad.gpx", "empty_trk.gpx", "wpt.gpx"}
    for path in sorted((shared_data / "6_formats").rglob("*")):
        if path.is_file() and (path.suffix.lower() in known or path.name in gpx):
            try:
                sheet = read(path)
            except WatchfloorError as error:
                assert error.status in (400, 413)  # noqa: PT017  # each file is either read or refused
            else:
                assert sheet.read == sheet.frame.height + len(sheet.bad)


def test_a_quoted_newline_is_part_of_its_field(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'#,title,date\r\n"1","two\r\nlines, and ""quotes""",2020-01-01\r\n')
    frame = read(path).frame
    assert frame.columns == ["#", "title", "date"]
    assert frame["title"].to_list() == ['two\r\nlines, and "quotes"']


@pytest.fixture
def large_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every GeoJSON file count as a large one."""
    monkeypatch.setattr(geojson, "_CAREFUL_BYTES", 0)
    monkeypatch.setattr(geojson, "_WHOLE_BYTES", 2_000)
    monkeypatch.setattr(gather, "_BATCH_ROWS", 3)


def features(count: int) -> list[dict[str, object]]:
    """Return features that share no more than one name, every fifth of which is none."""
    return [
        {
            "type": "Feature" if n % 5 else "Nothing",
            "properties": {"id": n, f" name{n % 4} ": "x", "deep": {"a": [n]}},
            "geometry": {"type": "Point", "coordinates": [-71 - n / 100, 42.0]},
        }
        for n in range(count)
    ]


@pytest.mark.parametrize("order", [("type", "crs", "features"), ("features", "crs", "type")])
def test_a_large_geojson_is_read_as_a_small_one(
    tmp_path: Path, order: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4269"}}
    parts = {"type": "FeatureCollection", "crs": crs, "features": features(40)}
    path = tmp_path / "a.geojson"
    path.write_text("\ufeff" + json.dumps({name: parts[name] for name in order}))
    small = read(path)
    request.getfixturevalue("large_is_small")
    large = read(path)
    assert large.frame.equals(small.frame)
    assert (large.crs, large.rows.tolist(), large.bad) == (small.crs, small.rows.tolist(), small.bad)
    assert shapely.equals_exact(large.geometry, small.geometry).all()
    assert (large.frame.height, len(large.bad)) == (32, 8)


@pytest.mark.parametrize("large", [False, True])
def test_numbers_that_are_none_cost_their_own_feature_and_no_other(
    tmp_path: Path, large: bool, request: pytest.FixtureRequest
) -> None:
    if large:
        request.getfixturevalue("large_is_small")
    path = tmp_path / "a.geojson"
    feature = (
        '{"type":"Feature","properties":{"said":"a \\"NaN\\", -Infinity","v":%s},'
        '"geometry":{"type":"Point","coordinates":[-71,%s]}}'
    )
    values = [("1", "42"), ("NaN", "42"), ("1", "NaN"), ("[-Infinity]", "42"), ("1", "-Infinity")]
    values += [("1e999", "42"), ("2", "43")]
    listed = ",\n".join(feature % pair for pair in values)
    path.write_text(f'{{"type":"FeatureCollection","features":[{listed}]}}')
    sheet = read(path)
    assert sheet.frame["v"].to_list() == ["1", "2"]
    assert set(sheet.frame["said"]) == {'a "NaN", -Infinity'}
    assert [bad.row for bad in sheet.bad] == [2, 3, 4, 5, 6]
    assert {bad.reason for bad in sheet.bad} == {"bad_geometry"}
    assert [bad.detail.split(" holds ")[0] for bad in sheet.bad] == [
        "v",
        "coordinates",
        "v",
        "coordinates",
        "v",
    ]
    assert "[-71, -Infinity]" in sheet.bad[3].original["feature"]


@pytest.mark.usefixtures("large_is_small")
def test_a_large_file_that_is_no_json_says_in_which_line(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"FeatureCollection",\n"features":[\n{"type":"Feature"},\n  oops]}')
    with pytest.raises(WatchfloorError) as refused:
        read(path)
    assert "line 4, column 3" in refused.value.message


@pytest.mark.usefixtures("large_is_small")
@pytest.mark.parametrize(
    "text",
    [
        '{"type":"FeatureCollection","features":[{"type":"Feature"},Nan]}',
        '{"type":"FeatureCollection","features":[{"type":"Feature"},NaN}',
        '{"type":"FeatureCollection","features":[{"type":"Feature"}',
        '{"type":"FeatureCollection","features":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"type":"FeatureCollection","features":7}',
        '{"type":"Topology","arcs":[' + "[[0,0]]," * 500 + "[[0,0]]]}",
        "[" * 3_000 + "]" * 3_000,
        "",
    ],
)
def test_a_large_file_that_is_no_list_of_features_is_refused_with_a_way_out(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(WatchfloorError) as refused:
        read(path)
    assert 400 <= refused.value.status < 500
    assert refused.value.hint or "nested" in refused.value.message
