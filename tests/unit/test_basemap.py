"""Styles, choices and files of basemaps."""

from __future__ import annotations

import contextlib
import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from data.errors import Invalid, NotFound
from data.settings import Settings
from layers.basemap import BadSetting, DamagedBasemap, available, chosen, csp_hosts, open_archive, style
from layers.basemap.choices import BUILTIN_FILE
from layers.basemap.palette import THEMES

TILES = "/tiles/basemap/builtin/{z}/{x}/{y}"


def settings(*entries: dict[str, Any]) -> Settings:
    return Settings(basemaps=json.dumps(entries))


def pmtiles(path: Path, *, kind: TileType = TileType.MVT, **metadata: Any) -> Path:
    with path.open("wb") as file:
        writer = Writer(file)
        for z, x, y in ((0, 0, 0), (1, 0, 0), (1, 1, 1)):
            writer.write_tile(zxy_to_tileid(z, x, y), gzip.compress(f"tile {z}/{x}/{y}".encode(), mtime=0))
        writer.finalize({"tile_type": kind, "tile_compression": Compression.GZIP}, metadata)
    return path


def read_all(path: Path) -> None:
    archive = open_archive(path)
    for z, x, y in ((0, 0, 0), (1, 0, 0), (1, 1, 1)):
        tile = archive.tile(z, x, y)
        if tile is not None:
            tile.unpacked()


def mbtiles(path: Path, *, form: str = "png") -> Path:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE metadata (name text, value text)")
        connection.execute(
            "CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)"
        )
        connection.execute("INSERT INTO metadata VALUES ('format', ?), ('attribution', '<b>Us</b>')", (form,))
        connection.execute("INSERT INTO tiles VALUES (3, 2, 7, ?)", (b"northmost",))
    connection.close()
    return path


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


# ── style ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("theme", THEMES)
def test_a_style_hangs_together_and_asks_nobody_outside(theme: str) -> None:
    made = style(theme, chosen(Settings()), tile_url=TILES)
    assert made["version"] == 8
    assert "glyphs" not in made
    assert "sprite" not in made
    ids = [layer["id"] for layer in made["layers"]]
    assert len(ids) == len(set(ids))
    assert {layer["source"] for layer in made["layers"] if "source" in layer} <= set(made["sources"])
    fonts = {font for layer in made["layers"] for font in layer.get("layout", {}).get("text-font", [])}
    assert fonts <= set(made["font-faces"])
    assert "://" not in json.dumps(made)


@pytest.mark.parametrize("theme", THEMES)
def test_the_ground_has_no_colour(theme: str) -> None:
    for name in THEMES[theme].__slots__:
        colour = getattr(THEMES[theme], name)
        channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        assert max(channels) - min(channels) <= 32, name


@pytest.mark.parametrize("theme", THEMES)
def test_names_can_be_read(theme: str) -> None:
    greys = THEMES[theme]
    assert contrast(greys.label, greys.land) >= 4.5
    assert contrast(greys.faint, greys.land) >= 4.5
    assert contrast(greys.sea_label, greys.water) >= 4.5


def test_labels_come_after_everything_else() -> None:
    kinds = [layer["type"] for layer in style("dark", chosen(Settings()), tile_url=TILES)["layers"]]
    assert kinds == sorted(kinds, key=lambda kind: kind == "symbol")


def test_without_its_file_the_map_is_land_and_not_a_false_sea() -> None:
    made = style("dark", chosen(Settings()), tile_url="")
    assert made["sources"] == {}
    assert made["layers"] == [
        {"id": "water", "type": "background", "paint": {"background-color": THEMES["dark"].land}}
    ]


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(Invalid):
        style("sepia", chosen(Settings()), tile_url=TILES)


def test_credits_of_a_file_are_text_and_never_markup() -> None:
    entry = {"name": "Evil", "kind": "xyz", "url": "https://t.example/{z}/{x}/{y}.png"}
    basemap = chosen(settings({**entry, "attribution": "<img src=x onerror=alert(1)>"}), "evil")
    assert "<img" not in json.dumps(style("dark", basemap, tile_url="", ground_url=TILES))


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_a_wms_is_asked_for_web_mercator_pictures(version: str) -> None:
    entry = {"name": "Photos", "kind": "wms", "url": "https://wms.example/ows?map=a", "layers": "a&b,c"}
    made = style(
        "light", chosen(settings({**entry, "version": version}), "photos"), tile_url="", ground_url=TILES
    )
    (address,) = made["sources"]["chosen"]["tiles"]
    assert address.startswith("https://wms.example/ows?map=a&SERVICE=WMS&REQUEST=GetMap&")
    assert address.endswith("&BBOX={bbox-epsg-3857}")
    assert ("CRS" if version == "1.3.0" else "SRS") + "=EPSG%3A3857" in address
    assert "LAYERS=a%26b%2Cc" in address


@pytest.mark.parametrize(
    "names", [["earth", "water", "roads", "places"], ["transportation", "place", "odd"], []]
)
def test_vector_tiles_of_known_schemas_are_drawn(tmp_path: Path, names: list[str]) -> None:
    path = pmtiles(tmp_path / "streets.pmtiles", vector_layers=[{"id": name} for name in names])
    basemap = chosen(settings({"name": "Streets", "kind": "pmtiles", "path": str(path)}), "streets")
    made = style("dark", basemap, tile_url="/t/{z}/{x}/{y}", ground_url=TILES, info=open_archive(path).info)
    drawn = {layer["source-layer"] for layer in made["layers"] if layer.get("source") == "chosen"}
    assert drawn == set(names) - {"odd"}


# ── choices ──────────────────────────────────────────────────────────────────────────────────────


def test_our_own_basemap_is_always_there_and_first() -> None:
    assert [basemap.kind for basemap in available(Settings())] == ["builtin"]
    assert chosen(Settings()).path == BUILTIN_FILE
    assert csp_hosts(Settings()) == frozenset()


def test_only_hosts_of_outside_basemaps_are_let_through() -> None:
    made = settings(
        {"name": "Streets", "kind": "mbtiles", "path": "/maps/s.mbtiles"},
        {"name": "Topo", "kind": "xyz", "url": "https://tiles.example:8443/t/{z}/{x}/{y}.png"},
        {"name": "Photos", "kind": "wms", "url": "http://wms.example/ows", "layers": "a"},
    )
    assert csp_hosts(made) == {"https://tiles.example:8443", "http://wms.example"}
    assert [basemap.slug for basemap in available(made)] == ["watchfloor", "streets", "topo", "photos"]


def test_an_unknown_name_is_not_there() -> None:
    with pytest.raises(NotFound):
        chosen(Settings(), "../../etc/passwd")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "[1]",
        '[{"kind": "xyz"}]',
        '[{"name": "a", "kind": "ftp"}]',
        '[{"name": "a", "kind": "pmtiles"}]',
        '[{"name": "a", "kind": "pmtiles", "path": "relative.pmtiles"}]',
        '[{"name": "<b>", "kind": "pmtiles", "path": "/a"}]',
        '[{"name": "a", "kind": "xyz", "url": "https://t.example/a.png"}]',
        '[{"name": "a", "kind": "xyz", "url": "javascript:alert(1)//{z}{x}{y}"}]',
        '[{"name": "a", "kind": "xyz", "url": "https://u:p@t.example/{z}/{x}/{y}"}]',
        '[{"name": "a", "kind": "xyz", "url": "https://t.example; script-src */{z}/{x}/{y}"}]',
        '[{"name": "a", "kind": "xyz", "url": "https://*/{z}/{x}/{y}"}]',
        '[{"name": "a", "kind": "xyz", "url": "https://[/{z}/{x}/{y}"}]',
        '[{"name": "a", "kind": "wms", "url": "https://t.example/"}]',
        '[{"name": "a", "kind": "pmtiles", "path": "/a", "max_zoom": 99}]',
        '[{"name": "a", "kind": "pmtiles", "path": "/a", "colour": "red"}]',
        '[{"name": "a", "kind": "pmtiles", "path": "/a"}, {"name": "A", "kind": "pmtiles", "path": "/b"}]',
        '[{"name": "Watchfloor", "kind": "pmtiles", "path": "/a"}]',
        '[{"name": "builtin", "kind": "pmtiles", "path": "/a"}]',
    ],
)
def test_a_bad_setting_says_how_to_mend_it(text: str) -> None:
    with pytest.raises(BadSetting) as caught:
        available(Settings(basemaps=text))
    assert caught.value.hint


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        found = available(Settings(basemaps=json.dumps(value)))
    except BadSetting:
        return
    assert len(found) == 1 + len(value)


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def test_a_tile_of_a_pmtiles_file_comes_back(tmp_path: Path) -> None:
    archive = open_archive(pmtiles(tmp_path / "a.pmtiles", attribution="Us"))
    tile = archive.tile(1, 1, 1)
    assert tile is not None
    assert tile.unpacked() == b"tile 1/1/1"
    assert archive.info.attribution == "Us"
    for missing in ((1, 0, 1), (5, 3, 3), (1, 2, 0), (1, -1, 0)):
        assert archive.tile(*missing) is None


def test_rows_of_an_mbtiles_file_are_counted_from_the_south(tmp_path: Path) -> None:
    archive = open_archive(mbtiles(tmp_path / "a.mbtiles"))
    tile = archive.tile(3, 2, 0)
    assert tile is not None
    assert (tile.unpacked(), tile.media) == (b"northmost", "image/png")
    assert archive.tile(3, 2, 7) is None
    assert (archive.info.min_zoom, archive.info.max_zoom) == (3, 3)


@pytest.mark.parametrize("keep", [0, 5, 60, 126, 127, 140, 200, 250])
def test_a_file_that_was_cut_short_is_told_from_a_good_one(tmp_path: Path, keep: int) -> None:
    path = pmtiles(tmp_path / "a.pmtiles")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DamagedBasemap) as caught:
        read_all(path)
    assert caught.value.status == 503


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=12))
def test_flipped_bytes_are_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]
) -> None:
    path = pmtiles(tmp_path_factory.mktemp("flip") / "a.pmtiles")
    data = bytearray(path.read_bytes())
    for at, value in flips:
        data[at % len(data)] = value
    path.write_bytes(data)
    with contextlib.suppress(DamagedBasemap):
        read_all(path)


def test_no_basemap_and_no_tiles_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "a.pmtiles"
    text.write_text("hello")
    empty = tmp_path / "b.mbtiles"
    sqlite3.connect(empty).execute("CREATE TABLE x (y int)").connection.close()
    for path in (text, empty, tmp_path / "absent", tmp_path):
        with pytest.raises(DamagedBasemap):
            open_archive(path)
