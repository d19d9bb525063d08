"""`watchfloor search locate`: where a text says somebody is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dashboard.cli.output import say
from data.errors import Invalid
from data.model import LonLat
from data.settings import load

if TYPE_CHECKING:
    from layers.rescue.ground import FindStretches, Ground


@click.command("locate")
@click.option("--text", required=True, help='What was said: "two miles north of Coral Bay".')
@click.option("--near", default="", help="Where about it is: a place, or coordinates. Tells namesakes apart.")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Candidates at most."
)
@click.option("--json", "as_json", is_flag=True, help="Answer in one JSON object, as without it.")
def locate(*, text: str, near: str, limit: int, as_json: bool) -> None:
    """Find every place that a text may mean, weighed, with the words it came from.

    Names come from the gazetteer; addresses and corners from the streets of the store, where it has any.
    """
    del as_json
    from data.gazetteer import places
    from layers.rescue.ground import Ground
    from layers.rescue.locate import locate_on

    gazetteer = places.load()
    with _streets() as streets:
        ground = Ground(gazetteer, streets)
        here = _place(ground, near) if near else None
        candidates = [one.as_dict() for one in locate_on(ground, text, here, limit=limit)]
    say({"candidates": candidates}, as_json=True, text="")


def _place(ground: Ground, text: str) -> LonLat:
    """Return the place that is called so."""
    from layers.rescue.locate import locate_on

    found = locate_on(ground, text, limit=1)
    if not found:
        raise Invalid(
            f"{text[:80]!r} is no place that the gazetteer knows.",
            hint='Write a town, "Coral Bay, US Virgin Islands", or coordinates: 18.348, -64.713.',
        )
    return LonLat(found[0].lon, found[0].lat)


@contextmanager
def _streets() -> Iterator[FindStretches | None]:
    """Open the streets of the store; None where no store was made yet: looking up a name makes none."""
    from dashboard.cli.opened import opened_store
    from data.gazetteer.addresses import Address

    settings = load()
    if not settings.database_url and not (settings.home / "watchfloor.db").exists():
        yield None
        return
    with opened_store() as store:
        actor = store.system_actor()
        yield lambda key: store.streets.stretches(actor, Address(0, key))


commands = [locate]
