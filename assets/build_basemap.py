"""Build assets/basemap.pmtiles: `python assets/build_basemap.py [--out FILE]`.

Needs `pip install -r assets/basemap_build/requirements.txt`; takes a few minutes, and the same packages give
the same bytes. Three pyramids share the file, each drawn by the style as a source of its own:

- zooms 0-6, the world: Natural Earth; its last zoom is stretched for what lies abroad;
- zooms 7-10, the United States: Census shapes, states, counties, places;
- zooms 11-12, Massachusetts and the US Virgin Islands as sharp as the Census shapes are.

Water is the background and land is drawn on it; every piece is cut beyond the tile's edge, so no edge shows.
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections.abc import Sequence
from pathlib import Path

from basemap_build import scenes
from basemap_build.cut import Drawn, tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

HERE = Path(__file__).resolve().parent
LIMIT_BYTES = 16_000_000
ATTRIBUTION = "US Census Bureau · Natural Earth · GeoNames (CC BY 4.0)"
LAST_ZOOM = 12


def build(out: Path) -> None:
    """Write the basemap and print what it holds, zoom by zoom."""
    started = time.monotonic()
    world = scenes.load()
    print(f"sources read in {time.monotonic() - started:.0f} s")
    packed: list[tuple[int, bytes]] = []
    for zoom in range(LAST_ZOOM + 1):
        packed += _zoom(world.scene(zoom), zoom)
    packed.sort(key=lambda entry: entry[0])
    with out.open("wb") as file:
        writer = Writer(file)
        for tile_id, data in packed:
            writer.write_tile(tile_id, data)
        writer.finalize(_header(), _metadata())
    size = out.stat().st_size
    print(f"{out.name}: {size / 1e6:.2f} MB, {len(packed):,} tiles, {time.monotonic() - started:.0f} s")
    if size > LIMIT_BYTES:
        raise SystemExit(f"{size:,} bytes is over the limit of {LIMIT_BYTES:,}")


def _zoom(scene: Sequence[Drawn], zoom: int) -> list[tuple[int, bytes]]:
    """Return the packed tiles of one zoom by tile number."""
    started = time.monotonic()
    made = [
        (zxy_to_tileid(zoom, x, y), gzip.compress(data, 9, mtime=0))
        for x, y, data in tiles(list(scene), zoom)
        if 0 <= x < 2**zoom and 0 <= y < 2**zoom
    ]
    different = {data for _, data in made}
    print(
        f"z{zoom:<2} {len(made):6,} tiles, {len(different):6,} different, "
        f"{sum(map(len, different)) / 1e6:5.2f} MB, {time.monotonic() - started:4.0f} s",
        flush=True,
    )
    return made


def _header() -> dict[str, object]:
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": -1_800_000_000,
        "min_lat_e7": -850_511_280,
        "max_lon_e7": 1_800_000_000,
        "max_lat_e7": 850_511_280,
        "center_zoom": 7,
        "center_lon_e7": -718_000_000,
        "center_lat_e7": 422_000_000,
    }


def _metadata() -> dict[str, object]:
    layers = {
        "land": "all zooms; sharp=1 where zooms 11-12 draw it again",
        "abroad": "zoom 6: land that the United States pyramid does not have",
        "water": "lakes, reservoirs and Boston's inner waters",
        "borders": "borders of countries",
        "states": "borders of states",
        "counties": "borders of counties",
        "places": "names",
    }
    return {
        "name": "Watchfloor",
        "description": "Offline basemap: world, United States, sharp in Massachusetts and the Virgin Islands",
        "attribution": ATTRIBUTION,
        "version": "1.0.0",
        "type": "baselayer",
        "vector_layers": [
            {"id": name, "description": text, "fields": {}, "minzoom": 0, "maxzoom": LAST_ZOOM}
            for name, text in layers.items()
        ],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "basemap.pmtiles", help="file to write")
    build(parser.parse_args().out)
