"""Briefs as the interface gives them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from dashboard.briefing.stale import sentences
from dashboard.services import Services
from dashboard.web.records_json import Json
from data.brief_records import Brief, BriefFigure, BriefPage, BriefQuestion, Schedule
from data.release_records import Release, State


def listed(brief: Brief, *, stale: int) -> Json:
    """Return a line of the list."""
    return {
        "id": str(brief.id),
        "title": brief.title,
        "template": brief.template or None,
        "made_at": brief.made.isoformat(),
        "by": brief.by,
        "period": {"from": brief.period_from.isoformat(), "to": brief.period_to.isoformat()},
        "filter": brief.filter,
        "bbox": brief.bbox,
        "since": None if brief.since is None else str(brief.since),
        "pages": brief.page_count,
        "marking": brief.marking.label + (" LES" if brief.law_enforcement else ""),
        "frozen_at": None if brief.frozen is None else brief.frozen.isoformat(),
        "stale": stale,
        "shared": brief.shared,
        "revision": brief.revision,
    }


def whole(services: Services, brief: Brief, releases: list[Release]) -> Json:
    """Return a brief with its pages, what of it does not hold any more, and who got it."""
    old = sentences(services, brief)
    stale = [
        {"page": str(page), "figure": key, "what": said} for page, every in old.items() for key, said in every
    ]
    return listed(brief, stale=len(old)) | {
        "pages": [page_json(one, old.get(one.id, [])) for one in brief.pages],
        "stale": stale,
        "releases": [
            {
                "id": str(one.id),
                "recipient": one.recipient_name,
                "at": one.at.isoformat(),
                "form": one.form,
                "state": one.state.value,
                "stale": len(old) if one.state is State.RELEASED else 0,  # pages to tell them of
            }
            for one in releases
        ],
    }


def page_json(page: BriefPage, stale: list[tuple[str, str]]) -> Json:
    """Return a page as it is shown."""
    content: dict[str, Any] = orjson.loads(page.content)
    return {
        "id": str(page.id),
        "kind": page.kind,
        **{name: content[name] for name in ("headline", "lines", "notes", "source", "marking")},
        **{name: content.get(name) for name in ("map", "chart", "table")},
        "edited": page.edited,
        "proposed": page.proposed,
        "view": page.view,
        "figures": [figure_json(one) for one in page.figures],
        "stale": [said for _, said in stale],
    }


def figure_json(one: BriefFigure) -> Json:
    """Return a number with its query and its time."""
    return {
        "key": one.key,
        "label": one.label,
        "value": one.value,
        "unit": one.unit,
        "query": one.query,
        "kind": one.behind.kind,
        "at": one.at.isoformat(),
        "records": len(one.behind),
    }


def question_json(one: BriefQuestion) -> Json:
    """Return a question."""
    return {
        "id": str(one.id),
        "page": _id(one.page),
        "text": one.text,
        "at": one.at.isoformat(),
        "by": one.by,
    }


def schedule_json(one: Schedule) -> Json:
    """Return a schedule with its next and its last run."""
    return {
        "id": str(one.id),
        "title": one.title,
        "template": one.template,
        "filter": one.filter,
        "at": one.at,
        "zone": one.zone,
        "days": list(one.days),
        "recipients": list(one.recipients),
        "forms": list(one.forms),
        "hold": one.hold,
        "active": one.active,
        "by": one.by,
        "due": None if one.due is None else one.due.isoformat(),
        "ran": None if one.ran is None else one.ran.isoformat(),
        "outcome": one.outcome,
        "brief": _id(one.brief),
        "revision": one.revision,
    }


def _id(number: UUID | None) -> str | None:
    return None if number is None else str(number)
