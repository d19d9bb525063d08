"""The plan of a search as ICS 204 assignment lists: one page a resource, to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import cos, radians
from typing import Final

from shapely.geometry import shape

from layers.export.tasking import Line, Sheet, clean

_WIDE, _HIGH, _EDGE = 640, 360, 24
_STYLE: Final = (
    "body{font:14px/1.4 sans-serif;color:#000;background:#fff;margin:0}"
    "section{page-break-after:always;padding:12mm}"
    "h1{font-size:20px;margin:8px 0}table{border-collapse:collapse;width:100%;margin:8px 0}"
    "td,th{border:1px solid #000;padding:4px 6px;text-align:left;vertical-align:top}"
    ".marking{font-weight:bold;text-align:center;border:2px solid #000;padding:4px}"
    "svg{width:100%;height:auto;border:1px solid #000}"
)


def ics204(sheet: Sheet, *, prepared_by: str) -> str:
    """Return the page: no script, nothing from outside, every text escaped."""
    named = list(dict.fromkeys(one.resource for one in sheet.lines))
    pages = [
        _page(sheet, name, [one for one in sheet.lines if one.resource == name], prepared_by)
        for name in named
    ]
    body = "".join(pages) or f"<section>{_marking(sheet)}<p>This plan has no tasks.</p></section>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{_said(sheet.banner)}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )


def _page(sheet: Sheet, resource: str, lines: Sequence[Line], prepared_by: str) -> str:
    radio = next((one.radio for one in lines if one.radio), "not given")
    rows = "".join(
        f"<tr><td>{one.order}</td><td>{_said(one.what)}</td><td>{_said(one.usng)}<br>"
        f"{one.lat:.5f}, {one.lon:.5f}</td><td>{one.arrive_h:.1f} h</td><td>{one.hours:.1f} h</td>"
        f"<td>{_said(one.why)}</td></tr>"
        for one in lines
    )
    return (
        f"<section>{_marking(sheet)}<h1>Assignment list (ICS 204)</h1><table>"
        f"<tr><th>1 Incident</th><td>{_said(sheet.name)}</td>"
        f"<th>2 Operational period</th><td>from {sheet.stamp}, {sheet.hours:g} h</td></tr>"
        "<tr><th>3 Group</th><td>Search</td><th>4 Operations personnel</th>"
        f"<td>{_said(prepared_by)}</td></tr>"
        f"<tr><th>5 Resource</th><td>{_said(resource)}</td><th>8 Communications</th>"
        f"<td>{_said(radio)}</td></tr></table>"
        "<table><tr><th>#</th><th>6 Work assignment</th><th>USNG</th><th>From start</th><th>Search</th>"
        f"<th>7 Special instructions</th></tr>{rows}</table>{_map(lines)}"
        f"<p>9 Prepared by {_said(prepared_by)}, {sheet.stamp}</p>{_marking(sheet)}</section>"
    )


def _marking(sheet: Sheet) -> str:
    return f'<p class="marking">{_said(sheet.marking)} · {sheet.stamp}</p>'


def _map(lines: Sequence[Line]) -> str:
    """Return a drawing of the tasks' ground, north up, with a scale."""
    shapes = [shape(one.area) for one in lines]
    west, south = min(s.bounds[0] for s in shapes), min(s.bounds[1] for s in shapes)
    east, north = max(s.bounds[2] for s in shapes), max(s.bounds[3] for s in shapes)
    squeeze = max(cos(radians((south + north) / 2)), 0.05)
    scale = min(
        (_WIDE - 2 * _EDGE) / max((east - west) * squeeze, 1e-6),
        (_HIGH - 2 * _EDGE) / max(north - south, 1e-6),
    )

    def at(lon: float, lat: float) -> str:
        return f"{_EDGE + (lon - west) * squeeze * scale:.1f},{_HIGH - _EDGE - (lat - south) * scale:.1f}"

    drawn = []
    for one, ground in zip(lines, shapes, strict=True):
        for polygon in getattr(ground, "geoms", [ground]):
            ring = " ".join(at(x, y) for x, y, *_ in polygon.exterior.coords)
            drawn.append(f'<polygon points="{ring}" fill="#ddd" stroke="#000"/>')
        x, y = at(one.lon, one.lat).split(",")
        drawn.append(
            f'<circle cx="{x}" cy="{y}" r="4"/><text x="{x}" y="{y}" dx="7" dy="5">{one.order}</text>'
        )
    metres = 100 / scale * 111_320
    drawn.append(f'<path d="M{_EDGE} {_HIGH - 8}h100" stroke="#000" stroke-width="3"/>')
    drawn.append(f'<text x="{_EDGE + 108}" y="{_HIGH - 4}">{metres:,.0f} m</text>')
    drawn.append(f'<text x="{_WIDE - 30}" y="20">N ↑</text>')
    inside = "".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img" '
        f'aria-label="The ground of the tasks">{inside}</svg>'
    )


def _said(text: str) -> str:
    return escape(clean(text))
