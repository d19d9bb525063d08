"""The same points drawn by Watchfloor, by plotly, by folium and by PostGIS, in one run: `make bench`.

    python -m tests.load.side_by_side --home FOLDER     (a store made by `watchfloor bench --home FOLDER`)

Prints figures and fails on none of them. A rival that cannot be had here is left out, saying why.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import folium
import numpy as np
import plotly.graph_objects as go
import psutil
import psycopg
from folium.plugins import FastMarkerCluster
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from data.model import Role, StoreKind, Tlp
from data.settings import Settings
from data.store import open_store
from data.store import tables as t
from tests.support import postgres
from tests.support.browser import launched
from tests.support.server import running

PATIENCE_S = 300
TILES = [(z, x, y) for z in (6, 8, 10, 12) for x, y in [(int(2**z * 0.3025), int(2**z * 0.3695))]]


def main() -> None:
    """Print a table of first draws and one of tiles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--home", type=Path, required=True, help="Folder of a store made by `watchfloor bench`."
    )
    parser.add_argument("--only", default="", help="watchfloor, plotly, folium or postgis, joined by commas.")
    chosen = parser.parse_args()
    points = lon, lat = _points(chosen.home)
    print(f"{len(lon):,} points\n")
    wanted = set(filter(None, chosen.only.split(","))) or {"watchfloor", "plotly", "folium", "postgis"}
    with tempfile.TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        if "watchfloor" in wanted:
            _say("Watchfloor", _watchfloor(chosen.home))
        if "plotly" in wanted:
            _as_many_as_it_draws("plotly scatter_map", _plotly, "window.drawn === true", points, Path(folder))
        if "folium" in wanted:
            drawn = "document.querySelectorAll('.marker-cluster, .leaflet-marker-icon').length > 0"
            _as_many_as_it_draws("folium MarkerCluster", _folium, drawn, points, Path(folder))
        if "postgis" in wanted:
            _say("PostGIS ST_AsMVT", _postgis(lon, lat))


def _say(name: str, figures: dict[str, Any]) -> None:
    print(f"{name:24}" + "  ".join(f"{key} {value}" for key, value in figures.items()), flush=True)


def _as_many_as_it_draws(
    name: str,
    make: Callable[[np.ndarray, np.ndarray, Path], Path | None],
    condition: str,
    points: tuple[np.ndarray, np.ndarray],
    folder: Path,
) -> None:
    """Say how long a page of one's own takes for all points; where it dies of them, for half, and so on."""
    lon, lat = points
    for share in (1, 2, 4, 8):
        made = make(lon[::share], lat[::share], folder)
        if made is None:
            _say(name, {"left out": "npm gives no leaflet here"})
            return
        figures = {"points": f"{len(lon[::share]):,}", **_drawn(made, condition)}
        _say(name, figures)
        if "not drawn" not in figures:
            return


def _points(home: Path) -> tuple[np.ndarray, np.ndarray]:
    store = open_store(Settings(home=home, database_url=""))
    with store.reading() as connection:
        rows = connection.execute(
            select(t.incident.c.lon, t.incident.c.lat).where(t.incident.c.lon.is_not(None))
        )
        places = np.array([tuple(row) for row in rows], dtype=np.float64)
    store.close()
    return places[:, 0], places[:, 1]


def _watchfloor(home: Path) -> dict[str, Any]:
    """Return how long start, first full draw and a change of filter take in a real browser."""
    store = open_store(Settings(home=home, database_url=""))
    name = f"bench-{time.time_ns()}"
    user = store.users.add(
        store.system_actor(),
        name,
        role=Role.VIEWER,
        agency_id=1,
        clearance=Tlp.AMBER,
        stores=[StoreKind.INCIDENT, StoreKind.OPEN],
    )
    link = store.users.make_link(user)
    store.close()
    began = time.perf_counter()
    with running(home) as server, launched() as browser:
        started = time.perf_counter() - began
        # Without the page's policy, which keeps the waiting below from being evaluated.
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, bypass_csp=True)
        page.goto(f"{server.url}/link/{link}")
        page.goto("about:blank")
        drawn = "window.watchfloor?.map?.engine?.loaded() && window.watchfloor.map.engine.areTilesLoaded()"
        first = _until(
            page, lambda: page.goto(server.url), f"{drawn} && !!window.watchfloor.map.engine.getZoom()"
        )
        changed = _until(page, lambda: page.evaluate("watchfloor.map.setFilter('severity=4,5,6')"), drawn)
        process = psutil.Process(server.process.pid) if server.process else None
        memory = (
            sum(p.memory_info().rss for p in [process, *process.children(recursive=True)]) if process else 0
        )
        return {
            "start": f"{started:.1f} s",
            "first draw": f"{first:.1f} s",
            "filter": f"{changed:.1f} s",
            "browser": f"{_browser_mb(browser)} MB",
            "server": f"{memory >> 20} MB",
        }


def _plotly(lon: np.ndarray, lat: np.ndarray, folder: Path) -> Path:
    figure = go.Figure(go.Scattermap(lon=lon.round(6), lat=lat.round(6), mode="markers", marker={"size": 4}))
    centre = {"lon": float(lon.mean()), "lat": float(lat.mean())}
    figure.update_layout(map={"style": "white-bg", "center": centre, "zoom": 7}, height=1000)
    path = folder / "plotly.html"
    # Run once plotly has made its map; the map says by itself when everything is on it.
    script = (
        "document.querySelector('.js-plotly-plot')._fullLayout.map._subplot.map"
        ".once('idle', () => { window.drawn = true; });"
    )
    figure.write_html(path, include_plotlyjs=True, post_script=script)
    return path


def _folium(lon: np.ndarray, lat: np.ndarray, folder: Path) -> Path | None:
    """Return folium's page with Leaflet beside it, or None where npm does not give it."""
    packages = ["leaflet@1.9.4", "leaflet.markercluster@1.5.3"]
    command = ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", *packages]
    if subprocess.run(command, cwd=folder, check=False, stdin=subprocess.DEVNULL).returncode:
        return None
    made = folium.Map(location=[float(lat.mean()), float(lon.mean())], zoom_start=8, tiles=None)
    made.default_js = [("leaflet", "node_modules/leaflet/dist/leaflet.js")]
    made.default_css = [("leaflet", "node_modules/leaflet/dist/leaflet.css")]
    cluster = FastMarkerCluster(np.column_stack([lat.round(6), lon.round(6)]).tolist())
    spread = "node_modules/leaflet.markercluster/dist"
    cluster.default_js = [("cluster", f"{spread}/leaflet.markercluster.js")]
    cluster.default_css = [("cluster", f"{spread}/MarkerCluster.Default.css")]
    cluster.add_to(made)
    path = folder / "folium.html"
    made.save(str(path))
    return path


def _drawn(path: Path, condition: str) -> dict[str, Any]:
    """Return how long a page of one's own takes until it is drawn, and what the browser then holds."""
    with _served(path) as address, launched() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        try:
            seconds = _until(page, lambda: page.goto(address, timeout=PATIENCE_S * 1000), condition)
        except Exception as error:  # noqa: BLE001  # a rival that dies is a figure too
            return {"not drawn": str(error).splitlines()[0][:80]}
        megabytes = path.stat().st_size >> 20
        return {
            "first draw": f"{seconds:.1f} s",
            "browser": f"{_browser_mb(browser)} MB",
            "file": f"{megabytes} MB",
        }


@contextlib.contextmanager
def _served(path: Path) -> Iterator[str]:
    """Serve the page's folder on loopback: from a file, a browser gives plotly's map no worker."""
    handler = functools.partial(_Quiet, directory=str(path.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{path.name}"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: the table is what is read."""


def _until(page: Page, act: Callable[[], object], condition: str) -> float:
    began = time.perf_counter()
    act()
    page.wait_for_function(condition, timeout=PATIENCE_S * 1000, polling=50)
    return time.perf_counter() - began


def _browser_mb(browser: Browser) -> int:
    del browser  # Playwright does not tell its process: it is the only Chromium among our children
    ours = psutil.Process().children(recursive=True)
    return sum(p.memory_info().rss for p in ours if "chrom" in p.name().lower()) >> 20


def _postgis(lon: np.ndarray, lat: np.ndarray) -> dict[str, Any]:
    """Return the time of ST_AsMVT for a tile at four zooms, indexed and analysed."""
    reason = postgres.reason_to_skip()
    if reason:
        return {"left out": reason}
    with (
        postgres.cluster() as server,
        psycopg.connect(host=str(server.folder), user="postgres", dbname="postgres", autocommit=True) as link,
    ):
        try:
            link.execute("CREATE EXTENSION postgis")
        except psycopg.Error as error:
            return {"left out": str(error).splitlines()[0]}
        link.execute("CREATE TABLE raw (lon float8, lat float8)")
        with link.cursor().copy("COPY raw FROM STDIN") as copy:
            for row in zip(lon.tolist(), lat.tolist(), strict=True):
                copy.write_row(row)
        link.execute(
            "CREATE TABLE point AS SELECT row_number() OVER () AS id, 3 AS sev, "
            "ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857) AS geom FROM raw"
        )
        link.execute("CREATE INDEX ON point USING gist (geom)")
        link.execute("ANALYZE point")
        return {f"z{z}": _tile_ms(link, z, x, y) for z, x, y in TILES}


def _tile_ms(link: psycopg.Connection[Any], z: int, x: int, y: int) -> str:
    envelope = "ST_TileEnvelope(%s, %s, %s)"
    features = f"SELECT id, sev, ST_AsMVTGeom(geom, {envelope}) AS geom FROM point WHERE geom && {envelope}"
    sql = f"SELECT ST_AsMVT(q, 'points') FROM ({features}) q"
    times = []
    for _ in range(3):
        began = time.perf_counter()
        tile = link.execute(sql, (z, x, y, z, x, y)).fetchone()
        times.append(time.perf_counter() - began)
    size = len(tile[0]) if tile else 0
    return json.dumps(f"{sorted(times)[1] * 1000:.0f} ms, {size >> 10} kB").strip('"')


if __name__ == "__main__":
    main()
