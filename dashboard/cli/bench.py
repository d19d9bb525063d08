"""`watchfloor bench`: the figures of speed and memory that README states, measured on this machine."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from dashboard.cli.output import json_option, say

_LIMITS = {"tile_ms": 20.0, "filter_change_ms": 150.0}  # p95 at a million incidents


@click.command()
@click.option(
    "--rows", default=1_000_000, show_default=True, type=click.IntRange(1_000, 20_000_000), help="Incidents."
)
@click.option(
    "--rounds", default=12, show_default=True, type=click.IntRange(1, 1_000), help="Times that each is done."
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the made-up store in this folder and use it again; otherwise it is made and thrown away.",
)
@json_option
def bench(rows: int, rounds: int, home: Path | None, as_json: bool) -> None:
    """Measure loading, filtering, tiles, hotspots and rescue over made-up data, in a store of its own."""
    with ExitStack() as stack:
        folder = home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="watchfloor-bench-")))
        result = _measured(folder, rows=rows, rounds=rounds)
    say(result, as_json=as_json, text=_text(result))


def _measured(home: Path, *, rows: int, rounds: int) -> dict[str, Any]:
    from dashboard.cli import bench_briefs, bench_hotspots, bench_households, bench_rescue, bench_roads
    from dashboard.cli.bench_mirror import measure
    from dashboard.cli.bench_store import fill
    from data.settings import Settings
    from data.store import open_store

    # Its own settings: a bench must never fill the store that the environment names.
    store = open_store(Settings(home=home, database_url=""))
    try:
        began = time.perf_counter()
        if store.changes.counter() <= 1:
            fill(store, rows=rows)
        filled_s = time.perf_counter() - began
        kernels = bench_hotspots.measure(incidents=rows, rounds=min(rounds, 5))
        return {
            "fill_s": round(filled_s, 1),
            **measure(store, rounds=rounds),
            "hotspot_kernels_ms": kernels,
            "briefs_ms": bench_briefs.measure(store, rounds=min(rounds, 3)),
            "rescue_ms": {
                **bench_rescue.measure(cells=min(rows, bench_rescue.CELLS), rounds=min(rounds, 5)),
                **bench_households.measure(
                    households=min(rows, bench_households.HOUSEHOLDS), rounds=min(rounds, 5)
                ),
                **bench_roads.measure(edges=min(rows, bench_roads.EDGES), rounds=min(rounds, 5)),
            },
        }
    finally:
        store.close()


def _text(result: dict[str, Any]) -> str:
    lines = [
        f"{result['incidents']:>12,} incidents, made in {result['fill_s']:g} s",
        f"{result['load_s']:>12g} s to load them",
        f"{result['memory_mb']:>12,} MB of memory at most, the bench itself included",
        "",
        f"{'':30}{'median':>10}{'p95':>10}{'most':>10}   ms",
    ]
    names = {
        "filter_change_ms": "filter to counts and tiles",
        "tile_ms": "one tile",
        "hotspots_ms": "hotspots",
        "new_report_ms": "a new report taken in",
    }
    for key, name in names.items():
        lines.append(_line(name, result[key], limit=_LIMITS.get(key)))
        if key == "filter_change_ms":
            lines += [
                _line(f"  by {kind}", each) for kind, each in result["filter_change_ms_by_kind"].items()
            ]
    return "\n".join(
        [
            *lines,
            "",
            *_kernels({**result["hotspot_kernels_ms"], **result["briefs_ms"], **result["rescue_ms"]}),
        ]
    )


def _kernels(figures: dict[str, float]) -> list[str]:
    from dashboard.cli import bench_briefs, bench_hotspots, bench_households, bench_rescue, bench_roads

    kernels = (bench_hotspots, bench_briefs, bench_rescue, bench_households, bench_roads)
    limits_ms = {name: limit for kernel in kernels for name, limit in kernel.LIMITS_MS.items()}
    return [f"{name:40}{ms:>10.1f} ms   limit {limits_ms[name]:g}" for name, ms in figures.items()]


def _line(name: str, figures: dict[str, float], *, limit: float | None = None) -> str:
    held = "" if limit is None else f"   p95 limit {limit:g}"
    return f"{name:30}{figures['p50']:>10.1f}{figures['p95']:>10.1f}{figures['max']:>10.1f}{held}"


commands = [bench]
