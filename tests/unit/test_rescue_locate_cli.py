"""`watchfloor search locate`: candidates as JSON; streets of the store where there is one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data.importers import streets
from data.store import Store

SALT_POND = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "Salt Pond Road", "lfrom": 1, "lto": 99, "rfrom": 2, "rto": 98},
            "geometry": {"type": "LineString", "coordinates": [[-64.71, 18.33], [-64.71, 18.34]]},
        }
    ],
}


def ask(*options: str) -> Any:
    return CliRunner().invoke(main, ["search", "locate", *options])


def test_candidates_come_with_weight_and_words_and_no_store_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path / "home"))
    answer = ask("--text", "two miles north of Coral Bay", "--near", "St. John, US Virgin Islands")
    assert answer.exit_code == 0, answer.output
    (found,) = json.loads(answer.output)["candidates"]
    assert set(found) == {"name", "lon", "lat", "accuracy_m", "weight", "words"}
    assert (found["lon"], found["lat"]) == pytest.approx((-64.713, 18.377), abs=1e-3)
    assert (found["weight"], found["words"]) == (1.0, "two miles north of Coral Bay")
    # Many places are called St. John: the one is meant near which there is a Coral Bay.
    again = ask("--text", "two miles north of Coral Bay", "--near", "St. John")
    assert json.loads(again.output)["candidates"] == [found]
    assert not (tmp_path / "home").exists()


def test_what_is_nowhere_has_no_candidate_and_an_unknown_near_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path / "home"))
    assert json.loads(ask("--text", "help us please").output) == {"candidates": []}
    refused = ask("--text", "Coral Bay", "--near", "qqqqzz")
    assert refused.exit_code == 2
    assert "gazetteer" in refused.output


def test_a_house_number_lies_on_an_imported_street(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "streets.geojson"
    file.write_text(json.dumps(SALT_POND))
    streets.run(sqlite_store, sqlite_store.system_actor(), file, place="Coral Bay")
    monkeypatch.setenv("WATCHFLOOR_HOME", str(sqlite_store.settings.home))
    answer = ask("--text", "trapped at 99 Salt Pond Rd", "--near", "18.348, -64.713")
    (found,) = json.loads(answer.output)["candidates"]
    assert found["name"] == "99 Salt Pond Road, Coral Bay"
    assert found["lat"] == pytest.approx(18.34, abs=2e-4)
