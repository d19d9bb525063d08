"""`watchfloor audit verify`: whether the audit log is as it was written."""

from __future__ import annotations

import click

from dashboard.cli.opened import opened_store
from dashboard.cli.output import REJECTS, json_option, say


@click.group()
def audit() -> None:
    """Look after the audit log."""


@audit.command()
@json_option
def verify(as_json: bool) -> None:
    """Check the whole chain: nothing changed, cut out, cut off or put in another order."""
    with opened_store() as store:
        check = store.audit.verify()
    result = {"entries": check.entries, "whole": check.whole, "problem": check.problem}
    text = f"{check.entries:,} entries, whole and in order." if check.whole else f"BROKEN: {check.problem}"
    say(result, as_json=as_json, text=text)
    if not check.whole:
        raise SystemExit(REJECTS)


commands = [audit]
