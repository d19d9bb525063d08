"""Sectors, lifelines and kinds of sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from data.reference.files import read_json


@dataclass(frozen=True, slots=True)
class Sector:
    """One of the 16 critical-infrastructure sectors."""

    id: str
    name: str
    agency: str
    glyph: str
    subsectors: tuple[str, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a lifeline, and the parts that it may be split into."""

    id: str
    name: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lifeline:
    """One of FEMA's 8 community lifelines."""

    id: str
    name: str
    glyph: str
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class SiteKind:
    """A kind of site: what it is called, what it belongs to and how it is drawn."""

    kind: str
    label: str
    sector: str
    subsector: str
    lifeline: str
    component: str
    glyph: str


@cache
def sectors() -> Mapping[str, Sector]:
    """Return the sectors by id, in alphabetical order of their names."""
    return MappingProxyType(
        {
            row["id"]: Sector(
                id=row["id"],
                name=row["name"],
                agency=row["agency"],
                glyph=row["glyph"],
                subsectors=tuple(row["subsectors"]),
                aliases=tuple(row["aliases"]),
            )
            for row in read_json("sectors.json")["sectors"]
        }
    )


@cache
def lifelines() -> Mapping[str, Lifeline]:
    """Return the lifelines by id, in FEMA's order."""
    return MappingProxyType(
        {
            row["id"]: Lifeline(
                id=row["id"],
                name=row["name"],
                glyph=row["glyph"],
                components=tuple(
                    Component(part["id"], part["name"], tuple(part["parts"])) for part in row["components"]
                ),
            )
            for row in read_json("lifelines.json")["lifelines"]
        }
    )


@cache
def site_kinds() -> Mapping[str, SiteKind]:
    """Return the kinds of sites by their code: `{"hospital": SiteKind(…), …}`."""
    return MappingProxyType({row["kind"]: SiteKind(**row) for row in read_json("site_kinds.json")["kinds"]})
