"""What was sent with a report: photos as small pictures that open in large, anything else as a link."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from dashboard.components.panels import section
from dashboard.components.times import ago_text
from data.records import Attachment


def files_of(
    incident_id: UUID, files: Sequence[Attachment], *, people: Mapping[int, str], now: datetime
) -> Component:
    """Return the files of an incident; each is asked for under the incident's own, guarded address."""
    base = f"/api/v1/incidents/{incident_id}/attachments"
    photos = [file for file in files if file.media_type.startswith("image/")]
    shown = [
        _photo(file, f"{base}/{file.id}", f"Photo {place} of {len(photos)}", people.get(file.user_id), now)
        for place, file in enumerate(photos, start=1)
    ]
    links = [
        html.Li(html.A(f"{file.name} ({_size(file)})", href=f"{base}/{file.id}", target="_blank"))
        for file in files
        if file not in photos
    ]
    children = [html.Div(shown, className="photos"), html.Ul(links) if links else None]
    return section("Photos and files", children, count=len(files))


def _photo(file: Attachment, address: str, which: str, by: str | None, now: datetime) -> Component:
    said = f"{which}: {file.name}" + (f", from {by}" if by else "")
    about = " · ".join([*([f"From {by}"] if by else []), f"sent {ago_text(file.at, now)}", _size(file)])
    large = {"src": address, "alt": said, "name": file.name, "about": about}
    return html.Button(
        [
            html.Img(src=f"{address}/thumbnail", alt=said, width=96, height=96),
            html.Span(file.name, className="photo-name", **attrs({"aria-hidden": "true"})),
        ],
        type="button",
        className="photo-small",
        title=f"{file.name}: show it in large",
        **attrs({"data-wf-photo": json.dumps(large)}),
    )


def _size(file: Attachment) -> str:
    return f"{max(1, round(file.size / 1024)):,} kB"
