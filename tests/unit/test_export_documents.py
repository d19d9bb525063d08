"""A brief on paper, as slides, as one HTML file and as what is shown: whole, marked, and never code."""

from __future__ import annotations

import getpass
import io
import re
import shutil
import socket
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pypdf
import pytest
from PIL import Image
from pptx import Presentation

from data.errors import Invalid
from layers.briefs.document import Document
from layers.export.document import write_pdf, write_png
from layers.export.page_html import write_html
from layers.export.shown import write_shown
from layers.export.slides import write_pptx
from layers.export.text import plain
from tests.support.documents import HOSTILE_WORDS, brief
from tests.support.places import ARTEFACTS, ROOT

MARK = "TLP:AMBER"
EVERYTHING = " | ".join(words for words in HOSTILE_WORDS if len(words) < 200)
WRITERS: dict[str, Callable[[Document, Path], None]] = {
    "pdf": write_pdf,
    "pptx": write_pptx,
    "html": write_html,
    "png": lambda document, path: write_png(document.pages[0], document, path, ppi=72),
    "gpkg": lambda document, path: write_shown(document, path, "gpkg"),
    "kml": lambda document, path: write_shown(document, path, "kml"),
    "geojson": lambda document, path: write_shown(document, path, "geojson"),
}


def unpacked(path: Path) -> bytes:
    """Everything in a file, what is packed in it too."""
    body = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
        for part in list(parts):
            if part.startswith(b"PK"):
                inner = zipfile.ZipFile(io.BytesIO(part))
                parts += [inner.read(name) for name in inner.namelist()]
        return b"\n".join([body, *parts])
    if body.startswith(b"%PDF"):
        parts = [entry.get_data() for entry in _objects(path) if hasattr(entry, "get_data")]
        return b"\n".join([body, *parts])
    return body


def _objects(path: Path) -> list[Any]:
    reader = pypdf.PdfReader(path)
    return [reader.get_object(number) for number in range(1, int(reader.trailer["/Size"]))]


def pdf_of(document: Document, tmp_path: Path) -> pypdf.PdfReader:
    write_pdf(document, tmp_path / "brief.pdf")
    return pypdf.PdfReader(tmp_path / "brief.pdf")


def test_the_pdf_is_tagged_named_and_marked_on_every_page(tmp_path: Path) -> None:
    pdf = pdf_of(
        replace(brief("Gas leak in Revere"), title="Morning brief", caveats="UNCLASSIFIED//LES"), tmp_path
    )
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    about = pdf.metadata
    assert about is not None
    assert about.title == "Morning brief"
    assert len(pdf.pages) == 3
    for page in pdf.pages:
        words = page.extract_text()
        assert words.count(MARK) >= 2
        assert words.count("EXERCISE EXERCISE EXERCISE") == 2
        assert words.count("UNCLASSIFIED//LES") == 2
        assert "Gas leak in Revere" in words


def test_pictures_of_the_pdf_say_what_they_show(tmp_path: Path) -> None:
    pdf = pdf_of(brief("Gas leak"), tmp_path)
    structure = _structure(pdf.trailer["/Root"]["/StructTreeRoot"])
    found = [str(entry["/Alt"]) for entry in structure if "/Alt" in entry]
    assert any(text.startswith("Map: Gas leak. 1,289 reports, 1 sites") for text in found)
    assert any(text.startswith("Chart: Gas leak") for text in found)


def _structure(node: Any) -> list[Any]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [each for child in node for each in _structure(child)]
    if not isinstance(node, dict):
        return []
    return [node, *(_structure(node["/K"]) if "/K" in node else [])]


def test_a_recalled_brief_says_so_on_every_page(tmp_path: Path) -> None:
    recalled = brief(recalled="The place was wrong.")
    for page in pdf_of(recalled, tmp_path).pages:
        assert "RECALLED. Do not use or pass on. The place was wrong." in " ".join(
            page.extract_text().split()
        )
    write_pptx(recalled, tmp_path / "b.pptx")
    for slide in Presentation(str(tmp_path / "b.pptx")).slides:
        assert any("RECALLED" in shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    write_html(recalled, tmp_path / "b.html")
    assert "RECALLED. Do not use" in (tmp_path / "b.html").read_text()


@pytest.mark.parametrize("form", WRITERS)
def test_hostile_words_make_a_whole_file_of_every_form(form: str, tmp_path: Path) -> None:
    for words in (EVERYTHING, "漢字 العربية 🚒 \ue000", "x" * 1_000_000):
        WRITERS[form](brief(words), tmp_path / f"b.{form}")
        assert (tmp_path / f"b.{form}").stat().st_size > 1_000


def test_words_that_look_like_typst_are_set_as_they_are(tmp_path: Path) -> None:
    hostile = '#sys.inputs #read("/etc/passwd") *bold* $x^2$ = Head \\ `raw` @ref <label>'
    words = " ".join(pdf_of(brief(hostile), tmp_path).pages[0].extract_text().split())
    assert '#sys.inputs #read("/etc/passwd") *bold* $x^2$ = Head' in words
    assert "root:" not in words


def test_slides_hold_real_text_notes_and_a_native_chart_that_runs_nothing(tmp_path: Path) -> None:
    for hostile in ("=1+1", '=HYPERLINK("http://e/")', "https://evil.example", "+cmd|' /C calc'!A0"):
        write_pptx(brief(hostile), tmp_path / "b.pptx")
        deck = Presentation(str(tmp_path / "b.pptx"))
        first, second, third = deck.slides
        assert first.shapes.title.text_frame.text == hostile
        assert first.notes_slide.notes_text_frame.text == hostile
        chart = next(shape.chart for shape in second.shapes if shape.has_chart)
        assert [series.name for plot in chart.plots for series in plot.series] == [hostile, "Power", "Usual"]
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s", "n"}
        assert not [cell for cell in cells if cell.hyperlink]
        assert hostile in {cell.value for cell in cells}
        assert next(shape.table for shape in third.shapes if shape.has_table).cell(1, 0).text == hostile
        for slide in deck.slides:
            said = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
            assert said.count(MARK) == 2
    picture = next(shape for shape in first.shapes if shape.name == "Map")
    assert picture._element._nvXxPr.cNvPr.get("descr").startswith("Map: ")
    assert deck.core_properties.keywords == MARK


def test_what_folium_would_run_as_a_template_is_words(tmp_path: Path) -> None:
    write_html(brief("{{ 7 * 191 }} {% raw %} {{ cycler.__init__.__globals__ }}"), tmp_path / "b.html")
    text = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "1337" not in text
    assert text.count("{{ 7 * 191 }} {% raw %}") >= 10


class _Parts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts, self.tags, self.handlers, self.addresses = 0, set[str](), [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.scripts += tag == "script"
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [
            value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")
        ]


def test_the_html_has_our_scripts_alone_and_no_address(tmp_path: Path) -> None:
    write_html(brief(EVERYTHING), tmp_path / "b.html")
    text = (tmp_path / "b.html").read_text(encoding="utf-8")
    parts = _Parts()
    parts.feed(text)
    # Leaflet, the signs, and one map.
    assert parts.scripts == 3
    assert parts.handlers == []
    assert parts.addresses == ["data:,"]
    assert parts.tags.isdisjoint({"iframe", "object", "embed", "img", "base", "form"})
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1]
    assert policy[1].count("sha256-") == 3
    assert "unsafe-inline" not in policy[1].split("style-src")[0]


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_brief_is_the_same_file_and_names_neither_machine_nor_user(
    form: str, tmp_path: Path
) -> None:
    document = brief("Gas leak")
    one, two = tmp_path / f"one.{form}", tmp_path / f"two.{form}"
    for path in (one, two):
        WRITERS[form](document, path)
    assert one.read_bytes() == two.read_bytes()
    body = unpacked(one)
    names = [name for name in (socket.gethostname(), getpass.getuser()) if len(name) > 4]
    for secret in (str(tmp_path), str(ROOT), str(Path.home()) + "/", "Steve Canny", *names):
        assert secret.encode() not in body, secret


def test_what_is_shown_lies_where_it_was_shown_and_is_marked(tmp_path: Path) -> None:
    document = brief("=1+1")
    write_shown(document, tmp_path / "s.gpkg", "gpkg")
    frame = pyogrio.read_dataframe(tmp_path / "s.gpkg")
    shown = document.pages[0].map
    assert shown is not None
    assert len(frame) == len(shown.points) + len(shown.sites) + len(shown.shapes)
    points = frame[frame["kind"].isin(["report", "reports"])].geometry
    assert {(round(point.x, 6), round(point.y, 6)) for point in points} == {
        (round(one.lon, 6), round(one.lat, 6)) for one in shown.points
    }
    assert set(frame["marking"]) == {"TLP:GREEN"}
    assert pyogrio.read_info(tmp_path / "s.gpkg")["layer_metadata"]["MARKING"] == MARK
    write_shown(brief("<script>alert(1)</script>"), tmp_path / "s.kml", "kml")
    assert b"<script>" not in (tmp_path / "s.kml").read_bytes()
    with pytest.raises(Invalid, match="cannot be written"):
        write_shown(document, tmp_path / "s.csv", "csv")


def test_a_picture_to_print_is_as_large_as_asked(tmp_path: Path) -> None:
    document = brief("Gas leak")
    write_png(document.pages[0], document, tmp_path / "p.png", width_mm=254, ppi=100)
    with Image.open(tmp_path / "p.png") as picture:
        assert picture.width == 1000
        assert picture.info.get("Software") is None
    for width_mm, ppi in ((10.0, 100.0), (5_000.0, 300.0)):
        with pytest.raises(Invalid, match="cannot be made"):
            write_png(document.pages[0], document, tmp_path / "p.png", width_mm=width_mm, ppi=ppi)


def test_words_lose_what_controls_and_keep_what_is_said() -> None:
    assert plain("a\u202eb\x00c\x1b[31md\r\ne \ud800 f") == "abcd e f"
    assert plain("Zoë Ł ő – “x”") == "Zoë Ł ő – “x”"
    assert len(plain("x" * 1_000_000)) == 600


@pytest.mark.slow
def test_slides_open_in_libreoffice_and_are_looked_at(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip(
            "LibreOffice is not installed: apt-get install --no-install-recommends libreoffice-impress"
        )
    write_pptx(brief("Gas leak in Revere"), tmp_path / "brief.pptx")
    home = f"-env:UserInstallation=file://{tmp_path / 'home'}"
    command = [
        office,
        home,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "brief.pptx"),
    ]
    subprocess.run(command, check=True, timeout=240, capture_output=True)
    pages = pypdf.PdfReader(tmp_path / "brief.pdf").pages
    assert len(pages) == 3
    assert all("Gas leak in Revere" in " ".join(page.extract_text().split()) for page in pages)
    ARTEFACTS.mkdir(exist_ok=True)
    command = [
        office,
        home,
        "--headless",
        "--convert-to",
        "png",
        "--outdir",
        str(ARTEFACTS),
        str(tmp_path / "brief.pptx"),
    ]
    subprocess.run(command, check=True, timeout=240, capture_output=True)
    assert (ARTEFACTS / "brief.png").stat().st_size > 5_000
