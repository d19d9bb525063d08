"""The new-report form without Dash's wiring: what is wrong with it, what may be known already, sending it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component
from pydantic import ValidationError

from dashboard.components.attrs import attrs
from dashboard.components.marks import highest_text
from dashboard.components.panels import empty, select_button
from dashboard.components.places import coordinates, distance_text
from dashboard.components.times import ago_text
from dashboard.web import models, reporting
from data.access import Actor
from data.errors import Invalid
from data.geo import checked
from data.model import LonLat
from data.query import Query
from data.records import Incident
from layers.duplicates import Draft, Likeness, candidates, likely

if TYPE_CHECKING:
    from dashboard.services import Services

# The Admiralty scale (NATO STANAG 2511): how far a source and what it says can be trusted.
SCALE: Final = "admiralty"
RELIABILITY: Final = {
    "A": "Completely reliable",
    "B": "Usually reliable",
    "C": "Fairly reliable",
    "D": "Not usually reliable",
    "E": "Unreliable",
    "F": "Cannot be judged",
}
CREDIBILITY: Final = {
    "1": "Confirmed by others",
    "2": "Probably true",
    "3": "Possibly true",
    "4": "Doubtful",
    "5": "Improbable",
    "6": "Cannot be judged",
}
_LOCATED_BY: Final = {
    "address": "address",
    "site": "address",
    "coordinates": "gps",
    "place": "place_name",
    "area": "place_name",
    "incident": "place_name",
    "drawn": "drawn",
}


@dataclass(frozen=True, slots=True)
class Form:
    """The form as the browser sent it: every value may be anything."""

    title: Any
    type: Any
    severity: Any
    narrative: Any
    persons: Any
    place: Any
    accuracy_m: Any
    address: Any
    when: Any
    told_by: Any
    reliability: Any
    credibility: Any
    tlp: Any
    store: Any


def choices(scale: Mapping[str, str]) -> list[dict[str, str]]:
    """Return an evaluation scale as choices: the code, then what it means."""
    return [{"value": code, "label": f"{code} · {meaning}"} for code, meaning in scale.items()]


def faults(form: Form) -> list[str]:
    """Return what keeps the form from being sent, each as what to do about it."""
    wrong = []
    if not _text(form.title):
        wrong.append("Say in one line what happened.")
    if not form.type:
        wrong.append("Choose a type; “Other” is one.")
    if not form.when:
        wrong.append("Say when it happened; an estimate is enough.")
    if form.place is None and not _text(form.address):
        wrong.append("Say where: click on the map, search, or write the address. Anything helps.")
    if (form.reliability is None) != (form.credibility is None):
        wrong.append("Evaluate both the source and the information, or neither.")
    return wrong


def fault_list(wrong: list[str]) -> Component:
    """Return the faults as a list; nothing was sent."""
    return html.Div(
        [html.P("Not sent yet:", className="problem-what"), html.Ul([html.Li(line) for line in wrong])],
        className="problem",
        role="alert",
    )


def place_in(place: Any) -> LonLat | None:
    """Return the place that the browser sent, None without one."""
    if not isinstance(place, Mapping):
        return None
    lon, lat = place.get("lon"), place.get("lat")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        raise Invalid("The place needs lon and lat.", hint="Click on the map again.")
    return checked(float(lon), float(lat))


def place_words(place: Any) -> tuple[Component | str, float | None]:
    """Return the chosen place in words and numbers, and how accurate it is taken to be."""
    found = place_in(place)
    if found is None:
        return "Search, or click on the map.", None
    accuracy = place.get("accuracy_m")
    name = html.Div(str(place.get("label") or "")[:200])
    return html.Div([name, coordinates(found)]), accuracy if isinstance(accuracy, int | float) else None


def moment_in(when: Any, services: Services) -> datetime:
    """Return the moment that the form's local time means, aware; raise Invalid for anything else."""
    try:
        naive = datetime.fromisoformat(str(when))
    except ValueError:
        raise Invalid("The time cannot be read.", hint="Choose it again.") from None
    return naive if naive.tzinfo else naive.replace(tzinfo=ZoneInfo(services.settings.timezone))


def duplicates(
    actor: Actor, services: Services, *, title: Any, narrative: Any, place: Any, when: Any
) -> Component:
    """Return the reports that may tell of the same thing, or that there are none."""
    if not _text(title) or not when:
        return empty(
            "Likely duplicates appear here.", "Reports near in space, time and words, before you send."
        )
    draft = Draft(
        title=_text(title)[:500],
        occurred=moment_in(when, services),
        place=place_in(place),
        narrative=_text(narrative)[:2000],
        accuracy_m=_number(place.get("accuracy_m")) if isinstance(place, Mapping) else 0.0,
    )
    view = services.mirror.view(actor, Query(), now=services.clock.now())
    among = services.store.incidents.by_seq(actor, candidates(view, draft).tolist())
    found = likely(draft, among)
    if not found:
        return empty("No report like this one.", "None is near in space, time and words.")
    now = services.clock.now()
    return html.Div(
        [html.H3("May be the same: look before you send"), *(_duplicate(one, now) for one in found)],
        **attrs({"data-wf-marking": highest_text(one.incident.scope for one in found)}),
    )


def _duplicate(one: Likeness, now: datetime) -> Component:
    incident = one.incident
    where = "no place" if one.distance_m is None else f"{distance_text(one.distance_m)} away"
    alike = f"{round(one.score * 100)} % alike"
    about = " · ".join([alike, where, ago_text(incident.occurred, now), incident.source.name])
    place = incident.place
    return select_button(
        [html.Div(incident.title), html.Div(about, className="row-sub")],
        kind="incident",
        fid=incident.fid,
        lon=place.lon if place else None,
        lat=place.lat if place else None,
    )


def send(actor: Actor, services: Services, form: Form, *, key: str) -> Incident:
    """Return the record that the form became; the same key adds it once."""
    place = place_in(form.place)
    how = form.place.get("how") if isinstance(form.place, Mapping) else None
    told_by = _text(form.told_by)
    story = _text(form.narrative)
    body = {
        "title": _text(form.title),
        "type": form.type,
        "occurred": moment_in(form.when, services),
        "time_precision": "minute",
        "severity": int(form.severity) if str(form.severity or "").isdigit() else None,
        "narrative": f"{story}\n\nTold by: {told_by}".strip() if told_by else story,
        "address": _text(form.address),
        "persons_affected": form.persons if isinstance(form.persons, int) else None,
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
        "accuracy_m": _number(form.accuracy_m) if place and form.accuracy_m not in (None, "") else None,
        "located_by": _LOCATED_BY.get(str(how), "unknown"),
        "tlp": form.tlp or None,
        "store": form.store or "incident",
        "evaluation_scale": SCALE if form.reliability else None,
        "reliability": form.reliability if form.reliability in RELIABILITY else None,
        "credibility": form.credibility if form.credibility in CREDIBILITY else None,
    }
    try:
        report = models.Report.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "The report"
        raise Invalid(
            f"{where}: {first['msg']}.", hint="Correct it and send again; nothing is lost."
        ) from None
    return reporting.send(services.store, actor, report, once=key[:80] or None).record


def sent(record: Incident) -> Component:
    """Return what became of the report, and the two ways on."""
    place = record.place
    show = select_button(
        "Show on the map",
        kind="incident",
        fid=record.fid,
        lon=place.lon if place else None,
        lat=place.lat if place else None,
        class_name="button primary",
    )
    return html.Div(
        [
            html.P("The report is kept and on every open map.", className="empty-what"),
            html.P(str(record.id), className="mono muted"),
            html.Div(
                [show, html.A("Write another", href="/reports", className="button")], className="actions"
            ),
        ],
        className="empty",
        **attrs({"data-wf-made": str(record.id)}),
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
