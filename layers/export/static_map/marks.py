"""Incidents and sites on the sheet: a dot for every report, a sign wherever there is room for one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from layers.briefs.document import MapPoint, MapSite
from layers.export.static_map import symbols
from layers.export.static_map.room import Room, around
from layers.export.static_map.svg import disc, group, tag, text, width_of
from layers.export.static_map.view import View
from layers.export.text import plain
from layers.style import Palette, severity_scale

_FEW = 60  # so few may all have their sign, however far the view
_ALL_FROM, _CROWD_FROM = 11.0, 15.5
_GLYPH_FROM_AFAR = 4
_NAMES_FROM = 13.0
_FEW_SITES = 25
_TOUCHING = 0.8  # of two radii together: nearer than this a circle hides the number of another
_MANY_RINGS, _RINGS_FROM = 200, 14.5  # of many, rings from afar would hide all else
_SMALLEST_RING_PX, _WIDEST_RING = 14.0, 0.35


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn, in the order in which it lies: rings and dots, sites, signs, clusters."""

    rings: str
    dots: str
    sites: str
    signs: str
    clusters: str


def draw(
    points: Sequence[MapPoint],
    sites: Sequence[MapSite],
    *,
    view: View,
    room: Room,
    look: Palette,
    over_surface: bool,
) -> Drawn:
    """Return incidents and sites; signs take their room from names, the gravest first."""
    placed = [(point, x, y) for point, (x, y) in _on_sheet(points, view) if _inside(x, y, view)]
    single = [one for one in placed if one[0].count <= 1 or one[0].glyph]
    many = [one for one in placed if one[0].count > 1 and not one[0].glyph]
    clusters = [
        _cluster(point, x, y, room, look, faint=over_surface) for point, x, y in reversed(_apart(many))
    ]
    signs = _signs(single, view, room, look)
    return Drawn(
        rings=_rings(single, view, look),
        dots=_dots(single, view, look, faint=over_surface),
        sites=_sites(sites, view, room, look),
        signs=signs,
        clusters="".join(clusters),
    )


def _apart(many: list[tuple[MapPoint, float, float]]) -> list[tuple[MapPoint, float, float]]:
    """Return circles that can be told apart, the largest first: what would lie under one is counted in it."""
    kept: list[tuple[MapPoint, float, float]] = []
    for point, x, y in sorted(many, key=lambda one: -one[0].count):
        radius = symbols.cluster_radius(point.count)
        for place, (other, left, top) in enumerate(kept):
            if math.hypot(x - left, y - top) < _TOUCHING * (radius + symbols.cluster_radius(other.count)):
                both = replace(other, count=other.count + point.count, high=other.high + point.high)
                kept[place] = (both, left, top)
                break
        else:
            kept.append((point, x, y))
    return kept


def _on_sheet(
    points: Sequence[MapPoint] | Sequence[MapSite], view: View
) -> list[tuple[MapPoint, tuple[float, float]]]:
    if not points:
        return []
    places = view.xy(np.array([[point.lon, point.lat] for point in points], dtype=float))
    return list(zip(points, places.tolist(), strict=True))  # type: ignore[arg-type]


def _inside(x: float, y: float, view: View) -> bool:
    return -20 <= x <= view.width + 20 and -20 <= y <= view.height + 20


def _rings(single: list[tuple[MapPoint, float, float]], view: View, look: Palette) -> str:
    """Return the rings within which places are; those wider than the sheet would only be lines across it."""
    if len(single) > _MANY_RINGS and view.zoom < _RINGS_FROM:
        return ""
    widest, scale = min(view.width, view.height) * _WIDEST_RING, view.metres_per_px()
    rings = []
    for point, x, y in single:
        radius = (point.accuracy_m or 0) / scale
        if not point.unplaced and _SMALLEST_RING_PX <= radius <= widest:
            rings.append(disc(x, y, radius))
    return group(rings, fill="none", stroke=look.muted, stroke_width=1, stroke_opacity=0.6)


def _dots(single: list[tuple[MapPoint, float, float]], view: View, look: Palette, *, faint: bool) -> str:
    scale = severity_scale()
    dots = []
    for point, x, y in sorted(single, key=lambda one: -1 if one[0].done else one[0].severity):
        quiet = point.done or point.severity < scale.loud_from
        colour = look.muted if quiet else scale.colors[min(point.severity, len(scale.colors) - 1)]
        share = min(max((view.zoom - 6) / 8, 0.0), 1.0)
        radius = 1.6 + 1.6 * share + 0.55 * max(0, point.severity - 2)
        strength = (0.3 if faint else 1.0) * (0.45 if point.done else 0.75 if quiet else 1.0)
        fill = (
            {"fill": "none", "stroke": colour} if point.unplaced else {"fill": colour, "stroke": look.ground}
        )
        dots.append(disc(x, y, radius, opacity=strength if strength < 1 else None, stroke_width=0.75, **fill))
    return "".join(dots)


def _signs(single: list[tuple[MapPoint, float, float]], view: View, room: Room, look: Palette) -> str:
    few = len(single) <= _FEW
    size = _between(view.zoom, (9, 0.78), (13, 0.9), (16, 1.0))
    parts = []
    for point, x, y in sorted(single, key=_urgent):
        # A grey printer leaves nothing but the letter: what is grave has its sign from however far.
        from_here = view.zoom >= _ALL_FROM or point.severity >= _GLYPH_FROM_AFAR
        if not (few or from_here or point.unplaced):
            continue
        half = 19 * size
        crowded = view.zoom >= _CROWD_FROM or point.unplaced
        if not room.take_if_free(around(x, y, half)) and not crowded:
            continue
        place = f"translate({x - 20 * size:.1f} {y - 20 * size:.1f}) scale({size:.3f})"
        sign = tag("g", symbols.incident(point, look), transform=place, opacity=0.42 if point.done else None)
        if point.count > 1:
            sign += tag("g", symbols.stack(point.count, look), transform=f"translate({x:.1f} {y:.1f})")
        if point.label and few:
            sign += _label(point.label, x, y, half=half, view=view, room=room, look=look)
        # What is most urgent is drawn last, so that it lies on top.
        parts.append(sign)
    return "".join(reversed(parts))


def _urgent(one: tuple[MapPoint, float, float]) -> tuple[int, float, float]:
    point, x, y = one
    return (20 if point.done else 0 if point.count > 1 else 10 - point.severity, x, y)


def _label(words: str, x: float, y: float, *, half: float, view: View, room: Room, look: Palette) -> str:
    """Return the words right or left of a sign, where there is room."""
    words = plain(words, most=34)
    wide = width_of(words, size=11, weight=500)
    for anchor, left in (("start", x + half + 3), ("end", x - half - 3 - wide)):
        box = (left, y - 8, left + wide, y + 8)
        if left > 4 and left + wide < view.width - 4 and room.take_if_free(box):
            at = left if anchor == "start" else left + wide
            return text(
                words,
                at,
                y + 4,
                size=11,
                weight=500,
                fill=look.text,
                anchor=anchor,
                halo=look.ground,
                halo_width=1.8,
            )
    return ""


def _cluster(point: MapPoint, x: float, y: float, room: Room, look: Palette, *, faint: bool) -> str:
    room.take(around(x, y, symbols.cluster_radius(point.count) + 1))
    return tag(
        "g",
        symbols.cluster(point.count, point.high, look, faint=faint),
        transform=f"translate({x:.1f} {y:.1f})",
    )


def _sites(sites: Sequence[MapSite], view: View, room: Room, look: Palette) -> str:
    """Return sites, the worst first; where there is no room for a sign a dot stays."""
    size = _between(view.zoom, (7, 0.8), (12, 0.95), (15, 1.0))
    named = view.zoom >= _NAMES_FROM or len(sites) <= _FEW_SITES
    dots, signs = [], []
    places = (
        view.xy(np.array([[site.lon, site.lat] for site in sites], dtype=float)).tolist() if sites else []
    )
    ordered = sorted(zip(sites, places, strict=True), key=lambda pair: -symbols.status_level(pair[0].status))
    for site, (x, y) in ordered:
        if not _inside(x, y, view):
            continue
        dots.append(disc(x, y, 2, fill=look.panel, stroke=look.muted, stroke_width=1))
        if not room.take_if_free(around(x, y, 13 * size)):
            continue
        sign = tag(
            "g",
            symbols.site(site, look),
            transform=f"translate({x - 15 * size:.1f} {y - 15 * size:.1f}) scale({size:.3f})",
        )
        if named and site.name:
            sign += _label(site.name, x, y, half=13 * size, view=view, room=room, look=look)
        signs.append(sign)
    return "".join([*dots, *reversed(signs)])


def _between(zoom: float, *stops: tuple[float, float]) -> float:
    return float(np.interp(zoom, [stop for stop, _ in stops], [size for _, size in stops]))
