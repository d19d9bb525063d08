"""The MapLibre style of a basemap in a theme."""

from __future__ import annotations

import html
from typing import Any, Final

from layers.basemap import ground, outside
from layers.basemap.archives import MVT, Info
from layers.basemap.choices import Basemap
from layers.basemap.palette import greys

ATTRIBUTION: Final = "US Census Bureau · Natural Earth · GeoNames (CC BY 4.0)"
FONTS: Final = {
    "Inter Regular": ("inter-latin-400-normal.woff2", "inter-latin-ext-400-normal.woff2"),
    "Inter Medium": ("inter-latin-500-normal.woff2", "inter-latin-ext-500-normal.woff2"),
    "Inter SemiBold": ("inter-latin-600-normal.woff2", "inter-latin-ext-600-normal.woff2"),
}
# The two halves that the font's package is cut into: western letters, and the rest of Latin.
LATIN: Final = ["U+0000-00FF", "U+0131", "U+0152-0153", "U+2000-206F", "U+20AC", "U+2122"]
LATIN_EXT: Final = ["U+0100-0130", "U+0132-0151", "U+0154-02AF", "U+1E00-1EFF", "U+2C60-2C7F"]


def style(
    theme: str,
    basemap: Basemap,
    *,
    tile_url: str,
    ground_url: str = "",
    info: Info | None = None,
    font_url: str = "/assets/dist/fonts",
) -> dict[str, Any]:
    """Return a MapLibre style (version 8) without `glyphs`: names are drawn with the page's own fonts.

    `tile_url` is the address of the basemap's tiles with {z}, {x} and {y}; `info` is what a file of the
    user's says of itself. `ground_url` is where the basemap that comes with Watchfloor is served,
    drawn under the user's so that nothing is bare; empty leaves it out, and the whole map is then
    land-coloured rather than a false sea.
    """
    colours = greys(theme)
    own = basemap.kind == "builtin"
    under = tile_url if own else ground_url
    sources: dict[str, Any] = {}
    shapes: list[ground.Layer] = [
        {"id": "water", "type": "background", "paint": {"background-color": colours.land}}
    ]
    labels: list[ground.Layer] = []
    if under:
        sources |= ground.sources(under)
        shapes, labels = ground.shapes(colours), ground.labels(colours)
    if not own and (info is not None or basemap.url):
        sources[outside.SOURCE] = outside.source(basemap, tile_url, info)
        if info is not None and info.media == MVT:
            shapes += outside.shapes(info, colours)
            labels = outside.labels(info, colours) or labels
        else:
            shapes.append(outside.picture(theme))
            labels = []
    _attribute(sources, basemap, info)
    return {
        "version": 8,
        "name": f"{basemap.name} ({theme})",
        "metadata": {"watchfloor:basemap": basemap.name, "watchfloor:theme": theme},
        "font-faces": font_faces(font_url),
        "sources": sources,
        "layers": shapes + labels,
    }


def font_faces(font_url: str) -> dict[str, list[dict[str, Any]]]:
    """Return where each face is read from, by the letters it has."""
    return {
        name: [
            {"url": f"{font_url}/{latin}", "unicode-range": LATIN},
            {"url": f"{font_url}/{extended}", "unicode-range": LATIN_EXT},
        ]
        for name, (latin, extended) in FONTS.items()
    }


def _attribute(sources: dict[str, Any], basemap: Basemap, info: Info | None) -> None:
    """Say whose data is drawn. MapLibre shows it as HTML, and the text of a file is anybody's: escape it."""
    if ground.WORLD in sources:
        sources[ground.WORLD]["attribution"] = html.escape(ATTRIBUTION)
    said = basemap.attribution or (info.attribution if info else "")
    if said and outside.SOURCE in sources:
        sources[outside.SOURCE]["attribution"] = html.escape(said)
