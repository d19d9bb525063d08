"""`watchfloor search …`: where people are, where to look next, and whether one can get there, on files."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

# Which file of this folder has which command of the group.
COMMANDS: Mapping[str, str] = {
    "allocate": "search_theory",
    "locate": "search_locate",
    "pod": "search_theory",
    "reach": "search_reach",
    "surface": "search_surface",
    "update": "search_theory",
}


class _Search(click.Group):
    """A group that imports a command's file when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command with this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"dashboard.cli.{COMMANDS[cmd_name]}")
        return next((command for command in module.commands if command.name == cmd_name), None)


@click.group(cls=_Search)
def search() -> None:
    """Search for people: probability, effort, places and ways there, from files."""


commands: list[click.Command] = [search]
