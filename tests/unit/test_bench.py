"""`watchfloor bench` measures what README states, in a store of its own."""

from __future__ import annotations

import json

from click.testing import CliRunner

from dashboard.cli.bench import commands
from data.mirror import Mirror
from data.query import Query
from data.settings import Settings
from data.store import open_store


def test_bench_measures_every_figure_and_keeps_its_store_when_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("WATCHFLOOR_DATABASE_URL", "sqlite:////nonexistent/never-touched.db")
    home = tmp_path / "bench"
    asked = ["--rows", "1000", "--rounds", "1", "--home", str(home), "--json"]
    done = CliRunner().invoke(commands[0], asked)
    assert done.exit_code == 0, done.output
    result = json.loads(done.output)
    assert result["incidents"] == 1_000
    for figure in ("filter_change_ms", "tile_ms", "hotspots_ms", "new_report_ms"):
        assert 0 < result[figure]["p50"] <= result[figure]["p95"] <= result[figure]["max"]
    assert len(result["filter_change_ms_by_kind"]) >= 10
    kernels = [result[name].values() for name in ("hotspot_kernels_ms", "briefs_ms", "rescue_ms")]
    assert all(ms > 0 for some in kernels for ms in some)
    again = CliRunner().invoke(commands[0], asked)
    assert json.loads(again.output)["incidents"] == 1_001  # and the one report that the first bench sent


def test_bench_incidents_lie_as_real_ones_do(tmp_path):
    from dashboard.cli.bench_store import fill

    store = open_store(Settings(home=tmp_path / "home"))
    fill(store, rows=2_000, sites=50)
    view = Mirror(store).view(store.system_actor(), Query())
    shared = view.located.size - len(set(view.frame.cell[view.located].tolist()))
    assert view.total == 2_000
    assert view.unlocated > 0
    assert view.default_points > 0
    assert shared > 20
    store.close()
