"""`watchfloor search pod`, `update` and `allocate`: search theory on files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import click
import numpy as np
from pydantic import Field

from dashboard.cli.output import json_option, say
from dashboard.cli.search_files import MAX_AREAS, Form, Name, Positive, Row, Share, all_different, read
from data.errors import Invalid
from layers.rescue.effort import allocate as best_allocation
from layers.rescue.theory import MODELS, TOLERANCE, updated
from layers.rescue.theory import pod as detection

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class SearchedArea(Row):
    """An area, what was believed of it, and how well it was searched."""

    id: Name
    poa: Share
    pod: Share


class Searched(Form):
    """What `search update` reads; "elsewhere" is what the areas leave, unless it is said."""

    areas: Annotated[list[SearchedArea], Field(min_length=1, max_length=MAX_AREAS)]
    elsewhere: Share | None = None


class OpenArea(Row):
    """An area, what is believed of it, and what an hour of each resource does there."""

    id: Name
    poa: Positive
    effectiveness: Positive | Annotated[list[Positive], Field(min_length=1, max_length=1_000)]


class Available(Form):
    """What `search allocate` reads."""

    areas: Annotated[list[OpenArea], Field(min_length=1, max_length=MAX_AREAS)]
    effort: Positive | Annotated[list[Positive], Field(min_length=1, max_length=1_000)]


@click.command()
@click.option("--coverage", required=True, type=float, help="C = sweep width × speed × time / area.")
@click.option("--model", default="random", show_default=True, type=click.Choice(MODELS))
@json_option
def pod(coverage: float, model: str, as_json: bool) -> None:
    """Compute the probability of detection of a coverage."""
    if not math.isfinite(coverage):
        raise Invalid("The coverage must be a number from 0 upward.", hint="It is W·v·t/A.")
    found = detection(coverage, model)
    say({"coverage": coverage, "model": model, "pod": found}, as_json=as_json, text=f"{found:.6f}")


@click.command()
@click.argument("file", type=FILE)
@json_option
def update(file: Path, as_json: bool) -> None:
    """Update POA after a search that found nobody.

    FILE: {"areas": [{"id", "poa", "pod"}, …], "elsewhere": p}
    """
    asked = read(file, Searched)
    all_different([area.id for area in asked.areas])
    poa = [area.poa for area in asked.areas]
    beyond = asked.elsewhere
    if beyond is None:
        left = 1.0 - math.fsum(poa)
        beyond = left if left > TOLERANCE else 0.0
    found = updated(poa, [area.pod for area in asked.areas], beyond)
    areas = [{"id": area.id, "poa": float(poa)} for area, poa in zip(asked.areas, found.poa, strict=True)]
    lines = [f"{area['id']}  {area['poa']:.6f}" for area in areas]
    say(
        {"areas": areas, "elsewhere": found.elsewhere, "pos": found.pos},
        as_json=as_json,
        text="\n".join([*lines, f"elsewhere  {found.elsewhere:.6f}", f"POS of that search  {found.pos:.6f}"]),
    )


@click.command()
@click.argument("file", type=FILE)
@json_option
def allocate(file: Path, as_json: bool) -> None:
    """Share out the time of one or several resources so that most is found.

    FILE: {"areas": [{"id", "poa", "effectiveness": [per resource]}, …], "effort": [per resource]}.
    POA need not sum to 1; effectiveness and effort are in the same unit of time.
    """
    asked = read(file, Available)
    all_different([area.id for area in asked.areas])
    effort = asked.effort if isinstance(asked.effort, list) else [asked.effort]
    rows = [_listed(area.effectiveness) for area in asked.areas]
    uneven = next((at for at, row in enumerate(rows) if len(row) != len(effort)), None)
    if uneven is not None:
        raise Invalid(
            f"Area {str(asked.areas[uneven].id)[:40]!r} has {len(rows[uneven])} effectiveness "
            f"for {len(effort)} resources.",
            hint="Give one per resource, in the order of effort.",
        )
    found = best_allocation([area.poa for area in asked.areas], np.asarray(rows), effort)
    shares = [
        {"id": area.id, "time": time} for area, time in zip(asked.areas, found.time.tolist(), strict=True)
    ]
    lines = [f"{each['id']}  " + "  ".join(f"{time:.7f}" for time in each["time"]) for each in shares]
    say(
        {"allocation": shares, "pos": found.pos},
        as_json=as_json,
        text="\n".join([*lines, f"POS  {found.pos:.6f}"]),
    )


def _listed(given: float | list[float]) -> list[float]:
    return given if isinstance(given, list) else [given]


commands: list[click.Command] = [pod, update, allocate]
