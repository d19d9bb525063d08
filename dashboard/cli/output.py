"""How commands speak: to people in words, to programs in one JSON object."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import click
import orjson
from pydantic import ValidationError

from data.errors import WatchfloorError

REJECTS, REFUSED = 1, 2

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Give a command the option `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in one JSON object.")(command)


def say(result: Mapping[str, Any], *, as_json: bool, text: str) -> None:
    """Print what was done."""
    if as_json:
        click.echo(orjson.dumps(result, default=str, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(text)


def _asked_for_json() -> bool:
    # The error may come before the command has read its options.
    return "--json" in sys.argv[1:]


def refuse(error: WatchfloorError) -> NoReturn:
    """Say what is wrong and what to do; end with exit code 2."""
    if _asked_for_json():
        click.echo(orjson.dumps(error.as_dict(), default=str, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(error.message, err=True)
        if error.hint:
            click.echo(error.hint, err=True)
    raise SystemExit(REFUSED)


def refuse_settings(error: ValidationError) -> NoReturn:
    """Say which settings cannot be read; end with exit code 2."""
    names = [f"WATCHFLOOR_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()]
    refuse(WatchfloorError("A setting cannot be used.", hint="\n".join(names)))
