"""The commands that look after an installation, as an operator calls them."""

from __future__ import annotations

import importlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import COMMANDS, main
from data.mirror import Mirror
from data.settings import Settings
from data.store import open_store
from data.store.backup import content_hashes
from layers.release import Ask, release_records
from tests.support.records import World


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> Result:
    monkeypatch.setattr("sys.argv", ["watchfloor", *arguments])
    return CliRunner().invoke(main, list(arguments), input=typed)


def told(result: Result) -> dict[str, Any]:
    return dict(json.loads(result.stdout))


def test_every_command_is_in_the_file_that_the_table_names() -> None:
    for name, file in COMMANDS.items():
        module = importlib.import_module(f"dashboard.cli.{file}")
        assert name in {command.name for command in module.commands}


def test_every_command_answers_help_and_takes_json() -> None:
    from click import Group

    def leaves(command: Any) -> list[Any]:
        if isinstance(command, Group):
            return [leaf for one in command.commands.values() for leaf in leaves(one)]
        return [command]

    for name, file in COMMANDS.items():
        module = importlib.import_module(f"dashboard.cli.{file}")
        for command in module.commands:
            assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0
            for leaf in leaves(command):
                assert any("--json" in parameter.opts for parameter in leaf.params), leaf.name


def test_init_makes_one_administrator_and_no_default_password(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(monkeypatch, "init", "--link", "--json")
    assert first.exit_code == 0
    assert "/link/" in told(first)["link"]
    assert home.stat().st_mode & 0o077 == 0
    second = run(monkeypatch, "init", "--link", "--json")
    assert second.exit_code == 2
    assert told(second)["error"] == "conflict"


def test_init_without_anybody_to_ask_sets_no_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, "init")
    assert result.exit_code == 2
    assert "--link" in result.stderr


@pytest.mark.parametrize("password", ["", "short", "admin"])
def test_a_short_password_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    assert run(monkeypatch, "init", "--password-stdin", typed=f"{password}\n").exit_code == 2


def test_people_are_added_listed_and_disabled(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "init", "--link")
    added = run(monkeypatch, "users", "add", "amy", "--role", "watch_officer", "--link", "--json")
    assert told(added)["role"] == "watch_officer"
    assert run(monkeypatch, "users", "add", "amy", "--link").exit_code == 2
    token = told(run(monkeypatch, "users", "token", "amy", "--json"))["token"]
    with_store = open_store(Settings(home=home))
    assert with_store.users.actor_for_bearer(token).name == "amy"
    assert run(monkeypatch, "users", "disable", "amy").exit_code == 0
    listed = {
        user["name"]: user["disabled"] for user in told(run(monkeypatch, "users", "list", "--json"))["users"]
    }
    assert listed == {"admin": False, "amy": True}
    assert run(monkeypatch, "users", "token", "amy").exit_code == 2
    assert run(monkeypatch, "users", "token", "nobody").exit_code == 2
    with_store.close()


def test_verify_finds_a_changed_entry(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "init", "--link")
    assert told(run(monkeypatch, "audit", "verify", "--json"))["whole"] is True
    store = open_store(Settings(home=home))
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE audit SET user_name = 'nobody else' WHERE seq = 1")
    store.close()
    found = run(monkeypatch, "audit", "verify", "--json")
    assert found.exit_code == 1
    assert told(found)["whole"] is False


def test_a_backup_under_writes_comes_back_with_the_same_content(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "init", "--link")
    store = open_store(Settings(home=home))
    world = World(store)
    for _ in range(20):
        world.incident()
    taken = Ask(
        actor=world.system,
        kind="incident",
        filter="",
        recipient=store.recipients.own(world.system),
        purpose="own use",
    )
    _, left = release_records(store, Mirror(store), taken)
    with store.engine.connect().execution_options(write=True) as writer, writer.begin():
        # Somebody is in the middle of writing: the backup has the moment before.
        file = tmp_path / "store.backup"
        made = run(monkeypatch, "backup", str(file), "--json")
        assert made.exit_code == 0, made.output
    world.incident()
    store.close()
    assert file.stat().st_mode & 0o077 == 0
    assert run(monkeypatch, "backup", str(file)).exit_code == 2
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path / "other"))
    back = run(monkeypatch, "restore", str(file), "--json")
    assert back.exit_code == 0, back.output
    assert content_hashes(tmp_path / "other" / "watchfloor.db") == told(made)["tables"]
    assert run(monkeypatch, "audit", "verify").exit_code == 0
    again = tmp_path / "other" / left.file.relative_to(home)
    assert again.read_bytes() == left.file.read_bytes()
    checked = run(monkeypatch, "release", "verify", str(again))
    assert checked.exit_code == 0, checked.output
    assert run(monkeypatch, "restore", str(file)).exit_code == 2


def test_nobody_signs_in_with_what_a_backup_holds(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = told(run(monkeypatch, "init", "--link", "--json"))["link"]
    run(monkeypatch, "backup", str(tmp_path / "b"))
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path / "other"))
    run(monkeypatch, "restore", str(tmp_path / "b"))
    store = open_store(Settings(home=tmp_path / "other"))
    from data.errors import Unauthenticated

    with pytest.raises(Unauthenticated):
        store.users.redeem_link(link.rsplit("/", 1)[1])
    store.close()


def test_a_damaged_backup_is_refused_and_leaves_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "init", "--link")
    file = tmp_path / "b"
    run(monkeypatch, "backup", str(file))
    whole = file.read_bytes()
    other = tmp_path / "other"
    monkeypatch.setenv("WATCHFLOOR_HOME", str(other))
    for damaged in (b"", b"PK\x03\x04", whole[: len(whole) // 2], whole[:200] + b"\0\0\0\0" + whole[204:]):
        file.write_bytes(damaged)
        assert run(monkeypatch, "restore", str(file)).exit_code == 2
        assert not (other / "watchfloor.db").exists()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../evil", "x")
    assert run(monkeypatch, "restore", str(file)).exit_code == 2


def test_a_backup_of_a_newer_version_is_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "init", "--link")
    store = open_store(Settings(home=home))
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    from data.clock import SystemClock
    from data.store.backup import back_up
    from data.store.engine import dispose, make_engine

    engine = make_engine(f"sqlite:///{home / 'watchfloor.db'}")
    back_up(engine, Settings(home=home), tmp_path / "b", clock=SystemClock())
    dispose(engine)
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path / "other"))
    result = run(monkeypatch, "restore", str(tmp_path / "b"), "--json")
    assert result.exit_code == 2
    assert told(result)["error"] == "unavailable"


def test_doctor_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(run(monkeypatch, "doctor", "--json"))
    assert before["good"] is False
    assert any("watchfloor init" in finding["advice"] for finding in before["findings"])
    run(monkeypatch, "init", "--link")
    home.chmod(0o755)
    after = {finding["what"]: finding for finding in told(run(monkeypatch, "doctor", "--json"))["findings"]}
    assert after["store"]["good"]
    assert after["administrator"]["good"]
    assert "chmod 700" in after["home"]["advice"]


def test_a_setting_that_cannot_be_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_SESSION_HOURS", "-1")
    result = run(monkeypatch, "users", "list")
    assert result.exit_code == 2
    assert "WATCHFLOOR_SESSION_HOURS" in result.stderr


def test_half_of_tls_is_refused(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.pem").write_text("x")
    assert run(monkeypatch, "serve", "--tls-certificate", str(tmp_path / "c.pem")).exit_code == 2


def test_the_demo_names_its_scenarios(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, "demo", "--scenario", "none")
    assert result.exit_code == 2
    assert "noreaster" in result.stderr


def test_the_demo_never_touches_a_store_of_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.cli.demo import _chosen, _settings

    monkeypatch.setenv("WATCHFLOOR_DATABASE_URL", "postgresql://real/store")
    made = _settings(_chosen(""), tmp_path / "demo")
    assert made.resolved_database_url.startswith("sqlite:///")
    assert made.home.is_relative_to(tmp_path / "demo")
    assert made.exercise
    assert os.environ["WATCHFLOOR_HOME"] == str(home)
