"""Pages in the form of ICS sheets, and the one page that a leader reads: what is known, and what is not."""

from __future__ import annotations

from dashboard.briefing.desk import Desk, Draft, counted, scopes_of
from dashboard.briefing.incidents import situation, timeline
from dashboard.briefing.people import unaccounted_people
from dashboard.briefing.places import hotspots
from layers.briefs import words
from layers.briefs.document import Table
from layers.briefs.picture import picture

TEXT = "text"
_OPEN = "not known"


def bluf(desk: Desk) -> Draft:
    """Return the bottom line up front: what happened, so what, and how sure; the decision is for people."""
    base, people, where = situation(desk), desk.once(unaccounted_people), desk.once(hotspots)
    rise = desk.once(timeline)
    waits = people is not None and people.figures[0].value > 0
    so_what = people.headline if people is not None and waits else where.headline if where else ""
    lines = tuple(filter(None, [so_what, *(rise.lines if rise else ())]))[:3]
    scopes = base.scopes | (people.scopes if people else frozenset())
    return Draft(
        kind="bluf",
        headline=base.headline,
        lines=lines,
        notes="Decision needed, and by when: to be said by whoever briefs.",
        what=base.what,
        scopes=scopes,
        map=base.map,
        figures=base.figures + (people.figures if people else ()),
        view={"piece": "bluf", "filter": desk.filter, "bbox": desk.bbox},
    )


def ics201(desk: Desk) -> Draft:
    """Return the blocks of an ICS 201 that the data can fill; the others are for people."""
    rows = (
        ("1 Incident name", "to be entered"),
        ("3 Initiated", words.when(desk.start, desk.zone)),
        ("5 Situation summary", situation(desk).headline),
        ("6 Prepared by", desk.actor.name if not desk.smallest else "the center"),
        ("7 Objectives", "to be entered"),
        ("8 Actions", "to be entered"),
        ("10 Resources", "see the resource board"),
    )
    return _form(desk, "ics201", "ICS 201 incident briefing", rows)


def ics209(desk: Desk) -> Draft:
    """Return the blocks of an ICS 209 that the data can fill. Fatalities are never estimated."""
    people = unaccounted_people(desk)
    missing = _OPEN if people is None else f"{people.figures[0].value:,.0f} unaccounted for"
    rows = (
        ("3 Report version", "Update"),
        ("6 Start", words.when(desk.start, desk.zone)),
        ("11 For time period", f"{words.when(desk.start, desk.zone)} to {words.when(desk.end, desk.zone)}"),
        ("22, 23 Place", "see the map"),
        ("28 Significant events", situation(desk).headline),
        ("31 Fatalities, this period / to date", f"{_OPEN} / {_OPEN}: only what is confirmed is entered"),
        ("31 Missing or trapped, to date", missing),
        ("31 Evacuated, sheltered", _OPEN),
        ("36 Projected activity", "to be entered"),
        ("39 Critical resource needs", "to be entered"),
        ("47 Remarks", "Counts are reports, not confirmed events."),
    )
    return _form(desk, "ics209", "ICS 209 incident status summary", rows)


def text_page(desk: Desk, headline: str = "New page") -> Draft:
    """Return a page for somebody's own words."""
    return Draft(
        kind=TEXT,
        headline=headline,
        what=f"Written by {desk.actor.name}" if not desk.smallest else "The center",
        scopes=frozenset(),
        view={"piece": TEXT},
    )


def sketch(desk: Desk) -> Draft:
    """Return the map of a form, and nothing else on it."""
    view = desk.view
    return Draft(
        kind="view",
        headline="Map of the incident.",
        what="Reports of the period",
        scopes=situation(desk).scopes,
        map=picture(
            view,
            title="Map",
            at=desk.end,
            bbox=desk.bbox,
            smallest=desk.smallest,
            told=desk.told_of,
            sites=not desk.smallest,
        ),
        figures=(counted(desk, "reports", "reports in the period", view),),
        view={"piece": "sketch", "filter": desk.filter, "bbox": desk.bbox},
    )


def _form(desk: Desk, piece: str, title: str, rows: tuple[tuple[str, str], ...]) -> Draft:
    base = situation(desk)
    people = unaccounted_people(desk) if piece == "ics209" else None
    return Draft(
        kind=piece,
        headline=f"{title}.",
        what=base.what,
        scopes=base.scopes | scopes_of(desk.view) | (people.scopes if people else frozenset()),
        table=Table(title=title, columns=("Block", "Entry"), rows=rows),
        figures=base.figures,
        view={"piece": piece, "filter": desk.filter, "bbox": desk.bbox},
    )
