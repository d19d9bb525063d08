"""What the server does when somebody moves a filter or the map, measured without a network between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from shapely.geometry import Polygon

from dashboard.web.summary import summarise
from data.access import Actor
from data.geo import CELL_BITS, mercator
from data.mirror import Mirror, View
from data.model import StoreKind, Tlp
from data.query import Query
from data.records import NewArea, NewIncident
from data.store import Store
from layers import incidents
from layers.hotspots import Asked, Kind, geojson, hotspots
from layers.tiles import TileAddress

_SCREEN = (
    5,
    4,
)  # tiles of 512 pixels across and down a 1920 × 1080 screen, as it seldom falls on their edges
_ZOOMS = range(19)
_AREAS = 12


@dataclass
class Times:
    """Measured times in ms."""

    ms: list[float] = field(default_factory=list)

    def measure(self, work: Callable[..., Any], *about: Any) -> None:
        """Do `work` and note how long it took."""
        began = time.perf_counter()
        work(*about)
        self.ms.append(1000 * (time.perf_counter() - began))

    def figures(self) -> dict[str, float]:
        """Return median, 95th percentile, maximum and number."""
        p50, p95 = np.percentile(self.ms, [50, 95]).tolist()
        return {"p50": round(p50, 2), "p95": round(p95, 2), "max": round(max(self.ms), 2), "n": len(self.ms)}


def measure(store: Store, *, rounds: int, seed: int = 1) -> dict[str, Any]:
    """Return the figures of loading, filtering, drawing and following the store, and of memory."""
    random = np.random.default_rng(seed)
    actor, mirror = store.system_actor(), Mirror(store)
    loading = Times()
    loading.measure(mirror.refresh)
    areas = [_area(store, random) for _ in range(_AREAS)]
    mirror.refresh()
    by_kind = {kind: Times() for kind in _filters(random, areas)}
    for _ in range(rounds):
        for kind, text in _filters(random, areas).items():
            by_kind[kind].measure(_screen, mirror, actor, text, random)
    every = Times([ms for times in by_kind.values() for ms in times.ms])
    return {
        "incidents": len(mirror.incidents),
        "load_s": round(loading.ms[0] / 1000, 2),
        "filter_change_ms": every.figures(),
        "filter_change_ms_by_kind": {kind: times.figures() for kind, times in by_kind.items()},
        "tile_ms": _tiles(mirror, actor, random, rounds).figures(),
        "hotspots_ms": _hotspots(mirror, actor, rounds).figures(),
        "new_report_ms": _following(store, mirror, rounds).figures(),
        "memory_mb": memory_mb(),
    }


def _filters(random: np.random.Generator, areas: list[str]) -> dict[str, str]:
    """Return one filter of each kind, another one each time."""
    lon, lat = random.uniform(-73, -70.2), random.uniform(41.5, 42.7)
    ring = ";".join(f"{x:.5f},{y:.5f}" for x, y in _star(random, lon, lat, corners=20))
    days = int(random.integers(1, 400))
    words = "+".join(random.choice(["gas", "leak", "tree", "smoke", "road", "power"], 2, replace=False))
    metres = int(random.integers(200, 3_000))
    sector = random.choice(["energy", "healthcare", "water"])
    return {
        "none": f"since={int(random.integers(1, 1000))}",
        "type": f"type={random.choice(['fire', 'crime', 'hazmat', 'medical'])}&last={days}d",
        "severity": f"severity={int(random.integers(1, 4))},5,6&last={days}d",
        "status": f"status=new,in_progress&last={days * 24 + 1}h",
        "time": f"last={days}d",
        "text": f"q={words}&last={days}d",
        "area": f"area={random.choice(areas)}&last={days}d",
        "polygon": f"shape=p:{ring}&severity=2,3,4,5,6",
        "circle": f"shape=c:{lon:.5f},{lat:.5f},{metres * 20}&not=shape",
        "near": f"near={sector}:{metres}&last={days}d",
        "all": f"near={sector}:{metres}&shape=p:{ring}&type=fire&severity=1,2,3,4,5,6&last={days}d&not=type",
    }


def _star(
    random: np.random.Generator, lon: float, lat: float, *, corners: int
) -> Iterator[tuple[float, float]]:
    reach = random.uniform(0.05, 0.4)
    for angle in np.linspace(0, 2 * np.pi, corners, endpoint=False):
        at = reach * random.uniform(0.6, 1.0)
        yield lon + at * float(np.cos(angle)), lat + at * float(np.sin(angle))


def _area(store: Store, random: np.random.Generator) -> str:
    scope = store.scopes.intern(StoreKind.OPEN, Tlp.CLEAR)
    source = store.sources.intern("bench-areas", name="Bench areas", kind="areas", scope_id=scope)
    outline = Polygon(_star(random, random.uniform(-73, -70.5), random.uniform(41.6, 42.6), corners=1_000))
    new = NewArea(name="Bench", kind="drawn", geometry=outline, source_id=source, scope_id=scope)
    return str(store.areas.add(store.system_actor(), new).id)


def _screen(mirror: Mirror, actor: Actor, text: str, random: np.random.Generator) -> None:
    """Do all that follows a change of filter: counts and timeline as JSON, and the tiles of one screen.

    The page asks for counts and tiles at once, and the server makes them side by side: so does this.
    """
    view = mirror.view(actor, Query.parse(text))
    zoom = int(random.integers(7, 14))
    with ThreadPoolExecutor(1) as beside:
        tiles = beside.submit(_tiles_of_a_screen, view, zoom)
        orjson.dumps(summarise(view))
        tiles.result()


def _tiles_of_a_screen(view: View, zoom: int) -> None:
    left, top = (int(v) >> (CELL_BITS - zoom) for v in mercator(-71.2, 42.4))
    for across in range(_SCREEN[0]):
        for down in range(_SCREEN[1]):
            incidents.tile(view, TileAddress(zoom, left + across, top + down))


def _tiles(mirror: Mirror, actor: Actor, random: np.random.Generator, rounds: int) -> Times:
    """Return the times of tiles at all zooms, each filter's first one included."""
    times = Times()
    for text in ("severity=1,2,3,4,5,6&last=700d", "type=fire", "status=new,closed&tlp=green,amber"):
        view = mirror.view(actor, Query.parse(text))
        for zoom in _ZOOMS:
            for address in _somewhere(view, zoom, random, 2 * rounds):
                times.measure(incidents.tile, view, address)
    return times


def _somewhere(view: View, zoom: int, random: np.random.Generator, count: int) -> list[TileAddress]:
    """Return tiles with reports on them, the likelier the more there are."""
    rows = view.located[random.integers(0, len(view.located), count)]
    shift = CELL_BITS - zoom
    return [
        TileAddress(zoom, int(x) >> shift, int(y) >> shift)
        for x, y in zip(view.frame.x[rows], view.frame.y[rows], strict=True)
    ]


def _hotspots(mirror: Mirror, actor: Actor, rounds: int) -> Times:
    times = Times()
    for number in range(rounds):
        view = mirror.view(actor, Query.parse(f"last={300 + number}d"))
        times.measure(_gi_star, view)
    return times


def _gi_star(view: View) -> None:
    geojson(hotspots(view, Asked(kind=Kind.GI_STAR)))


def _following(store: Store, mirror: Mirror, rounds: int) -> Times:
    """Return how long it takes to take one new report into the mirror, once it is in the store."""
    times = Times()
    scope = store.scopes.intern(StoreKind.INCIDENT, Tlp.GREEN)
    source = store.sources.intern("bench-live", name="Bench live", kind="incidents", scope_id=scope)
    for number in range(rounds):
        new = NewIncident(
            title=f"Live {number}",
            type_code="fire",
            source_id=source,
            scope_id=scope,
            occurred=store.clock.now(),
        )
        store.incidents.add(store.system_actor(), new)
        times.measure(mirror.refresh)
    return times


def memory_mb() -> int:
    """Return the largest memory that this process has had, in MB."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KB, macOS in bytes.
    return peak // (1_048_576 if sys.platform == "darwin" else 1_024)
