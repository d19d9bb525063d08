"""Real, well-known sites of the demo; whom to call and how they are is exercise play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import airportsdata

from data.demo.files import read_json
from data.model import LocatedBy, LonLat, SiteStatus
from data.records import Contact, NewSite
from data.reference import site_kinds

VINTAGE = "2026-09"
_AIRPORT_ACCURACY_M = 300.0  # an airport's reference point, not its gate
_DESKS = {
    "healthcare": "Emergency department charge desk",
    "energy": "Control room",
    "transportation": "Operations desk",
    "water": "Plant operator",
    "dams": "Dam keeper",
    "emergency-services": "Watch desk",
}


@dataclass(frozen=True, slots=True)
class Assessed:
    """The status of a site in the exercise, and how many hours ago somebody said so."""

    status: SiteStatus
    hours_ago: float
    why: str


def demo_sites(
    file: str,
    *,
    airports: Sequence[str],
    assessed: Mapping[str, Assessed],
    source_id: int,
    scope_id: int,
    area_code: str,
    now: datetime,
) -> list[NewSite]:
    """Return the sites of a demo file and the named airports (ICAO codes), unknown unless assessed."""
    rows = [(row["kind"], row["name"], row) for row in read_json(file)["sites"]]
    known = airportsdata.load("ICAO")
    for code in airports:
        entry = known[code]
        place = {"lon": entry["lon"], "lat": entry["lat"], "accuracy_m": _AIRPORT_ACCURACY_M}
        rows.append(("airport", entry["name"], {**place, "town": entry["city"]}))
    sites = []
    for number, (kind, name, row) in enumerate(rows):
        about = site_kinds()[kind]
        said = assessed.get(name)
        sites.append(
            NewSite(
                name=name,
                kind=kind,
                sector=about.sector,
                subsector=about.subsector,
                lifeline=about.lifeline,
                component=about.component,
                place=LonLat(row["lon"], row["lat"]),
                accuracy_m=float(row["accuracy_m"]),
                located_by=LocatedBy.PLACE_NAME,
                address=row["town"],
                contacts=_contacts(about.sector, number, area_code=area_code),
                status=said.status if said else SiteStatus.UNKNOWN,
                status_at=now - timedelta(hours=said.hours_ago) if said else None,
                status_source=f"EXERCISE lifeline assessment: {said.why}" if said else None,
                vintage=VINTAGE,
                source_id=source_id,
                scope_id=scope_id,
                source_key=f"{kind}/{name}",
                extra={"exercise": True} | {key: row[key] for key in ("capacity", "occupancy") if key in row},
            )
        )
    return sites


def _contacts(sector: str, number: int, *, area_code: str) -> tuple[Contact, ...]:
    """Return two made-up contacts; 555-01xx numbers belong to nobody."""
    desk = _DESKS.get(sector, "Front desk")
    phone = f"{area_code}-555-01{number % 100:02d}"
    return (
        Contact(role=f"{desk} (exercise)", phone=phone, always=phone),
        Contact(
            role="Duty manager (exercise)",
            phone=f"{area_code}-555-01{(number * 7 + 31) % 100:02d}",
            email=f"duty{number:03d}@site.example",
        ),
    )
