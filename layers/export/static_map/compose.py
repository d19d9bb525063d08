"""A map as SVG text: ground, surfaces, names, lines, sites, incidents, and what makes it a map."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from layers.briefs.document import MapPicture
from layers.export.static_map import furniture, grid, ground, marks, surfaces, svg
from layers.export.static_map.room import Room
from layers.export.static_map.tiles import Tiles
from layers.export.static_map.view import View, fitted
from layers.export.text import plain
from layers.style import palette

PX_MM: Final = 0.22  # a pixel of the screen's style on paper: its 11-px names are 7-point type
FONT: Final = "Inter"


def map_svg(
    picture: MapPicture,
    *,
    size_mm: tuple[float, float],
    theme: str = "light",
    zone: str = "UTC",
    tiles: Tiles | None = None,
    px_mm: float = PX_MM,
) -> str:
    """Return a map as SVG of this size, with legend, scale, north, grid and time; the same every time.

    `tiles` is the ground's file, kept open by whoever draws several maps of one document.
    """
    if tiles is None:
        with Tiles() as own:
            return map_svg(picture, size_mm=size_mm, theme=theme, zone=zone, tiles=own, px_mm=px_mm)
    view = fitted(picture.bbox, width=size_mm[0] / px_mm, height=size_mm[1] / px_mm)
    body = _body(picture, view, tiles, theme=theme, zone=zone)
    title = svg.tag("title", escape(plain(picture.title), quote=False)) if picture.title else ""
    return svg.tag(
        "svg",
        title + body,
        xmlns="http://www.w3.org/2000/svg",
        width=f"{size_mm[0]:g}mm",
        height=f"{size_mm[1]:g}mm",
        viewBox=f"0 0 {view.width:.2f} {view.height:.2f}",
        font_family=FONT,
    )


def said_time(at: datetime, zone: str) -> str:
    """Return a time as people in the center and everybody else read it: 22 Nov 2026 14:32 EST (19:32Z)."""
    local, world = at.astimezone(ZoneInfo(zone)), at.astimezone(UTC)
    day = f"{local.day} {local:%b %Y}"
    if local.utcoffset() == world.utcoffset():
        return f"{day} {world:%H:%M}Z"
    return f"{day} {local:%H:%M %Z} ({world:%H:%M}Z)"


def _body(picture: MapPicture, view: View, tiles: Tiles, *, theme: str, zone: str) -> str:
    look, room = palette(theme), Room()
    shapes = picture.shapes
    over_surface = any(shape.role in surfaces.UNDER for shape in shapes)
    # Places are given in the order of importance: plates, signs, grid numbers, and names last.
    lonlat = [[one.lon, one.lat] for one in picture.points] + [[one.lon, one.lat] for one in picture.sites]
    spots = view.xy(np.array(lonlat, dtype=float).reshape(-1, 2))
    lines = grid.draw(view, Room(), look)
    about = [lines.words, f"As of {said_time(picture.at, zone)}"]
    plates = furniture.corners(
        furniture.legend(picture, look),
        furniture.scale(view, look, said=about),
        view=view,
        points=[(float(x), float(y)) for x, y in spots],
        room=room,
        look=look,
    )
    drawn = marks.draw(
        picture.points, picture.sites, view=view, room=room, look=look, over_surface=over_surface
    )
    grid_labels = grid.draw(view, room, look).labels
    labels = surfaces.labels(shapes, view, room, look)
    names = ground.names(view, tiles, room, theme=theme)
    frame = svg.tag(
        "rect",
        x=0.5,
        y=0.5,
        width=view.width - 1,
        height=view.height - 1,
        fill="none",
        stroke=look.muted,
        stroke_width=1,
    )
    defs = svg.tag("defs", surfaces.patterns(look))
    layers = [
        ground.shapes(view, tiles, theme=theme),
        surfaces.under(shapes, view, look),
        lines.lines,
        names,
        surfaces.over(shapes, view, look),
        drawn.rings,
        drawn.dots,
        drawn.sites,
        drawn.signs,
        drawn.clusters,
        labels,
        grid_labels,
        plates,
        furniture.attribution(view, look, missing=tiles.missing),
        frame,
    ]
    return defs + "".join(layers)
