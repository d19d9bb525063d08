"""Lines and areas on the map: surfaces under the names, what was drawn over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry import shape as shape_of

from layers.briefs.document import MapShape
from layers.export.static_map import svg
from layers.export.static_map.room import Room
from layers.export.static_map.view import View
from layers.export.text import plain
from layers.style import Palette

UNDER: Final = ("surface", "expected", "hotspot")
HATCH: Final = "hatch"
_MOST_LABELS: Final = 40


@dataclass(frozen=True, slots=True)
class _Placed:
    shape: MapShape
    on_sheet: shapely.Geometry


def patterns(look: Palette) -> str:
    """Return the hatch of what passed a test: a line with a rim, legible on either end of the ramp."""
    lines = "".join(
        svg.tag("path", d="M-1 9L9 -1M-9 9L1 -1M7 9L17 -1", fill="none", stroke=color, stroke_width=width)
        for color, width in ((look.ground, 2.6), (look.text, 1.1))
    )
    return svg.tag("pattern", lines, id=HATCH, width=8, height=8, patternUnits="userSpaceOnUse")


def under(shapes: Sequence[MapShape], view: View, look: Palette) -> str:
    """Return densities, expected places and hotspots; a claim is hatched and outlined, nothing else is."""
    placed = [one for role in UNDER for one in _placed(shapes, view) if one.shape.role == role]
    claims = [one for one in placed if one.shape.claim]
    fills = "".join(_fill(one, look) for one in placed if _is_area(one.on_sheet))
    if not claims:
        return fills
    whole = svg.path_of(shapely.union_all([one.on_sheet for one in claims], grid_size=0.1))
    hatch = svg.tag("path", d=whole, fill=f"url(#{HATCH})", fill_opacity=0.55, fill_rule="evenodd")
    line = {"d": whole, "fill": "none", "stroke_linejoin": "round"}
    rim = svg.tag("path", **line, stroke=look.ground, stroke_width=5, stroke_opacity=0.8)
    return fills + hatch + rim + svg.tag("path", **line, stroke=look.text, stroke_width=2.25)


def over(shapes: Sequence[MapShape], view: View, look: Palette) -> str:
    """Return the lines of areas, watch areas, segments, pockets and closures."""
    parts = []
    for role in ("area", "watch_area", "pocket", "segment", "closure"):
        parts += [_line(one, look) for one in _placed(shapes, view) if one.shape.role == role]
    return "".join(parts)


def labels(shapes: Sequence[MapShape], view: View, room: Room, look: Palette) -> str:
    """Return the names of shapes, where there is room for them."""
    parts: list[str] = []
    for one in _placed([shape for shape in shapes if shape.label], view):
        place = shapely.point_on_surface(one.on_sheet)
        words = svg.wrapped(plain(one.shape.label, most=80), size=11, most=130, weight=600)[:2]
        wide = max(svg.width_of(line, size=11, weight=600) for line in words) / 2 + 3
        box = (place.x - wide, place.y - 7 * len(words) - 2, place.x + wide, place.y + 7 * len(words) + 2)
        if len(parts) >= _MOST_LABELS or not room.take_if_free(box):
            continue
        style: dict[str, Any] = {
            "size": 11,
            "weight": 600,
            "fill": look.text,
            "anchor": "middle",
            "halo": look.ground,
            "halo_width": 1.8,
        }
        first = place.y - 6.6 * (len(words) - 1) + 4
        parts.append(
            "".join(svg.text(line, place.x, first + 13.2 * row, **style) for row, line in enumerate(words))
        )
    return "".join(parts)


def ramp_colour(look: Palette, level: float) -> str:
    """Return the colour of a place on the ramp, 0 to 1."""
    level = min(max(level, 0.0), 1.0) * (len(look.ramp) - 1)
    low = min(int(level), len(look.ramp) - 2)
    return _mixed(look.ramp[low], look.ramp[low + 1], level - low)


def swatch(role: str, look: Palette, *, x: float, y: float) -> str:
    """Return how a role is drawn, in 26 by 12 px."""
    box = {"x": x, "y": y, "width": 26, "height": 12}
    if role in UNDER:
        steps = [
            svg.tag(
                "rect",
                x=x + 26 * step / 6,
                y=y,
                width=26 / 6 + 0.2,
                height=12,
                fill=ramp_colour(look, step / 5),
                fill_opacity=0.78,
            )
            for step in range(6)
        ]
        edge = (
            [
                svg.tag("rect", **box, fill=f"url(#{HATCH})", fill_opacity=0.55),
                svg.tag("rect", **box, fill="none", stroke=look.text, stroke_width=1.5),
            ]
            if role == "hotspot"
            else []
        )
        return "".join([*steps, *edge])
    fill, style = _line_look(role, look)
    if role == "closure":
        return svg.tag(
            "path", d=svg.polyline([[x, y + 6], [x + 26, y + 6]], closed=False), fill="none", **style
        )
    return svg.tag("rect", **box, **fill, **style)


def _placed(shapes: Iterable[MapShape], view: View) -> list[_Placed]:
    found = []
    for shape in shapes:
        on_sheet = view.on_sheet(shapely.make_valid(shape_of(shape.geometry)))
        if not shapely.is_empty(on_sheet):
            found.append(_Placed(shape, on_sheet))
    return found


def _fill(one: _Placed, look: Palette) -> str:
    level = one.shape.level
    if one.shape.role == "hotspot":
        # What passed no test steps back: nobody should act on its colour.
        opacity = 0.78 if one.shape.claim else 0.34
    elif one.shape.role == "expected":
        opacity = 0.25 + 0.9 * min(level, 0.5) + 0.3 * max(0.0, min(level, 1.0) - 0.5)
    else:
        opacity = 0.55 if look.theme == "dark" else 0.6
    return svg.tag(
        "path",
        d=svg.path_of(one.on_sheet),
        fill=ramp_colour(look, level),
        fill_opacity=round(opacity, 2),
        fill_rule="evenodd",
    )


def _line(one: _Placed, look: Palette) -> str:
    fill, style = _line_look(one.shape.role, look)
    if not _is_area(one.on_sheet):
        fill = {"fill": "none"}
    return svg.tag(
        "path", d=svg.path_of(one.on_sheet), stroke_linejoin="round", fill_rule="evenodd", **fill, **style
    )


def _line_look(role: str, look: Palette) -> tuple[dict[str, Any], dict[str, Any]]:
    match role:
        case "watch_area":
            return {"fill": look.accent, "fill_opacity": 0.05}, {
                "stroke": look.accent,
                "stroke_width": 2,
                "stroke_dasharray": "6 4",
            }
        case "pocket":
            return {"fill": look.text, "fill_opacity": 0.08}, {
                "stroke": look.text,
                "stroke_width": 1.5,
                "stroke_dasharray": "4.5 3",
            }
        case "segment":
            return {"fill": look.text, "fill_opacity": 0.03}, {"stroke": look.muted, "stroke_width": 1}
        case "closure":
            return {"fill": look.text, "fill_opacity": 0.14}, {
                "stroke": look.text,
                "stroke_width": 5,
                "stroke_dasharray": "2 4",
            }
        case _:
            return {"fill": "none"}, {"stroke": look.muted, "stroke_width": 1.5}


def _is_area(shape: shapely.Geometry) -> bool:
    return bool(shapely.area(shape) > 0)


def _mixed(low: str, high: str, share: float) -> str:
    pairs = [(int(low[at : at + 2], 16), int(high[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
