"""What is documented exists, and what exists is documented."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from data.settings import Settings
from tests.support.places import ROOT

DOCUMENTS = ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text()


def commands() -> dict[str, click.Command]:
    """Return every command by the words that call it: "users add"."""
    from dashboard.cli import main

    found: dict[str, click.Command] = {}
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None, f"{name} is in the table of commands and nowhere else"
        if isinstance(command, click.Group):
            inner = click.Context(command)
            found |= {
                f"{name} {sub}": known
                for sub in command.list_commands(inner)
                if (known := command.get_command(inner, sub)) is not None
            }
        else:
            found[name] = command
    return found


def test_every_command_is_in_the_readme(readme: str) -> None:
    # `users add|disable|token` documents three at once.
    patterns = {
        words: r"[a-z |,·]*\b".join(rf"\b{word}" for word in words.split()) + r"\b" for words in commands()
    }
    assert [words for words, pattern in patterns.items() if not re.search(pattern, readme)] == []


def test_every_command_says_what_it_does_and_speaks_json() -> None:
    for words, command in commands().items():
        assert command.help, words
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options, words


def test_every_setting_is_in_the_readme(readme: str) -> None:
    names = [f"WATCHFLOOR_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in names if name not in readme] == []


def test_no_setting_is_in_the_readme_that_does_not_exist(readme: str) -> None:
    named = set(re.findall(r"WATCHFLOOR_[A-Z_]+[A-Z]", readme))
    exist = {f"WATCHFLOOR_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in named if "_TEST_" not in name} <= exist


def test_every_layer_of_the_map_is_in_the_readme(readme: str) -> None:
    from layers.registry import LAYERS

    assert [name for name, layer in LAYERS.items() if name.replace("_", " ") not in readme.lower()] == []


def test_every_make_target_has_a_line_of_help() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    helped = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert set(targets) == set(helped)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_inside_the_repository_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text()
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    inside = [link for link in links if link and "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inside if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_no_place_of_the_builders(name: str) -> None:
    text = (ROOT / name).read_text()
    assert str(ROOT) not in text
    assert not re.search(r"\.\./shared(?!/data)", text)


def test_the_changelog_names_this_version() -> None:
    version = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)
    assert version is not None
    assert version.group(1) in Path(ROOT / "CHANGELOG.md").read_text()
