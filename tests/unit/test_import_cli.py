"""`watchfloor import …`: exit codes, the report in words and as JSON, profiles, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from tests.support.imports import row, write_csv

COUNTS = ("read", "added", "updated", "unchanged", "duplicate", "quarantined")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path / "home"))

    def run(*arguments: object) -> Result:
        monkeypatch.setattr("sys.argv", ["watchfloor", *map(str, arguments)])
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


def counts(said: dict) -> tuple[int, ...]:
    return tuple(said[name] for name in COUNTS)


def test_a_clean_file_ends_with_0_and_the_same_again_is_unchanged(cli, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(n) for n in range(20)])
    first = cli("import", "incidents", path, "--tlp", "green", "--json")
    assert first.exit_code == 0
    assert counts(json.loads(first.stdout)) == (20, 20, 0, 0, 0, 0)
    assert json.loads(first.stdout)["marking"] == "TLP:GREEN"
    again = cli("import", "incidents", path, "--tlp", "green")
    assert again.exit_code == 0
    assert "unchanged 20" in again.stdout


def test_rejects_end_with_1_and_stand_in_the_report_file(cli, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [*(row(n) for n in range(20)), row(50, lat="0", lon="0")])
    done = cli("import", "incidents", path, "--report", tmp_path / "report.json")
    assert done.exit_code == 1
    assert "1 × zero coordinates" in done.stdout
    said = json.loads((tmp_path / "report.json").read_text())
    assert counts(said) == (21, 20, 0, 0, 0, 1)
    assert said["reasons"] == {"zero_coordinates": 1}


def test_what_cannot_be_read_or_decided_ends_with_2(cli, tmp_path: Path) -> None:
    empty = tmp_path / "a.csv"
    empty.write_text("")
    assert cli("import", "incidents", empty).exit_code == 2
    assert cli("import", "incidents", tmp_path / "missing.csv").exit_code == 2
    assert cli("import", "incidents", empty, "--map", "x=y").exit_code == 2
    assert cli("import", "incidents", empty, "--area", "1,2").exit_code == 2
    unclear = write_csv(tmp_path / "b.csv", [row(n, date="01/02/2020") for n in range(9)])
    refused = cli("import", "incidents", unclear, "--json")
    assert refused.exit_code == 2
    assert json.loads(refused.stdout)["questions"][0]["choices"] == ["date:dmy", "date:mdy"]
    assert cli("import", "incidents", unclear, "--map", "occurred=date:dmy").exit_code == 0


def test_a_mapping_is_saved_and_used_again_as_a_profile(cli, tmp_path: Path) -> None:
    rows = [row(n, date="01/02/2020") for n in range(9)]
    path = write_csv(tmp_path / "a.csv", rows)
    options = ("--map", "occurred=date:dmy", "--source", "calls", "--save-profile", "our-calls")
    assert cli("import", "incidents", path, *options).exit_code == 0
    newer = write_csv(tmp_path / "b.csv", [*rows, row(10, date="03/02/2020")])
    again = cli("import", "incidents", newer, "--profile", "our-calls", "--source", "calls", "--json")
    assert counts(json.loads(again.stdout)) == (10, 1, 0, 9, 0, 0)
    assert cli("import", "incidents", newer, "--profile", "no-such").exit_code == 2


def test_the_profile_none_means_the_columns_and_names_no_mapping(cli, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(n) for n in range(20)])
    assert cli("import", "incidents", path, "--save-profile", "none").exit_code == 2
    said = json.loads(cli("import", "incidents", path, "--profile", "none", "--json").stdout)
    assert (said["profile"], said["added"]) == ("", 20)


def test_a_dry_run_writes_nothing(cli, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(n) for n in range(20)])
    dry = cli("import", "incidents", path, "--dry-run")
    assert "DRY RUN" in dry.stdout
    assert counts(json.loads(cli("import", "incidents", path, "--json").stdout)) == (20, 20, 0, 0, 0, 0)
