"""Files that strangers send: each is refused with a clear message or quarantined, within 5 s and 200 MB.

The numbers in brackets are those of the list of hostile inputs.
"""

from __future__ import annotations

import bz2
import gzip
import json
import os
import resource
import stat
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import shapely

from data.errors import WatchfloorError
from data.importers import quarantine
from data.importers.opening import Options
from data.importers.pipeline import run
from data.importers.registry import read
from data.store import Store
from tests.support.imports import row, stored, write_csv, write_workbook

MAX_SECONDS = 5.0
MAX_MB = 200
KML = (
    '<?xml version="1.0"?>{dtd}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'
)
PLACE = "<Placemark><name>{name}</name><Point><coordinates>-71,42</coordinates></Point></Placemark>"


@pytest.fixture(autouse=True)
def within_limits() -> Iterator[None]:
    """Hold every test of this file to 5 seconds and 200 MB more than before, children included."""
    process = psutil.Process()
    before = process.memory_info().rss
    peak = [before]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.process_time()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = time.process_time() - started + after.ru_utime - children.ru_utime
    done.set()
    watcher.join()
    assert spent < MAX_SECONDS
    assert peak[0] - before < MAX_MB * 1024**2


def refused(path: Path) -> WatchfloorError:
    with pytest.raises(WatchfloorError) as caught:
        read(path)
    assert 400 <= caught.value.status < 500
    assert caught.value.message
    return caught.value


def kml(path: Path, body: str, dtd: str = "") -> Path:
    path.write_text(KML.format(dtd=dtd, body=body))
    return path


def zipped(path: Path, members: dict[str, bytes], compress: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compress) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def geojson(path: Path, geometry: object, **properties: object) -> Path:
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


# ── XML and archives ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',  # [24]
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',  # [25]
        '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;">]>',  # [26]
        '<!DOCTYPE kml [<!ENTITY x "' + "A" * 50_000 + '">]>',  # [27]
        '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/evil.dtd">',  # [28]
    ],
)
@pytest.mark.parametrize("name", ["a.kml", "a.gpx"])
def test_xml_with_a_document_type_is_refused(tmp_path: Path, dtd: str, name: str) -> None:
    path = kml(tmp_path / name, PLACE.format(name="&x;" * 20), dtd)
    if name == "a.gpx":
        path.write_text(
            path.read_text().replace("<kml", "<gpx").replace("</kml", "</gpx").replace("kml", "gpx")
        )
    assert "document type" in refused(path).message


def test_a_network_link_is_told_and_not_followed(tmp_path: Path) -> None:  # [29]
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/more.kml</href></Link></NetworkLink>"
    sheet = read(kml(tmp_path / "a.kml", link + PLACE.format(name="x")))
    assert (sheet.frame.height, list(sheet.notes)) == (1, ["1 network links were not followed"])


def test_a_kmz_bomb_is_refused(tmp_path: Path) -> None:  # [30]
    content = KML.format(dtd="", body="<!--" + " " * 200_000_000 + "-->").encode()
    error = refused(zipped(tmp_path / "a.kmz", {"doc.kml": content}))
    assert "200 times" in error.message or "more than" in error.message


def test_a_kmz_within_a_kmz_is_not_opened(tmp_path: Path) -> None:  # [31]
    inner = zipped(tmp_path / "in.kmz", {"doc.kml": KML.format(dtd="", body="").encode()}).read_bytes()
    refused(zipped(tmp_path / "a.kmz", {"in.kmz": inner}))


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:\\evil.csv", "..\\e.csv"]
)
def test_paths_that_climb_out_of_an_archive_are_refused(tmp_path: Path, name: str) -> None:  # [32]
    refused(zipped(tmp_path / "a.zip", {name: b"id,date\n1,2020-01-01\n"}))
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:  # [33]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("rows.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "link" in refused(tmp_path / "a.zip").message


@pytest.fixture(scope="module")
def floods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of archives by their number of entries; making them costs more than refusing them."""
    folder = tmp_path_factory.mktemp("floods")
    for count in (30_000, 100_000):
        with zipfile.ZipFile(folder / f"{count}.zip", "w", zipfile.ZIP_STORED) as archive:
            for number in range(count):
                archive.writestr(zipfile.ZipInfo(f"{number}.csv"), b"")
    return folder


@pytest.mark.parametrize("count", [30_000, 100_000])
def test_a_flood_of_entries_is_refused(floods: Path, tmp_path: Path, count: int) -> None:  # [34]
    for name in ("a.zip", "a.kmz", "a.xlsx"):
        (tmp_path / name).symlink_to(floods / f"{count}.zip")
        assert "the limit is 10,000" in refused(tmp_path / name).message


def test_a_size_header_that_lies_is_found_while_unpacking(tmp_path: Path) -> None:  # [35]
    path = zipped(tmp_path / "a.zip", {"rows.csv": b"id,date\n" + b"1,2020-01-01\n" * 3_000_000})
    data = bytearray(path.read_bytes())
    for magic, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.find(magic) + at
        data[start : start + 4] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    refused(path)


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_a_compressed_bomb_is_refused(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / f"a.csv{suffix}"
    path.write_bytes(pack(b"\0" * 30_000_000))
    assert "200 times" in refused(path).message


def test_a_workbook_bomb_is_refused(tmp_path: Path) -> None:
    refused(zipped(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": b" " * 150_000_000}))


# ── geography ────────────────────────────────────────────────────────────────────────────────────────

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)


@pytest.mark.parametrize(
    "name", ["a.geojson", "a.kml", "a.gpx", "a.shp", "a.gpkg", "a.csv", "a.vrt"]
)  # [36] [37]
def test_a_virtual_file_under_any_name_reads_no_other_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(VRT)
    if name == "a.csv":  # any text is a table of one column: the file itself, not the one it points at
        assert "root:" not in str(read(path).frame.to_dicts())
    else:
        refused(path)


@pytest.mark.parametrize(
    "path",
    ["/vsicurl/http://127.0.0.1:9/a.geojson", "/vsizip/a.zip/a.shp", "http://127.0.0.1:9/a.csv", "/etc", "-"],
)
def test_addresses_that_are_no_files_are_refused(path: str) -> None:  # [38]
    refused(Path(path))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])  # [39]
def test_numbers_that_are_none_are_quarantined_with_their_place(tmp_path: Path, number: str) -> None:
    path = geojson(tmp_path / "a.geojson", {"type": "Point", "coordinates": [-71, 0.5]})
    path.write_text(path.read_text().replace("0.5", number))
    (bad,) = read(path).bad
    assert bad.reason == "bad_geometry"
    assert "coordinates" in bad.detail


@pytest.mark.parametrize(
    ("lat", "lon", "reason"),
    [
        ("91", "-200", "outside_earth"),  # [40]
        ("-71.06", "142.36", None),
        ("0", "0", "zero_coordinates"),  # [45]
        ("5214839", "-7910240", "metres_in_degrees"),  # [46]
        ("nan", "-71", "unreadable_coordinates"),
        ("1e400", "-71", "outside_earth"),
        ("42°61'", "-71", "unreadable_coordinates"),
        ("42°21'", "-71", None),
        ("90", "180", None),  # [44]
        ("-90", "-180", None),
    ],
)
def test_places_that_cannot_be_are_quarantined(
    sqlite_store: Store, tmp_path: Path, lat: str, lon: str, reason: str | None
) -> None:
    rows = [*(row(n) for n in range(12)), row(99, lat=lat, lon=lon)]
    path = write_csv(tmp_path / "a.csv", rows)
    report = run(sqlite_store, sqlite_store.system_actor(), path, kind="incidents")
    assert report.adds_up
    assert dict(report.reasons) == ({reason: 1} if reason else {})


def test_a_ring_that_is_not_closed_is_quarantined_with_its_place(tmp_path: Path) -> None:  # [41]
    path = geojson(
        tmp_path / "a.geojson", {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}
    )
    assert "coordinates[0] is not closed" in read(path).bad[0].detail


def test_a_ring_that_crosses_itself_is_mended_and_told(sqlite_store: Store, tmp_path: Path) -> None:  # [41]
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    path = geojson(tmp_path / "a.geojson", bow, name="Bow tie")
    report = run(
        sqlite_store, sqlite_store.system_actor(), path, kind="areas", options=Options(source_key="x")
    )
    assert report.added == 1
    assert "made valid" in report.notes[0]


def test_a_polygon_of_a_million_vertices_is_read_in_time(tmp_path: Path) -> None:  # [42]
    ring = shapely.get_coordinates(shapely.Point(0, 0).buffer(1, quad_segs=60_000)).round(9).tolist()
    ring[-1] = ring[0]
    sheet = read(geojson(tmp_path / "a.geojson", {"type": "Polygon", "coordinates": [ring]}))
    assert sheet.frame.height + len(sheet.bad) == 1


@pytest.mark.parametrize("depth", [50, 300, 3_000, 100_000])  # [43]
def test_collections_within_each_other_without_end_are_refused(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "a.geojson"
    collection = '{"type":"GeometryCollection","geometries":[' * depth + "]}" * depth
    path.write_text('{"type":"Feature","properties":{},"geometry":' + collection + "}")
    if depth < 1_000:
        assert read(path).bad[0].reason == "bad_geometry"
    else:
        refused(path)


def test_a_deeply_nested_kml_is_refused(tmp_path: Path) -> None:
    refused(kml(tmp_path / "a.kml", "<Folder>" * 100_000 + "</Folder>" * 100_000))


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:  # [52]
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"FeatureCollection","features":[],"features":[{}]}')
    assert "twice" in refused(path).message


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_nul_in_a_field_quarantines_its_row(tmp_path: Path) -> None:  # [57]
    path = write_csv(tmp_path / "a.csv", [row(1), row(2, title="a\0b"), row(3)])
    sheet = read(path)
    assert (sheet.frame.height, [bad.reason for bad in sheet.bad]) == (2, ["nul_character"])
    assert "\0" not in str(sheet.bad[0].original)


def test_ten_thousand_columns_are_refused(tmp_path: Path) -> None:  # [57]
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"c{n}" for n in range(10_000)) + "\n" + "," * 9_999 + "\n")
    assert "10,000 columns" in refused(path).message


def test_a_field_of_five_megabytes_quarantines_its_row(tmp_path: Path) -> None:  # [57]
    path = write_csv(tmp_path / "a.csv", [row(1), row(2, description="x" * 5_000_000), row(3)])
    sheet = read(path)
    assert (sheet.frame.height, [bad.reason for bad in sheet.bad]) == (2, ["field_too_long"])
    assert len(str(sheet.bad[0].original)) < 20_000


def test_a_quotation_mark_left_open_loses_no_row_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "id,title,date\n" + "1,a,2020-01-01\n" * 5 + '2,"open,2020-01-02\n' + "3,b,2020-01-03\n" * 5
    )
    sheet = read(path)
    assert sheet.frame.height == 5
    assert sheet.bad[0].reason == "wrong_number_of_fields"
    assert "3,b,2020-01-03" in str(sheet.bad[0].original)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Pétionville £5 “quoted”"),
        ("utf-8-sig", "Pétionville £5 “quoted”"),
        ("latin-1", "Pétionville, près de l'église £5"),
        ("cp1252", "Pétionville “près” de l’église"),
        ("utf-16", "Pétionville £5 ж"),
        ("utf-16-le", "Petionville, pres de l'eglise"),
        ("utf-16-be", "Petionville, pres de l'eglise"),
    ],
)
def test_text_in_any_encoding_reads_as_it_was_written(
    tmp_path: Path, encoding: str, text: str
) -> None:  # [58]
    path = tmp_path / "a.csv"
    path.write_bytes(("id;title;date\n" + f"1;{text};2020-01-01\n" * 20).encode(encoding))
    sheet = read(path)
    assert sheet.frame.columns == ["id", "title", "date"]
    assert set(sheet.frame["title"]) == {text}


def test_a_formula_that_was_never_calculated_is_refused(tmp_path: Path) -> None:  # [59]
    path = write_workbook(tmp_path / "a.xlsx", [["id", "title", "date"], [1, "=CONCAT(A2)", "2020-01-01"]])
    assert "B2" in refused(path).message


def test_a_sheet_without_names_is_refused(tmp_path: Path) -> None:
    assert "column names" in refused(write_workbook(tmp_path / "a.xlsx", [[1, 2, 3], [4, 5, 6]])).message


def test_dates_in_four_formats_serials_and_impossible_years(
    sqlite_store: Store, tmp_path: Path
) -> None:  # [60]
    dates = [
        "2021-08-14 15:30",
        "14/08/2021 15:30",
        "14-Aug-2021 3:30 PM",
        "20210814T1530",
        "0001-01-01",
        "9999-12-31",
    ]
    path = write_csv(tmp_path / "a.csv", [row(n, date=date) for n, date in enumerate(dates)])
    report = run(sqlite_store, sqlite_store.system_actor(), path, kind="incidents")
    assert (report.added, dict(report.reasons)) == (4, {"impossible_date": 2})
    assert len({record["occurred_ms"] for record in stored(sqlite_store)}) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"\n\n\n"),
        ("a.xlsx", b"not a workbook"),
        ("a.parquet", b"PAR1" + os.urandom(200)),
        ("a.geojson", b""),
        ("a.geojson", b"\xff\xfe\x00"),
        ("a.kml", b"<kml>"),
        ("a.kmz", b"PK\x03\x04broken"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18),
        ("a.shp", b"\x00\x00\x27\x0a" + b"\0" * 96),
        ("a.gpkg", b"SQLite format 3\x00" + b"\0" * 84),
        ("a.gpx", b"<gpx><wpt"),
        ("a.csv.gz", b"\x1f\x8bbroken"),
        ("a.csv.xz", b"broken"),
        ("a.csv.zst", b"broken"),
        ("a.exe", b"MZ"),
        ("a", b"?"),
    ],
)
def test_empty_and_broken_files_are_refused_in_words(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(path)


def test_hostile_text_is_kept_as_text(sqlite_store: Store, tmp_path: Path) -> None:
    from tests.support.records import HOSTILE

    path = write_csv(tmp_path / "a.csv", [row(n, title=text) for n, text in enumerate(HOSTILE)])
    report = run(sqlite_store, sqlite_store.system_actor(), path, kind="incidents")
    assert (report.added, report.quarantined) == (len(HOSTILE), 0)


def test_a_title_of_a_megabyte_is_cut_and_kept_whole_in_the_narrative(
    sqlite_store: Store, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", [row(1, title="long " * 190_000), row(2)])
    report = run(sqlite_store, sqlite_store.system_actor(), path, kind="incidents")
    (record, _) = stored(sqlite_store)
    assert report.added == 2
    assert len(record["title"]) == 300
    assert len(record["narrative"]) > 900_000


def test_a_mended_row_cannot_smuggle_fields_in(sqlite_store: Store, tmp_path: Path) -> None:
    actor = sqlite_store.system_actor()
    path = write_csv(tmp_path / "a.csv", [row(1, lat="0", lon="0"), *(row(n) for n in range(2, 9))])
    run(sqlite_store, actor, path, kind="incidents")
    (bad,), _ = quarantine.waiting(sqlite_store, actor)
    mended = {
        **bad.original,
        "lat": "42.3",
        "lon": "-71.1",
        "scope_id": "1",
        "revision": "99",
        "' OR 1=1--": "x",
    }
    assert quarantine.resend(sqlite_store, actor, bad.seq, mended).added == 1
    assert {record["revision"] for record in stored(sqlite_store)} == {1}
