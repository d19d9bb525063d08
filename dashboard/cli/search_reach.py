"""`watchfloor search reach`: who is cut off, and which reopening frees most people, from files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from dashboard.cli.output import REJECTS, json_option, say
from dashboard.cli.reach_files import Points, closures_in, points_in

if TYPE_CHECKING:
    from layers.roads.closures import Closure
    from layers.roads.network import Network, Vehicle

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
@click.option(
    "--split-crossings", is_flag=True, help="Lines that cross meet there; otherwise one is a bridge."
)
@json_option
def reach(
    *,
    roads: Path,
    closures: Path | None,
    bases: Path,
    people: Path,
    vehicle: str,
    most: int,
    split_crossings: bool,
    as_json: bool,
) -> None:
    """Say which people no base reaches by road, in which pockets, and what to reopen first.

    Ends with 1 where rows of the roads are no lines: the answer stands without them.
    """
    from layers.roads.network import Vehicle
    from layers.roads.reading import read_network

    read = read_network(roads, crossings=split_crossings)
    answer = _answer(
        read.network,
        closures_in(closures) if closures else [],
        start=points_in(bases),
        where=points_in(people),
        vehicle=Vehicle(vehicle),
        most=most,
    )
    answer["roads"] = {
        "edges": len(read.network),
        "junctions": read.network.junctions,
        "rows_left_out": read.left_out,
    }
    say(answer, as_json=as_json, text=_in_words(answer))
    if read.left_out:
        raise SystemExit(REJECTS)


def _answer(
    network: Network,
    closed: Sequence[Closure],
    *,
    start: Points,
    where: Points,
    vehicle: Vehicle,
    most: int,
) -> dict[str, Any]:
    import orjson
    import shapely

    from layers.roads.closures import cut
    from layers.roads.fitting import fitted
    from layers.roads.reach import People, pockets, reach
    from layers.roads.reopenings import reopenings

    ways = fitted(
        network, vehicle, np.concatenate([start.lon, where.lon]), np.concatenate([start.lat, where.lat])
    )
    people = People(where.lon, where.lat, where.count)
    seconds = cut(ways, closed, vehicle)
    found = reach(ways, seconds, bases=start.places, people=people, vehicle=vehicle)
    never = ~reach(ways, ways.seconds(vehicle), bases=start.places, people=people, vehicle=vehicle).reached

    def held(mask: Any) -> dict[str, Any]:
        return {"places": int(mask.sum()), "people": float(where.count[mask].sum())}

    return {
        "vehicle": vehicle.value,
        "reached": held(found.reached),
        "cut_off": held(found.cut_off),
        "cut_off_with_all_open": held(found.cut_off & never),
        "off_network": {**held(found.off_network), "ids": _names(where, found.off_network)},
        "bases_off_network": _names(start, ways.nearest(start.lon, start.lat)[0] < 0)
        if vehicle.on_roads
        else [],
        "pockets": [
            {
                "people": part.people,
                "places": [where.names[number] for number in part.places.tolist()],
                "outline": orjson.loads(shapely.to_geojson(part.outline)),
            }
            for part in pockets(ways, seconds, found=found, people=people, vehicle=vehicle)
        ],
        "reopenings": [
            {
                "closures": list(one.closures),
                "places": one.places,
                "people": one.people,
                "cumulative_people": one.cumulative_people,
            }
            for one in reopenings(
                ways, closures=closed, bases=start.places, people=people, vehicle=vehicle, most=most
            )
        ],
        "times": [
            {"id": name, "minutes": round(seconds / 60, 1), "base": start.names[base]}
            for name, seconds, base in zip(
                where.names, found.seconds.tolist(), found.base.tolist(), strict=True
            )
            if base >= 0
        ],
    }


def _names(points: Points, mask: Any) -> list[str]:
    return [points.names[number] for number in np.flatnonzero(mask).tolist()]


def _in_words(answer: dict[str, Any]) -> str:
    off, cut_off, never = answer["off_network"], answer["cut_off"], answer["cut_off_with_all_open"]
    lines = [
        f"By {answer['vehicle'].replace('_', ' ')}: {answer['reached']['places']:,} places reached, "
        f"{cut_off['places']:,} cut off ({cut_off['people']:g} people) in {len(answer['pockets']):,} pockets."
    ]
    if off["places"]:
        lines.append(
            f"{off['places']:,} places lie far from every road: nothing is known of the way to them."
        )
    if answer["bases_off_network"]:
        lines.append(f"Far from every road: the bases {', '.join(answer['bases_off_network'][:10])}.")
    if never["places"]:
        lines.append(f"{never['places']:,} of those cut off have no way even with everything open.")
    if answer["roads"]["rows_left_out"]:
        lines.append(f"{answer['roads']['rows_left_out']:,} rows of the roads are no lines: left out.")
    lines += [
        f"Reopen {' and '.join(one['closures'])}: {one['people']:g} people more, "
        f"{one['cumulative_people']:g} with those before."
        for one in answer["reopenings"]
    ]
    if cut_off["places"] and not answer["reopenings"]:
        lines.append(
            "No reopening frees anybody: of one closure, or of the sets of up to three that were tried."
        )
    return "\n".join(lines)


commands = (reach,)
