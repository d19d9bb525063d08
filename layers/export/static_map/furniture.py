"""What makes a picture a map: legend, scale, north, time, and whose ground it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from layers.basemap.style import ATTRIBUTION
from layers.briefs.document import LegendLine, MapPicture, MapPoint, MapSite
from layers.export.static_map import surfaces, svg, symbols
from layers.export.static_map.room import Room
from layers.export.static_map.view import View
from layers.export.text import plain
from layers.style import Palette

_EDGE: Final = 10.0
_ROW: Final = 25.0
_SIGN_PX: Final = 28.0
_WORDS_PX: Final = 250.0
_METRES: Final = tuple(factor * 10**power for power in range(7) for factor in (1, 2, 5))
_MILE_M: Final = 1609.344
_FOOT_M: Final = 0.3048
_BAR_PX: Final = 130.0


@dataclass(frozen=True, slots=True)
class Plate:
    """A panel over the map: its size, and how it is drawn with its corner at the origin."""

    width: float
    height: float
    body: str

    def at(self, x: float, y: float, look: Palette) -> str:
        """Return the plate with its corner there."""
        box = svg.tag(
            "rect",
            width=self.width,
            height=self.height,
            rx=4,
            fill=look.panel,
            stroke=look.line,
            stroke_width=1,
        )
        return svg.tag("g", box + self.body, transform=f"translate({x:.1f} {y:.1f})")


def legend(picture: MapPicture, look: Palette) -> Plate | None:
    """Return the legend: what is on the map, how much of it, what the signs mean; None where nothing is."""
    if not picture.legend and not picture.note:
        return None
    words = [(line, words_of(line)) for line in picture.legend]
    signs = svg.wrapped(signs_words(picture), size=9, most=_WORDS_PX + _SIGN_PX)
    notes = svg.wrapped(plain(picture.note, most=240), size=9, most=_WORDS_PX + _SIGN_PX)
    wide = max(
        [svg.width_of(said, size=11) + _SIGN_PX + 12 for _, said in words]
        + [svg.width_of(line, size=9) for line in signs + notes]
    )
    parts, y = [], 8.0
    for line, said in words:
        middle = y + _ROW / 2
        parts.append(swatch(line.key, 10 + _SIGN_PX / 2, middle, look))
        parts.append(svg.text(said, 10 + _SIGN_PX + 8, middle + 4, size=11, fill=look.text))
        y += _ROW
    for line_of_words in signs + notes:
        parts.append(svg.text(line_of_words, 10, y + 10, size=9, fill=look.muted))
        y += 12.5
    return Plate(min(wide, _WORDS_PX + 2 * _SIGN_PX) + 24, y + 8, "".join(parts))


def scale(view: View, look: Palette, *, said: Sequence[str]) -> Plate:
    """Return the bars of scale, metric and not, the arrow to the north, and lines about grid and time."""
    bar, metric = _round_length(view, {"m": 1.0, "km": 1000.0})
    miles, imperial = _round_length(view, {"ft": _FOOT_M, "mi": _MILE_M})
    lines = [plain(line) for line in said if line]
    wide = max([bar, miles, *(svg.width_of(line, size=9) for line in lines)]) + 60
    rules = svg.tag(
        "path", d=f"M12 26V31H{12 + bar:.1f}V26", fill="none", stroke=look.text, stroke_width=1.5
    ) + svg.tag("path", d=f"M12 36V31H{12 + miles:.1f}V36", fill="none", stroke=look.text, stroke_width=1.5)
    texts = svg.text(metric, 12 + bar, 21, size=9.5, weight=500, fill=look.text, anchor="end") + svg.text(
        imperial, 12 + miles, 47, size=9.5, weight=500, fill=look.text, anchor="end"
    )
    about = "".join(
        svg.text(line, 12, 64 + 12.5 * row, size=9, fill=look.muted) for row, line in enumerate(lines)
    )
    x = wide - 22
    arrow = svg.tag("path", d=f"M{x:.1f} 24L{x + 7:.1f} 46L{x:.1f} 41L{x - 7:.1f} 46Z", fill=look.text)
    north = svg.text("N", x, 20, size=11, weight=600, fill=look.text, anchor="middle")
    return Plate(wide, 56 + 12.5 * len(lines) + (4 if lines else 0), rules + texts + about + arrow + north)


def corners(
    legend_plate: Plate | None,
    scale_plate: Plate,
    *,
    view: View,
    points: Sequence[tuple[float, float]],
    room: Room,
    look: Palette,
) -> str:
    """Return the plates in their corners: scale below right, legend where the fewest reports lie under it."""
    x, y = view.width - scale_plate.width - _EDGE, view.height - scale_plate.height - _EDGE - 10
    room.take((x - 4, y - 4, view.width, view.height))
    drawn = scale_plate.at(x, y, look)
    if legend_plate is None:
        return drawn
    bottom, right = view.height - legend_plate.height - _EDGE, view.width - legend_plate.width - _EDGE
    # Grid numbers stand along the top and the left edge.
    places = [(_EDGE + 14, bottom), (_EDGE + 14, _EDGE + 12), (right, _EDGE + 12)]

    def hidden(place: tuple[float, float]) -> int:
        left, top = place
        return sum(
            left <= px <= left + legend_plate.width and top <= py <= top + legend_plate.height
            for px, py in points
        )

    left, top = min(places, key=hidden)
    room.take((left - 4, top - 4, left + legend_plate.width + 4, top + legend_plate.height + 4))
    return drawn + legend_plate.at(left, top, look)


def attribution(view: View, look: Palette, *, missing: bool) -> str:
    """Return whose ground it is, small, at the lower edge."""
    words = "The ground map is missing: no coast, no borders" if missing else ATTRIBUTION
    return svg.text(
        words,
        view.width - _EDGE,
        view.height - 6,
        size=8,
        fill=look.muted,
        anchor="end",
        halo=look.ground,
        halo_width=1.5,
    )


def words_of(line: LegendLine) -> str:
    """Return the words of a line of the legend."""
    count = "" if line.count is None else f"  {line.count:,}"
    return plain(line.label, most=48) + count


def signs_words(picture: MapPicture) -> str:
    """Return what the signs of a map mean."""
    single = [point for point in picture.points if point.count == 1]
    words = []
    if any((point.accuracy_m or 0) > 0 for point in single):
        words.append("Ring: place is within.")
    if any(not (point.accuracy_m or 0) > 0 and not point.unplaced for point in single):
        words.append("Dashed: accuracy unknown.")
    if any(point.unplaced for point in single):
        words.append("“?”: place unknown.")
    if any(point.high for point in picture.points):
        words.append("Rim: share high or extreme.")
    if any(shape.claim for shape in picture.shapes) and "Hatched" not in picture.note:
        words.append("Hatched: passed a test.")
    return " ".join(words)


def swatch(key: str, x: float, y: float, look: Palette) -> str:
    """Return the sign of a line of the legend round a place."""
    kind, _, fact = key.partition(":")
    if kind == "severity":
        severity = int(fact) if fact.isdigit() else 0
        sign = symbols.incident(MapPoint(lon=0, lat=0, severity=severity, accuracy_m=1), look)
        return svg.tag("g", sign, transform=f"translate({x - 14:.1f} {y - 14:.1f}) scale(0.7)")
    if kind == "site":
        sign = symbols.site(MapSite(lon=0, lat=0, status=fact or "grey", glyph="marker"), look)
        return svg.tag("g", sign, transform=f"translate({x - 12:.1f} {y - 12:.1f}) scale(0.8)")
    if kind == "role":
        return surfaces.swatch(fact, look, x=x - 13, y=y - 6)
    if kind == "cluster":
        return svg.disc(x, y, 8, fill=look.panel, stroke=look.muted, stroke_width=1.5)
    return svg.disc(x, y, 3, fill=look.muted)


def _round_length(view: View, units: dict[str, float]) -> tuple[float, str]:
    """Return the longest bar of a round length that is no longer than it should be, and its words."""
    most_m = _BAR_PX * view.metres_per_px()
    best = (0.0, 0.0, "")
    for unit, metres in units.items():
        fits = [length for length in _METRES if length * metres <= most_m]
        # Whole kilometres and miles are read more easily than thousands of the smaller unit.
        if fits and (unit in ("km", "mi") or not math.isclose(best[0], fits[-1] * metres)):
            best = (fits[-1] * metres, fits[-1], unit)
    length_m, length, unit = best
    return length_m / view.metres_per_px(), f"{length:,g} {unit}"
