"""`watchfloor alerts backtest`: how a watch area would have done on what is in the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.opened import opened_store
from dashboard.cli.output import json_option, say

if TYPE_CHECKING:
    from data.alert_records import NewWatchArea


@click.group()
def alerts() -> None:
    """Try the rules of watch areas."""


@alerts.command()
@click.option(
    "--area",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="GeoJSON of the area; its properties hold the rule and, where wanted, name and filter.",
)
@click.option("--since", default="", help="Day or ISO time from which alerts are counted.")
@click.option("--until", default="", help="Day or ISO time to which they are.  [default: the newest report]")
@click.option("--budget", default="", help='False alarms allowed: "1 per 12h", "1 per week".')
@json_option
def backtest(  # click passes options by name
    file: Path, since: str, until: str, budget: str, as_json: bool
) -> None:
    """Try a watch area on the reports in the store of WATCHFLOOR_HOME.

    Each week is judged with what was known before it. Rates are alerts a day.
    """
    from dashboard.alerting.history import as_json as described
    from dashboard.alerting.history import try_out
    from dashboard.services import Services
    from dashboard.web.records_json import moment
    from data.clock import FixedClock
    from data.mirror import Mirror

    with opened_store() as store:
        zone = store.settings.timezone
        mirror = Mirror(store)
        newest = int(mirror.incidents.occurred_ms.max(initial=0))
        end = _time(until, zone) if until else None
        clock = FixedClock(end or _just_after(newest, store.clock.now()))
        services = Services(settings=store.settings, store=store, mirror=mirror, clock=clock)
        area = read_area(file, budget)
        start = _time(since, zone) if since else None
        tested = try_out(services, area, store.system_actor(), since=start)
    result = described(tested, area, iso=moment)
    say(result, as_json=as_json, text=_text(result))


def read_area(file: Path, budget: str) -> NewWatchArea:
    """Return the watch area of a GeoJSON file; raise Invalid where it says nothing that can be watched."""
    import orjson
    from pydantic import TypeAdapter

    from data.alert_records import NewWatchArea
    from data.alert_rules import RULE, Budget, parse_budget, read
    from data.errors import Invalid
    from data.store.watch_areas import canonical

    try:
        told = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Invalid(f"{file.name} is not JSON: {error}", hint="Give a GeoJSON file.") from None
    features = told.get("features") if isinstance(told, dict) else None
    feature = features[0] if isinstance(features, list) and len(features) == 1 else told
    about = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(about, Mapping) or not isinstance(about.get("rule"), Mapping):
        raise Invalid(
            f"{file.name} holds no rule.",
            hint='Give one GeoJSON feature with "properties": {"rule": {"kind": "unusual", "within": "1h"}}.',
        )
    given = about.get("budget")
    limit = parse_budget(budget) if budget else None
    if limit is None and isinstance(given, str):
        limit = parse_budget(given)
    elif limit is None and given is not None:
        limit = read(TypeAdapter(Budget), given, what="budget")
    return NewWatchArea(
        name=str(about.get("name") or file.stem)[:200],
        geography=_geography(feature, about),
        rule=read(RULE, about["rule"], what="rule"),
        filter=canonical(str(about.get("filter") or "")),
        budget=limit,
    )


def _geography(feature: Mapping[str, Any], about: Mapping[str, Any]) -> Any:
    """Return the geography of the properties, or the shape of the feature itself."""
    import shapely

    from dashboard.web.shapes import line_or_polygon
    from data.alert_rules import GEOGRAPHY, read
    from data.errors import Invalid

    if isinstance(about.get("geography"), Mapping):
        return read(GEOGRAPHY, about["geography"], what="geography")
    geometry = feature.get("geometry")
    metres = about.get("metres")
    if isinstance(geometry, Mapping) and geometry.get("type") == "Point":
        lon, lat = (*geometry.get("coordinates", ()), None, None)[:2]
        return read(GEOGRAPHY, {"kind": "drawn", "shape": f"c:{lon},{lat},{metres or 1000}"}, what="point")
    if not isinstance(geometry, Mapping):
        raise Invalid("The area has no geometry.", hint="Give a polygon, a line or a point.")
    shape = line_or_polygon(geometry)
    if shape.geom_type == "LineString":
        line = [[x, y] for x, y in shape.coords]
        return read(GEOGRAPHY, {"kind": "route", "line": line, "metres": metres or 500}, what="line")
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise Invalid("The line has several parts.", hint="Give one line, or a polygon.")
    outlines = shapely.get_exterior_ring(shapely.get_parts(shape))
    rings = ["p:" + ";".join(f"{x:.7f},{y:.7f}" for x, y in ring.coords) for ring in outlines]
    return read(GEOGRAPHY, {"kind": "drawn", "shape": "|".join(rings)}, what="polygon")


def _time(text: str, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    from data.errors import Invalid

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text[:40]!r} is no time.", hint="Write 2011-08-01 or 2011-08-01T00:00Z.") from None
    # A day without a zone is a day of the center.
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _just_after(newest_ms: int, now: datetime) -> datetime:
    from data.clock import from_ms

    return min(from_ms(newest_ms + 1), now) if newest_ms else now


def _text(result: Mapping[str, Any]) -> str:
    lines = [f"{one['time']}  {one['reason']}" for one in result["alerts"]]
    expected = result["expected_rate"]
    lines.append(
        f"{result['total']:,} alerts in {result['days']:g} days, {result['rate']:.3g} a day"
        + ("" if expected is None else f"; false ones expected: {expected:.3g} a day")
        + "."
    )
    if result["note"]:
        lines.append(result["note"])
    return "\n".join(lines)


commands = [alerts]
