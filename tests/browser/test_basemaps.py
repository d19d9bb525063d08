"""Several basemaps on one page: files, an address and a map service, each drawn when it is chosen."""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from layers.basemap.choices import BUILTIN_FILE
from tests.browser.conftest import Floor, opened, seed
from tests.support.browser import keep_picture, watch
from tests.support.page import map_is_still
from tests.support.records import World
from tests.support.server import running

_COLOURS = {"mbtiles": (20, 90, 60), "xyz": (90, 60, 20), "wms": (60, 20, 90)}
_GROUND = """() => {
  const style = window.watchfloor.map.engine.getStyle();
  return { name: style.metadata['watchfloor:basemap'], drawn: window.watchfloor.map.engine
    .queryRenderedFeatures({ layers: ['wf-incident-dots', 'wf-incident-clusters'] }).length };
}"""
_PIXEL = """() => new Promise((resolve) => {
  const { engine } = window.watchfloor.map;
  engine.once('render', () => {
    const canvas = engine.getCanvas();
    const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
    pen.drawImage(canvas, canvas.width - 60, canvas.height * 0.21, 1, 1, 0, 0, 1, 1);
    resolve([...pen.getImageData(0, 0, 1, 1).data].slice(0, 3));
  });
  engine.triggerRepaint();
})"""


def picture(red: int, green: int, blue: int) -> bytes:
    """Return a PNG tile of 256 × 256 in one colour."""

    def part(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)
    rows = (b"\x00" + bytes((red, green, blue)) * 256) * 256
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    )


def mbtiles(path: Path) -> Path:
    """Make an MBTiles file of pictures of the whole world to zoom 2."""
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        file.execute("INSERT INTO metadata VALUES ('format', 'png'), ('attribution', '<b>Made</b> here')")
        for z in range(3):
            rows = [(z, x, y, picture(*_COLOURS["mbtiles"])) for x in range(1 << z) for y in range(1 << z)]
            file.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    return path


class _Pictures(BaseHTTPRequestHandler):
    """A tile server and a map service of another house: they answer other origins, as public ones do."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = picture(*_COLOURS["wms" if self.path.startswith("/wms") else "xyz"])
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing: what was asked is kept."""


@pytest.fixture(scope="module")
def outside() -> Iterator[tuple[str, list[str]]]:
    """Run that server on loopback; yield its address and what it is asked."""
    asked: list[str] = []
    handler = type("Pictures", (_Pictures,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, outside: tuple[str, list[str]]) -> Iterator[Floor]:
    """Run a server with five basemaps besides its own, one of which is no map at all."""
    from data.settings import Settings
    from data.store import open_store

    home: Path = tmp_path_factory.mktemp("basemaps")
    copy = home / "streets.pmtiles"
    shutil.copyfile(BUILTIN_FILE, copy)
    broken = home / "broken.pmtiles"
    broken.write_bytes(BUILTIN_FILE.read_bytes()[:20_000])
    entries = [
        {"name": "Streets", "kind": "pmtiles", "path": str(copy)},
        {"name": "Imagery", "kind": "mbtiles", "path": str(mbtiles(home / "imagery.mbtiles"))},
        {"name": "Topo", "kind": "xyz", "url": outside[0] + "/{z}/{x}/{y}.png", "attribution": "Topo house"},
        {"name": "County", "kind": "wms", "url": f"{outside[0]}/wms", "layers": "roads,parcels"},
        {"name": "Broken", "kind": "pmtiles", "path": str(broken)},
    ]
    store = open_store(Settings(home=home))
    world = World(store)
    people = seed(world)
    with running(home, {"WATCHFLOOR_BASEMAPS": json.dumps(entries)}) as server:
        yield Floor(server, store, world, *people)
    store.close()


@pytest.fixture(scope="module")
def page(browser: Browser, many: Floor) -> Iterator[Page]:
    """One Watch page for the whole file."""
    watched = watch(browser)
    # One of the tests asks for a basemap that is not there.
    watched.forgive(r"404 .*name=gone")
    page = watched.context.new_page()
    page.goto(many.link(), wait_until="commit")
    page.close()
    page = opened(watched, many)
    map_is_still(page)
    yield page
    watched.context.close()
    watched.check()


def test_the_legend_offers_every_basemap_and_says_which_cannot_be_read(page: Page) -> None:
    choice = page.get_by_label("Basemap")
    expect(choice).to_be_visible()
    names = choice.locator("option").all_inner_texts()
    assert names == ["Watchfloor", "Streets", "Imagery", "Topo", "County", "Broken (cannot be read)"]
    assert choice.locator("option:disabled").count() == 1


@pytest.mark.parametrize(
    ("name", "colour"),
    [("Streets", None), ("Imagery", "mbtiles"), ("Topo", "xyz"), ("County", "wms"), ("Watchfloor", None)],
)
def test_a_basemap_is_drawn_when_it_is_chosen_with_the_reports_on_it(
    page: Page, outside: tuple[str, list[str]], name: str, colour: str | None
) -> None:
    page.get_by_label("Basemap").select_option(label=name)
    page.wait_for_function(f"() => ({_GROUND})().name === {json.dumps(name)}")
    map_is_still(page)
    page.wait_for_function(f"() => ({_GROUND})().drawn > 0")
    keep_picture(page, f"basemap-{name.lower()}")
    if colour:
        red, green, blue = page.evaluate(_PIXEL)
        wanted = _COLOURS[colour]
        # Quietened, but the hue is that of the pictures.
        assert max(range(3), key=(red, green, blue).__getitem__) == max(range(3), key=wanted.__getitem__)
    if colour == "wms":
        asked = next(path for path in outside[1] if path.startswith("/wms"))
        assert "LAYERS=roads%2Cparcels" in asked
        assert "BBOX=-" in asked


def test_the_choice_is_kept_and_the_credits_are_text(page: Page) -> None:
    page.get_by_label("Basemap").select_option(label="Imagery")
    page.wait_for_function(f"() => ({_GROUND})().name === 'Imagery'")
    page.reload()
    page.wait_for_selector("#wf-map canvas")
    map_is_still(page)
    assert page.evaluate(_GROUND)["name"] == "Imagery"
    expect(page.get_by_label("Basemap")).to_have_value("imagery")
    said = page.locator(".maplibregl-ctrl-attrib-inner")
    expect(said).to_contain_text("<b>Made</b> here")
    assert said.locator("b").count() == 0


def test_a_choice_that_left_the_settings_gives_way_to_the_own_map(page: Page) -> None:
    page.evaluate("() => localStorage.setItem('wf-basemap', 'gone')")
    page.reload()
    page.wait_for_selector("#wf-map canvas")
    map_is_still(page)
    assert page.evaluate(_GROUND)["name"] == "Watchfloor"
    assert page.evaluate("() => localStorage.getItem('wf-basemap')") is None


def test_a_basemap_that_goes_missing_leaves_the_reports_on_plain_ground(page: Page, many: Floor) -> None:
    (many.server.home / "streets.pmtiles").unlink()
    page.evaluate("() => localStorage.setItem('wf-basemap', 'streets')")
    page.reload()
    page.wait_for_selector("#wf-map canvas")
    expect(page.locator(".wf-ground-notice")).to_have_text(
        "The basemap streets.pmtiles is missing. Reports and sites are drawn all the same."
    )
    page.wait_for_function(f"() => ({_GROUND})().drawn > 0")
    keep_picture(page, "basemap-missing")
