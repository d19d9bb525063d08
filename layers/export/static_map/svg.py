"""SVG as text: numbers short, everything from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any, Final

import numpy as np
import shapely
from PIL import ImageFont

from layers.export.text import plain
from layers.style import FONTS, NO_GLYPH, glyph

_MEASURED_AT: Final = 64
Box = tuple[float, float, float, float]  # left, top, right, bottom


def tag(name: str, body: str = "", /, **attributes: Any) -> str:
    """Return an element; `_` in the name of an attribute is a hyphen, None leaves it out, floats are cut."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(each)}"'
        for key, each in attributes.items()
        if each is not None
    )
    return f"<{name}{said}>{body}</{name}>" if body else f"<{name}{said}/>"


def number(value: float) -> str:
    """Return a number with a tenth of a pixel, which no eye tells apart."""
    return f"{round(value, 1):g}"


def polyline(points: np.ndarray[Any, Any] | Sequence[Sequence[float]], *, closed: bool) -> str:
    """Return points as the data of a path."""
    rounded = np.round(np.asarray(points, dtype=float), 1).tolist()
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in rounded) + ("Z" if closed else "")


def path_of(shape: shapely.Geometry) -> str:
    """Return a line or an area as the data of a path; points have none."""
    parts = []
    for part in shapely.get_parts(shape).tolist():
        if part.geom_type == "Polygon" and not part.is_empty:
            rings = [part.exterior, *part.interiors]
            parts += [polyline(shapely.get_coordinates(ring)[:-1], closed=True) for ring in rings]
        elif part.geom_type in ("LineString", "LinearRing") and not part.is_empty:
            parts.append(polyline(shapely.get_coordinates(part), closed=False))
        elif part.geom_type.startswith(("Multi", "Geometry")):
            parts.append(path_of(part))
    return "".join(parts)


def text(
    words: str,
    x: float,
    y: float,
    *,
    size: float,
    fill: str,
    weight: int = 400,
    anchor: str = "start",
    halo: str | None = None,
    halo_width: float = 1.2,
    spacing_em: float = 0,
) -> str:
    """Return a line of text that stands on `y`; a halo keeps it readable over anything."""
    style: dict[str, Any] = {}
    if halo:
        style |= {"stroke": halo, "stroke_width": halo_width * 2, "stroke_linejoin": "round"}
        style |= {"paint_order": "stroke"}
    return tag(
        "text",
        escape(plain(words), quote=False),
        x=x,
        y=y,
        font_size=size,
        font_weight=weight if weight != 400 else None,
        fill=fill,
        text_anchor=anchor if anchor != "start" else None,
        letter_spacing=spacing_em * size or None,
        **style,
    )


def width_of(words: str, *, size: float, weight: int = 400, spacing_em: float = 0) -> float:
    """Return how wide a line of text is."""
    return float(face(weight).getlength(words)) * size / _MEASURED_AT + spacing_em * size * len(words)


def wrapped(words: str, *, size: float, most: float, weight: int = 400) -> list[str]:
    """Return the words in lines that are no wider than `most`, where a space allows it."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size=size, weight=weight) <= most:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def disc(x: float, y: float, radius: float, **style: Any) -> str:
    """Return a circle."""
    return tag("circle", cx=x, cy=y, r=radius, **style)


def icon(name: str, x: float, y: float, *, size: float, fill: str, fallback: str = NO_GLYPH) -> str:
    """Return an icon filled into a square round (x, y)."""
    width, height, outline = glyph(name, fallback)
    scale = size / max(width, height)
    left, top = x - width * scale / 2, y - height * scale / 2
    place = f"translate({left:.2f} {top:.2f}) scale({scale:.4f})"
    return tag("path", d=" ".join(outline.split()), transform=place, fill=fill)


def group(parts: Iterable[str], **attributes: Any) -> str:
    """Return elements together; nothing where there are none."""
    body = "".join(parts)
    return tag("g", body, **attributes) if body else ""


def _value(each: Any) -> str:
    return number(each) if isinstance(each, float) else escape(str(each))


@cache
def face(weight: int) -> ImageFont.FreeTypeFont:
    """Return a weight of the page's font, to measure with at 64 px."""
    # The basic engine measures letter by letter: the other is not in every Pillow, and refuses line ends.
    basic = ImageFont.Layout.BASIC
    return ImageFont.truetype(str(FONTS / f"Inter-{weight}.ttf"), _MEASURED_AT, layout_engine=basic)
