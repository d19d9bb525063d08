"""Times as the floor reads them: local and Z together, and how long ago."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from data.clock import to_ms
from data.model import TimePrecision


def moment_text(at: datetime, zone: ZoneInfo, *, today: datetime, precision: TimePrecision) -> str:
    """Return "14:32 EST (19:32Z)", with the date unless it is today, no finer than its source tells."""
    local, utc = at.astimezone(zone), at.astimezone(ZoneInfo("UTC"))
    if precision >= TimePrecision.YEAR:
        return f"{local:%Y}"
    if precision >= TimePrecision.MONTH:
        return f"{local:%b %Y}"
    day = f"{local.day} {local:%b}" + (f" {local:%Y}" if local.year != today.astimezone(zone).year else "")
    if precision >= TimePrecision.DAY:
        return day
    clock = f"{local:%H:%M %Z} ({utc:%H:%M}Z)"
    return clock if local.date() == today.astimezone(zone).date() else f"{day}, {clock}"


def ago_text(at: datetime, now: datetime) -> str:
    """Return how long ago, or until, in the largest unit that says enough."""
    seconds = (now - at).total_seconds()
    size, ahead = abs(seconds), seconds < -30
    for unit, length, limit in (("s", 1, 60), ("min", 60, 5400), ("h", 3600, 129_600), ("d", 86_400, 6e7)):
        if size < limit:
            text = f"{int(size // length)} {unit}"
            break
    else:
        text = f"{size / 31_557_600:.1f} years"
    return f"in {text}" if ahead else f"{text} ago"


def when(
    at: datetime | None, zone: ZoneInfo, *, now: datetime, precision: TimePrecision = TimePrecision.SECOND
) -> Component:
    """Return a moment with its age; the page keeps the age ticking."""
    if at is None:
        return html.Span("never", className="muted")
    age = html.Span(ago_text(at, now), **attrs({"data-wf-age": str(to_ms(at))}))
    return html.Time(
        [html.Span(moment_text(at, zone, today=now, precision=precision)), " · ", age],
        dateTime=at.isoformat(),
        className="when",
    )
