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


_CALLED_ALIKE = 12


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
        # Many places are called alike: the one is meant near which the text makes sense.
        every = (locate_on(ground, text, here, limit=limit) for here in _places(ground, near))
        candidates = [one.as_dict() for one in next((found for found in every if found), [])]
    say({"candidates": candidates}, as_json=True, text="")


def _places(ground: Ground, text: str) -> list[LonLat | None]:
    """Return the places that are called so, the likeliest first; nothing is asked of no text."""
    from layers.rescue.locate import locate_on

    if not text:
        return [None]
    found = locate_on(ground, text, limit=_CALLED_ALIKE)
    if not found:
        raise Invalid(
            f"{text[:80]!r} is no place that the gazetteer knows.",
            hint='Write a town, "Coral Bay, US Virgin Islands", or coordinates: 18.348, -64.713.',
        )
    return [LonLat(one.lon, one.lat) for one in found]


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
