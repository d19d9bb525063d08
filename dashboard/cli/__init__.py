"""The command line: `watchfloor COMMAND`, one file per group of commands.

A file is imported when one of its commands is asked for, so that `--help` is quick. Adding a command:
its file with `commands`, a line in COMMANDS, its test, its line in README.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

# Which file of this folder has which command.
COMMANDS: Mapping[str, str] = {
    "alerts": "alerts",
    "audit": "audit",
    "bench": "bench",
    "brief": "brief",
    "backup": "store",
    "demo": "demo",
    "doctor": "doctor",
    "export": "export",
    "hotspots": "hotspots",
    "import": "imports",
    "init": "users",
    "release": "release",
    "restore": "store",
    "search": "search",
    "serve": "serve",
    "users": "users",
}


class _Lazy(click.Group):
    """A group that finds its commands by the table above, and turns our errors into exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command with this name, importing its file."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"dashboard.cli.{COMMANDS[cmd_name]}")
        return next((command for command in module.commands if command.name == cmd_name), None)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an error of ours is told to people, or to a program that asked for JSON."""
        from pydantic import ValidationError

        from dashboard.cli.output import refuse, refuse_settings
        from data.errors import WatchfloorError

        try:
            return super().invoke(ctx)
        except WatchfloorError as error:
            refuse(error)
        except ValidationError as error:
            refuse_settings(error)
        return None


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="watchfloor")
def main() -> None:
    """Watchfloor: a situational-awareness dashboard for fusion centers and emergency operations centers.

    Exit codes: 0 done, 1 done but something was rejected, 2 refused. Settings come from the
    environment (WATCHFLOOR_HOME and others) or from watchfloor.env in the home folder.
    """
