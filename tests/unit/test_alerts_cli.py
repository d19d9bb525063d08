"""`watchfloor alerts backtest`: the area and its rule come from a GeoJSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data.alert_rules import parse_budget
from data.errors import Invalid
from data.store import Store
from tests.support.records import World

POLYGON = {
    "type": "Polygon",
    "coordinates": [[[-71.2, 42.2], [-70.9, 42.2], [-70.9, 42.5], [-71.2, 42.5], [-71.2, 42.2]]],
}


@pytest.fixture
def ask(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(sqlite_store.settings.home))

    def run(feature: object, *options: str) -> Any:
        file = tmp_path / "area.geojson"
        file.write_text(json.dumps(feature))
        return CliRunner().invoke(main, ["alerts", "backtest", "--area", str(file), *options, "--json"])

    return run


@pytest.mark.parametrize(
    "geometry",
    [
        POLYGON,
        {"type": "Point", "coordinates": [-71.06, 42.36]},
        {"type": "LineString", "coordinates": [[-71.1, 42.36], [-70.95, 42.37]]},
    ],
)
def test_a_rule_is_tried_on_the_reports_in_the_store(ask: Any, sqlite_world: World, geometry: Any) -> None:
    for severity in (1, 5, 6):
        sqlite_world.incident(severity=severity)
    about = {"rule": {"kind": "severity", "at_least": 4}, "metres": 30_000}
    feature = {"type": "Feature", "geometry": geometry, "properties": about}
    answer = ask(feature, "--since", "2026-10-31", "--budget", "1 per 12h")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    assert len(found["alerts"]) == 2
    assert {"time", "reason", "count", "expected"} == set(found["alerts"][0])
    assert found["budget"] == {"alarms": 1.0, "hours": 12.0, "per_day": 2.0}
    assert found["rate"] > 0


@pytest.mark.parametrize(
    "feature",
    [
        {},
        [1],
        {"type": "Feature", "geometry": POLYGON, "properties": {}},
        {"type": "Feature", "geometry": POLYGON, "properties": {"rule": {"kind": "guess"}}},
        {"type": "Feature", "geometry": None, "properties": {"rule": {"kind": "severity", "at_least": 4}}},
    ],
)
def test_a_file_without_a_rule_or_a_shape_is_refused(ask: Any, feature: object) -> None:
    answer = ask(feature)
    assert answer.exit_code == 2
    assert answer.exception is None or isinstance(answer.exception, SystemExit)


def test_budgets_are_read_as_people_write_them() -> None:
    assert [parse_budget(text).per_day for text in ("1 per 12h", "1 per week", "2/day", "1 per shift")] == [
        2.0,
        pytest.approx(1 / 7),
        2.0,
        2.0,
    ]
    for text in ("", "often", "0 per day", "1 per fortnight"):
        with pytest.raises(Invalid):
            parse_budget(text)
