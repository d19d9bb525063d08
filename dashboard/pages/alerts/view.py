"""The Alerts page without Dash's wiring: the words and choices that its editor offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dashboard.pages.watch.lookups import lookups
from data.access import Actor

if TYPE_CHECKING:
    from dashboard.services import Services

# The clocks of the United States and its territories, and the one that everybody shares.
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Pacific/Guam",
    "Pacific/Pago_Pago",
    "UTC",
)


def words(actor: Actor, services: Services) -> dict[str, Any]:
    """Return the labels of the filter, the people who can be told, the agency and the time zones."""
    here = services.settings.timezone
    agency = next((found.name for found in services.store.agencies.all() if found.id == actor.agency_id), "")
    return {
        **lookups(actor, services),
        "people": [
            {"id": number, "name": name} for number, name in services.store.users.names(actor).items()
        ],
        "agency": {"id": actor.agency_id, "name": agency},
        "zone": here,
        "zones": zones(here),
    }


def zones(here: str) -> list[str]:
    """Return the zones to choose from, the installation's own first and once."""
    return list(dict.fromkeys((ZoneInfo(here).key, *ZONES)))
