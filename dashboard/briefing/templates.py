"""The templates: which pages a brief of a kind has, in the order in which they are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dashboard.briefing import forms, incidents, people, places, sitrep
from dashboard.briefing.desk import Piece

PIECES: Final[dict[str, Piece]] = {
    "situation": incidents.situation,
    "timeline": incidents.timeline,
    "severe": incidents.severe,
    "changes": incidents.changes,
    "hotspots": places.hotspots,
    "touched": places.touched,
    "lifelines": places.lifeline_table,
    "shelters": sitrep.shelters,
    "outages": sitrep.outages,
    "weather": sitrep.weather,
    "people": people.unaccounted_people,
    "tasks": people.tasks,
    "resources": people.resources,
    "alerts": people.alerts,
    "bluf": forms.bluf,
    "ics201": forms.ics201,
    "ics209": forms.ics209,
    "sketch": forms.sketch,
    "text": forms.text_page,
}


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of brief: its name, what it is for, the hours that it usually covers, and its pages."""

    key: str
    title: str
    about: str
    hours: int
    pieces: tuple[str, ...]


TEMPLATES: Final[dict[str, Template]] = {
    one.key: one
    for one in (
        Template(
            "watch_turnover",
            "Watch turnover",
            "What the next watch has to know: what changed, what is open, what waits.",
            12,
            ("situation", "changes", "severe", "alerts", "touched", "lifelines"),
        ),
        Template(
            "morning",
            "Morning brief",
            "The last day for leadership: bottom line with map, course, hotspots, severe, sites, changes.",
            24,
            ("bluf", "timeline", "hotspots", "severe", "touched", "lifelines", "changes"),
        ),
        Template(
            "sitrep",
            "SITREP",
            "Bottom line, changes, weather, lifelines, outages, people, shelters, hotspots, alerts.",
            24,
            (
                "bluf",
                "changes",
                "weather",
                "timeline",
                "lifelines",
                "outages",
                "people",
                "shelters",
                "hotspots",
                "alerts",
            ),
        ),
        Template(
            "ics201",
            "ICS 201 incident briefing",
            "Map, summary, resources; objectives and actions are for people to enter.",
            24,
            ("sketch", "ics201", "resources"),
        ),
        Template(
            "ics209",
            "ICS 209 summary",
            "Incident status summary; what nobody has confirmed stays open.",
            24,
            ("ics209", "sketch", "lifelines"),
        ),
        Template(
            "lifelines",
            "Lifelines status",
            "The eight community lifelines and the sites that are touched.",
            24,
            ("lifelines", "touched", "situation"),
        ),
        Template("bluf", "One-page BLUF", "One page: what happened, so what, how sure.", 24, ("bluf",)),
        Template(
            "search_operation",
            "Search operation",
            "People unaccounted for, tasks, resources, map.",
            12,
            ("people", "tasks", "resources", "situation"),
        ),
    )
}
