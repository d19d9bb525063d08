"""`watchfloor search reach`: who is cut off, and which reopening frees most people, from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from dashboard.cli.output import json_option, say
from dashboard.cli.reach_files import Points, closures_in, points_in

if TYPE_CHECKING:
    from layers.roads.reach import Pocket, Reach
    from layers.roads.reopenings import Reopening

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("reach")
@click.option("--roads", required=True, type=FILE, help="Lines of any format, or an .osm.pbf extract.")
@click.option("--closures", type=FILE, help="GeoJSON of what is closed; `cause` may say flood.")
@click.option("--bases", required=True, type=FILE, help="Points that help starts from.")
@click.option("--people", required=True, type=FILE, help="Points where people are; `count` says how many.")
@click.option(
    "--vehicle",
    type=click.Choice(["car", "high_clearance", "foot", "boat", "air"]),
    default="car",
    show_default=True,
    help="Boat and air go in a straight line.",
)
@click.option("--most", type=click.IntRange(1, 50), default=5, show_default=True, help="Reopenings at most.")
@json_option
def reach(
    *, roads: Path, closures: Path | None, bases: Path, people: Path, vehicle: str, most: int, as_json: bool
) -> None:
    """Say which people no base reaches by road, in which pockets, and what to reopen first."""
    from layers.roads.closures import cut
    from layers.roads.network import Vehicle
    from layers.roads.reach import People, pockets
    from layers.roads.reach import reach as reached
    from layers.roads.reading import read_network
    from layers.roads.reopenings import reopenings

    by = Vehicle(vehicle)
    network, closed = read_network(roads), closures_in(closures) if closures else []
    start, where = points_in(bases), points_in(people)
    there = People(where.lon, where.lat, where.count)
    seconds = (
        cut(network, closed, by) if by in {Vehicle.CAR, Vehicle.HIGH_CLEARANCE, Vehicle.FOOT} else np.zeros(0)
    )
    found = reached(network, seconds, bases=start.places, people=there, vehicle=by)
    parts, best = [], []
    if len(seconds):
        parts = pockets(network, seconds, found=found, people=there, vehicle=by)
        best = reopenings(network, closures=closed, bases=start.places, people=there, vehicle=by, most=most)
    answer = _answer(vehicle, found, start=start, where=where, parts=parts, best=best)
    say(answer, as_json=as_json, text=_in_words(answer))


def _answer(
    vehicle: str, found: Reach, *, start: Points, where: Points, parts: list[Pocket], best: list[Reopening]
) -> dict[str, Any]:
    import orjson
    import shapely

    def held(mask: Any) -> dict[str, Any]:
        return {"places": int(mask.sum()), "people": float(where.count[mask].sum())}

    return {
        "vehicle": vehicle,
        "reached": held(found.reached),
        "cut_off": held(found.cut_off),
        "off_network": held(found.off_network & ~found.reached),
        "pockets": [
            {
                "people": part.people,
                "places": [where.names[number] for number in part.places.tolist()],
                "outline": orjson.loads(shapely.to_geojson(part.outline)),
            }
            for part in parts
        ],
        "reopenings": [
            {
                "closures": list(one.closures),
                "places": one.places,
                "people": one.people,
                "cumulative_people": one.cumulative_people,
            }
            for one in best
        ],
        "times": [
            {"id": name, "minutes": round(seconds / 60, 1), "base": start.names[base]}
            for name, seconds, base in zip(
                where.names, found.seconds.tolist(), found.base.tolist(), strict=True
            )
            if base >= 0
        ],
    }


def _in_words(answer: dict[str, Any]) -> str:
    off, cut_off = answer["off_network"], answer["cut_off"]
    lines = [
        f"By {answer['vehicle'].replace('_', ' ')}: {answer['reached']['places']:,} places reached, "
        f"{cut_off['places']:,} cut off ({cut_off['people']:g} people) in {len(answer['pockets']):,} pockets."
    ]
    if off["places"]:
        lines.append(
            f"{off['places']:,} places lie far from every road: nothing is known of the way to them."
        )
    lines += [
        f"Reopen {' and '.join(one['closures'])}: {one['people']:g} people more, "
        f"{one['cumulative_people']:g} with those before."
        for one in answer["reopenings"]
    ]
    if cut_off["places"] and not answer["reopenings"]:
        lines.append("No reopening of up to three closures together frees anybody.")
    return "\n".join(lines)


commands = (reach,)
