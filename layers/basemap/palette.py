"""The near-greys of the ground: data is the only colour on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from data.errors import Invalid


@dataclass(frozen=True, slots=True)
class Greys:
    """What each part of the ground is drawn in."""

    water: str
    land: str
    building: str
    county: str
    state: str
    border: str
    road: str
    label: str
    faint: str
    sea_label: str
    halo: str


THEMES: Final[dict[str, Greys]] = {
    "dark": Greys(
        water="#0C0F13",
        land="#1B2129",
        building="#232A34",
        county="#29313B",
        state="#3A4451",
        border="#515D6C",
        road="#303945",
        label="#A3ADBA",
        faint="#8993A1",
        sea_label="#7A8593",
        halo="#14191F",
    ),
    "light": Greys(
        water="#D3D9E0",
        land="#F4F5F7",
        building="#E6E9ED",
        county="#DDE1E6",
        state="#BCC4CE",
        border="#939EAC",
        road="#D2D8DF",
        label="#4C5766",
        faint="#5C6776",
        sea_label="#4F5B6A",
        halo="#F8F9FA",
    ),
}


def greys(theme: str) -> Greys:
    """Return the near-greys of a theme; raise Invalid for one that is not there."""
    if theme not in THEMES:
        raise Invalid(f"There is no theme {theme[:30]!r}.", hint="Themes: " + ", ".join(THEMES) + ".")
    return THEMES[theme]
