"""How long one new report takes to be judged by a hundred watch areas over a million incidents.

python -m tests.load.alerts_speed HOME [ROWS]: fills HOME once, then prints one JSON object. Learning of
the past ends after five minutes at the latest; the object says how many areas had learnt of theirs by then.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.alerting.watcher import Watcher
from dashboard.cli.bench_store import fill
from dashboard.services import Services
from data.access import Actor
from data.alert_records import NewWatchArea
from data.alert_rules import (
    CountRule,
    Drawn,
    Method,
    NearSiteRule,
    NewHotspotRule,
    Rule,
    SeverityRule,
    UnusualRule,
)
from data.clock import SystemClock
from data.mirror import Mirror
from data.mirror.geography import lonlat
from data.model import LonLat, Role
from data.settings import Settings
from data.store import open_store
from tests.support.records import World

AREAS, REPORTS = 100, 40
MOST_LEARNING_S = 300
RULES: tuple[Rule, ...] = (
    SeverityRule(at_least=5),
    CountRule(above=5, within="1h"),
    UnusualRule(within="1h"),
    UnusualRule(within="1h", method=Method.PERMUTATION),
    NewHotspotRule(),
    NearSiteRule(sector="*", metres=500),
)


def measure(home: Path, rows: int) -> dict[str, Any]:
    """Return the figures; the store is filled on the first call."""
    store = open_store(Settings(home=home))
    services = Services(settings=store.settings, store=store, mirror=Mirror(store), clock=SystemClock())
    if not store.changes.counter() or not services.mirror.incidents.fid.size:
        fill(store, rows=rows)
    services.mirror.refresh()
    frame = services.mirror.incidents
    world, rng = World(store), np.random.default_rng(1)
    officer: Actor = world.actor(role=Role.WATCH_OFFICER)
    spots = np.column_stack(lonlat(frame, rng.integers(0, frame.located, AREAS)))
    for number, (lon, lat) in enumerate(spots.tolist()):
        rule = RULES[number % len(RULES)]
        shape = f"c:{lon:.5f},{lat:.5f},{5_000 + 200 * number}"
        new = NewWatchArea(name=f"Area {number}", geography=Drawn(shape=shape), rule=rule)
        store.watch_areas.add(officer, new)
    services.mirror.refresh()
    watcher = Watcher(services)
    began = time.perf_counter()
    watcher.look()
    while time.perf_counter() - began < MOST_LEARNING_S and watcher.learn():
        pass
    watcher.look()
    learning_s = time.perf_counter() - began
    took = []
    for number in range(REPORTS):
        lon, lat = spots[number % AREAS]
        world.incident(place=LonLat(float(lon), float(lat)), severity=2, occurred=services.clock.now())
        services.mirror.refresh()
        before = time.perf_counter()
        watcher.look()
        took.append(1000 * (time.perf_counter() - before))
    p50, p95 = np.percentile(took, [50, 95]).tolist()
    return {
        "incidents": len(frame),
        "watch_areas": AREAS,
        "look_ms": {"p50": round(p50, 1), "p95": round(p95, 1), "max": round(max(took), 1)},
        "learning_s": round(learning_s, 1),
        "learnt": sum(1 for one in store.watch_areas.states().values() if one.model),
    }


if __name__ == "__main__":
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]), many), indent=2) + "\n")
