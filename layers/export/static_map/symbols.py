"""The signs of the map on paper, after NAPSG's grammar and in the measures of the screen's sprites."""

from __future__ import annotations

from typing import Any

from layers.briefs.document import MapPoint, MapSite
from layers.export.static_map import svg
from layers.style import Palette, frame, glyph, sector_glyph, severity_scale, status_labels, status_letters

_HIGH = 5
# As on the screen: the more reports, the larger the disc.
_RADII = ((100_000, 30), (10_000, 26), (1_000, 22), (300, 19), (100, 17), (30, 14), (10, 12), (0, 11))
_STACK_PX = 10


def incident(point: MapPoint, look: Palette) -> str:
    """Return the sign of an incident in a 40-px square."""
    scale = severity_scale()
    severity = _level(point.severity, len(scale.colors))
    color, loud = scale.colors[severity], severity >= scale.loud_from
    weight = 3.0 if severity >= _HIGH else 2.25 if loud else 1.25
    outline = frame("alert" if point.alert else "hazard")
    middle = 23.0 if point.alert else 20.0
    fill = "none" if point.unplaced else look.ink
    dashed = point.unplaced or not (point.accuracy_m or 0) > 0
    parts = [
        # A dark rim under the frame keeps white and yellow visible on a light ground.
        svg.tag(
            "path", d=outline, fill=fill, stroke=look.ink, stroke_width=weight + 2.5, stroke_linejoin="round"
        ),
        svg.tag(
            "path",
            d=outline,
            fill="none",
            stroke=color if loud else frame("quiet"),
            stroke_width=weight,
            stroke_linejoin="round",
            stroke_dasharray="3.2 2.6" if dashed else None,
        ),
    ]
    if point.unplaced:
        parts.append(
            svg.text(
                "?",
                20,
                middle + 5.3,
                size=15,
                weight=600,
                fill="#FFFFFF",
                anchor="middle",
                halo=look.ink,
                halo_width=1.5,
            )
        )
    else:
        parts.append(svg.icon(point.glyph, 20, middle, size=14, fill="#FFFFFF"))
        if severity > 0:
            parts.append(badge(31, 31, scale.letters[severity], fill=color, rim=look.ink))
    return "".join(parts)


def site(place: MapSite, look: Palette) -> str:
    """Return the sign of a site in a 32-px square: the frame of infrastructure."""
    status = status_level(place.status)
    color = look.site_status[status]
    box = {"x": 4, "y": 4, "width": 22, "height": 22, "rx": 5}
    known = place.glyph if glyph(place.glyph) != glyph("") else sector_glyph(place.sector)
    parts = [
        svg.tag("rect", **box, fill=look.panel, stroke=look.ground, stroke_width=4),
        svg.tag("rect", **box, fill=look.panel, stroke=color, stroke_width=2 if status else 1.25),
        svg.icon(known, 15, 15, size=14, fill=look.text),
    ]
    if status:
        parts.append(badge(25, 25, status_letters()[status], fill=color, rim=look.ground))
    return "".join(parts)


def cluster(count: int, high: int, look: Palette, *, faint: bool = False) -> str:
    """Return a disc round the origin with its number; its rim shows the share that is high or extreme.

    A faint one steps back over a surface, its number less than its disc, as on the screen.
    """
    shown, read = (0.4, 0.85) if faint else (1.0, None)
    radius = cluster_radius(count)
    parts = [
        svg.disc(
            0,
            0,
            radius,
            fill=look.panel,
            fill_opacity=0.9 * shown,
            stroke=look.muted,
            stroke_opacity=0.6 * shown,
            stroke_width=1.5,
        )
    ]
    share = min(1.0, high / count) if high > 0 else 0.0
    if share:
        whole = 2 * 3.14159265 * radius
        dashes = f"{max(share, 1 / 16) * whole:.1f} {whole:.1f}"
        rim: dict[str, Any] = {
            "stroke": severity_scale().colors[_HIGH],
            "stroke_width": 3,
            "stroke_dasharray": dashes,
        }
        rim["stroke_opacity"] = shown if faint else None
        parts.append(svg.disc(0, 0, radius, fill="none", transform="rotate(-90)", **rim))
    size = 10 if count < 30 else 11 if count < 1000 else 12 if count < 10_000 else 13
    number = svg.text(
        short_count(count), 0, size * 0.36, size=size, weight=500, fill=look.text, anchor="middle"
    )
    return "".join([*parts, svg.group([number], opacity=read)])


def stack(count: int, look: Palette) -> str:
    """Return the plate beside a sign that stands for several reports at one place."""
    words = short_count(count)
    width = svg.width_of(words, size=_STACK_PX, weight=500) + 10
    plate = svg.tag("rect", x=8, y=-24, width=width, height=14, rx=7, fill=look.text)
    return plate + svg.text(
        words, 8 + width / 2, -13.4, size=_STACK_PX, weight=500, fill=look.panel, anchor="middle"
    )


def badge(x: float, y: float, letter: str, *, fill: str, rim: str) -> str:
    """Return a letter on a disc: severity or status is never told by colour alone."""
    ink = frame("badge_ink") if luminance(fill) > 0.16 else "#FFFFFF"
    disc = svg.disc(x, y, 6.5, fill=fill, stroke=rim, stroke_width=1.5)
    return disc + svg.text(letter, x, y + 3.3, size=9, weight=600, fill=ink, anchor="middle")


def cluster_radius(count: int) -> float:
    """Return how large the disc of so many reports is."""
    return float(next(radius for least, radius in _RADII if count >= least))


def short_count(count: int) -> str:
    """Return a count as people read it: 940, 1.3k, 24k, 1.2M."""
    if count < 1000:
        return str(count)
    if count < 9950:
        return f"{round(count / 100) / 10:g}k"
    if count < 999_500:
        return f"{round(count / 1000)}k"
    return f"{round(count / 100_000) / 10:g}M"


def status_level(status: str) -> int:
    """Return the level of a site's status by its word; what is not known is unknown, never green."""
    words = [label.lower() for label in status_labels()]
    return words.index(status.lower()) if status.lower() in words else 0


def luminance(colour: str) -> float:
    """Return the relative luminance after WCAG 2.2, to choose the ink that can be read."""
    red, green, blue = tuple((int(colour[at : at + 2], 16) / 255) ** 2.2 for at in (1, 3, 5))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _level(severity: int, levels: int) -> int:
    return severity if 0 <= severity < levels else 0
