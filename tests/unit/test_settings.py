"""Settings come from the environment, then a file, then defaults that are safe on one machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from data.settings import Settings, load


def test_without_a_database_address_the_store_is_a_file_in_the_home_folder(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).resolved_database_url == f"sqlite:///{tmp_path / 'watchfloor.db'}"


def test_the_environment_names_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_DATABASE_URL", "postgresql://db/watch")
    assert load().resolved_database_url == "postgresql://db/watch"


def test_the_file_in_the_home_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "watchfloor.env").write_text("WATCHFLOOR_CENTER_NAME=Bay State Fusion Center\n")
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path))
    assert load().center_name == "Bay State Fusion Center"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "other.env"
    file.write_text("WATCHFLOOR_SESSION_HOURS=1\n")
    monkeypatch.setenv("WATCHFLOOR_SESSION_HOURS", "2")
    assert load(file).session_hours == 2


def test_a_word_that_is_no_setting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "wrong.env"
    file.write_text("WATCHFLOOR_SESION_HOURS=1\n")
    with pytest.raises(ValidationError, match="sesion_hours"):
        load(file)


@pytest.mark.parametrize("name", ["session_hours", "upload_max_mb", "body_max_mb", "mirror_poll_ms"])
def test_a_limit_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({name: 0})


def test_settings_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(ValidationError):
        settings.home = Path("/elsewhere")  # type: ignore[misc]


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
