"""A brief's map as Leaflet draws it from one file: folium's objects, and no word that is HTML."""

from __future__ import annotations

from typing import Any, Final

import folium
import numpy as np
import shapely
from branca.element import Element, Figure
from folium.utilities import JsCode
from shapely.geometry import mapping
from shapely.geometry import shape as shape_of

from layers.basemap.palette import greys
from layers.briefs.document import MapPicture, MapPoint, MapShape, MapSite
from layers.export import page_ground
from layers.export.static_map import Tiles, surfaces, svg, symbols
from layers.export.static_map.view import View, fitted
from layers.export.text import plain
from layers.style import Palette, palette, severity_scale, status_labels

_MOST_SIGNS: Final = 500
_MOST_NAMES: Final = 160
_WIDTH_PX, _HEIGHT_PX = 1080.0, 640.0
# Words are put into the page as text: nobody's title can be HTML here.
_TELL: Final = JsCode(
    "function (feature, layer) {"
    " const look = feature.properties.style; if (look && layer.setStyle) layer.setStyle(look);"
    " if (look && look.className) layer.options.className = look.className;"
    " if (feature.properties.radius && layer.setRadius) layer.setRadius(feature.properties.radius);"
    " const said = window.watchfloorWords[feature.properties.said - 1]; if (!said) return;"
    " const box = document.createElement('div'); box.textContent = said; layer.bindPopup(box); }"
)
_SIGN: Final = JsCode(
    "function (feature, layer) {"
    " const [width, height, body] = window.watchfloorSigns[feature.properties.sign];"
    " layer.setIcon(L.divIcon({ className: 'sign', iconSize: [width, height], html: body }));"
    " const said = window.watchfloorWords[feature.properties.said - 1]; if (!said) return;"
    " const box = document.createElement('div'); box.textContent = said; layer.bindPopup(box); }"
)


class Signs:
    """The drawings and the words that the maps of a page share, each once.

    Words stay out of folium: it renders what it has rendered as a template once more, and would run `{{ }}`.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.drawn: dict[str, list[Any]] = {}
        self.words: list[str] = []
        self._keys: dict[str, str] = {}

    def keep(self, body: str, *, width: float, height: float) -> str:
        """Return the key of a drawing."""
        if body not in self._keys:
            self._keys[body] = f"s{len(self.drawn)}"
            self.drawn[self._keys[body]] = [round(width), round(height), body]
        return self._keys[body]

    def say(self, words: str) -> int:
        """Return the number of what a mark says; 0 is nothing."""
        if not words:
            return 0
        self.words.append(words)
        return len(self.words)


def page_map(
    picture: MapPicture, *, name: str, tiles: Tiles, signs: Signs, theme: str = "light"
) -> tuple[str, str]:
    """Return a map as its place in the page and the script that draws it, the same for the same `name`."""
    look = palette(theme)
    view = fitted(picture.bbox, width=_WIDTH_PX, height=_HEIGHT_PX)
    figure = Figure()
    whole = folium.Map(
        location=None,
        tiles=None,
        attribution_control=False,
        zoom_control=True,
        control_scale=True,
        zoom_snap=0.25,
        prefer_canvas=False,
    )
    whole.options["maxZoom"], whole.options["minZoom"] = 17, 1
    whole.fit_bounds([[view.lat(view.height), view.lon(0)], [view.lat(0), view.lon(view.width)]])
    for layer in _layers(picture, view, tiles, signs, look):
        layer.add_to(whole)
    _call(whole, name)
    figure.add_child(whole)
    figure.render()
    place = figure.html._children[whole.get_name()].render()
    return str(place), str(figure.script.render())


def _layers(picture: MapPicture, view: View, tiles: Tiles, signs: Signs, look: Palette) -> list[Any]:
    singles = [point for point in picture.points if point.count <= 1 or point.glyph]
    many = [point for point in picture.points if point.count > 1 and not point.glyph]
    gravest = sorted(singles, key=lambda point: (point.done, -point.severity))[:_MOST_SIGNS]
    ground = _shapes(page_ground.shapes(view, tiles, theme=look.theme)["features"], quiet=True)
    under = [_shape(shape, look, signs) for shape in picture.shapes if shape.role in surfaces.UNDER]
    claims = _claims(
        [shape for shape in picture.shapes if shape.role in surfaces.UNDER and shape.claim], look
    )
    over = [_shape(shape, look, signs) for shape in picture.shapes if shape.role not in surfaces.UNDER]
    placed = [_sign(site, symbols.site(site, look), 30, _said_site(site), signs) for site in picture.sites]
    single = [_sign(one, symbols.incident(one, look), 40, _said(one), signs, scale=0.8) for one in gravest]
    circles = [_cluster(point, look, signs, faint=bool(under)) for point in many]
    names = [
        _name(*entry, signs=signs) for entry in page_ground.names(view, tiles, theme=look.theme)[:_MOST_NAMES]
    ]
    return [
        ground,
        _shapes([*under, *claims]),
        _marks(names, above=-2000, quiet=True),
        _shapes(over),
        _dots(singles, look, signs),
        _marks(placed, above=-1000),
        _marks(single, above=0),
        _marks(circles, above=1000),
    ]


def _shapes(features: list[dict[str, Any]], *, quiet: bool = False) -> Any:
    return folium.GeoJson(
        _collection(features),
        on_each_feature=_TELL,
        interactive=not quiet,
        smooth_factor=0.6,
        marker=folium.CircleMarker(),
    )


def _marks(features: list[dict[str, Any]], *, above: int, quiet: bool = False) -> Any:
    """Return marks; Leaflet lays markers by latitude, and `above` lays one kind over another."""
    marker = folium.Marker(
        icon=folium.DivIcon(), interactive=not quiet, keyboard=not quiet, z_index_offset=above
    )
    return folium.GeoJson(_collection(features), on_each_feature=_SIGN, marker=marker)


def _dots(points: list[MapPoint], look: Palette, signs: Signs) -> Any:
    scale, features = severity_scale(), []
    for point in points:
        quiet = point.done or point.severity < scale.loud_from
        colour = look.muted if quiet else scale.colors[min(point.severity, len(scale.colors) - 1)]
        style = {
            "color": look.ground,
            "weight": 1,
            "fillColor": colour,
            "fillOpacity": 0.5 if point.done else 0.95,
            "fill": True,
        }
        features.append(_feature(point.lon, point.lat, style=style, radius=4, said=signs.say(_said(point))))
    return folium.GeoJson(_collection(features), on_each_feature=_TELL, marker=folium.CircleMarker())


def _shape(shape: MapShape, look: Palette, signs: Signs) -> dict[str, Any]:
    under = shape.role in surfaces.UNDER
    style: dict[str, Any] = {
        "color": look.muted,
        "weight": 1.5,
        "fill": True,
        "fillColor": look.text,
        "fillOpacity": 0.05,
    }
    if under:
        strong = 0.78 if shape.claim else 0.34 if shape.role == "hotspot" else 0.6
        style = {
            "stroke": shape.claim,
            "color": look.text,
            "weight": 1.5,
            "fill": True,
            "fillOpacity": strong,
        }
        style["fillColor"] = surfaces.ramp_colour(look, shape.level)
    elif shape.role == "watch_area":
        style |= {"color": look.accent, "weight": 2, "dashArray": "6 4", "fillColor": look.accent}
    elif shape.role in ("closure", "pocket"):
        style |= {"color": look.text, "weight": 4 if shape.role == "closure" else 1.5, "dashArray": "3 5"}
    if shape.geometry.get("type", "").endswith("LineString"):
        style["fill"] = False
    said = plain(shape.label, most=200) + (" (passed a test)" if shape.claim and shape.label else "")
    return {
        "type": "Feature",
        "properties": {"style": style, "said": signs.say(said)},
        "geometry": mapping(shape_of(shape.geometry)),
    }


def _claims(claims: list[MapShape], look: Palette) -> list[dict[str, Any]]:
    """Return the outline and the hatch of all that passed a test; the page's style knows `hatched`."""
    if not claims:
        return []
    # Neighbouring cells touch but for the last digits: rounded, they have one outline.
    whole = shapely.union_all(
        [shapely.make_valid(shape_of(claim.geometry)) for claim in claims], grid_size=1e-6
    )
    style = {"color": look.text, "weight": 2.25, "fill": True, "fillOpacity": 0.55, "className": "hatched"}
    return [{"type": "Feature", "properties": {"style": style}, "geometry": mapping(whole)}]


def _sign(
    place: MapPoint | MapSite, body: str, side: float, said: str, signs: Signs, *, scale: float = 0.9
) -> dict[str, Any]:
    size = round(side * scale)
    drawn = svg.tag(
        "svg",
        body,
        width=size,
        height=size,
        viewBox=f"0 0 {side:g} {side:g}",
        font_family="Inter, sans-serif",
    )
    return _feature(
        place.lon, place.lat, sign=signs.keep(drawn, width=size, height=size), said=signs.say(said)
    )


def _cluster(point: MapPoint, look: Palette, signs: Signs, *, faint: bool) -> dict[str, Any]:
    half = symbols.cluster_radius(point.count) + 3
    body = symbols.cluster(point.count, point.high, look, faint=faint)
    box = f"{-half:g} {-half:g} {2 * half:g} {2 * half:g}"
    drawn = svg.tag(
        "svg", body, width=2 * half, height=2 * half, viewBox=box, font_family="Inter, sans-serif"
    )
    said = f"{point.count:,} reports" + (f", {point.high:,} of them high or extreme" if point.high else "")
    return _feature(
        point.lon, point.lat, sign=signs.keep(drawn, width=2 * half, height=2 * half), said=signs.say(said)
    )


def _name(name: Any, lon: float, lat: float, *, signs: Signs) -> dict[str, Any]:
    left, top, right, bottom = name.box
    width, height = right - left, bottom - top
    box = f"{left:.1f} {top:.1f} {width:.1f} {height:.1f}"
    drawn = svg.tag(
        "svg", name.drawn(), width=width, height=height, viewBox=box, font_family="Inter, sans-serif"
    )
    return _feature(lon, lat, sign=signs.keep(drawn, width=width, height=height))


def _said(point: MapPoint) -> str:
    scale = severity_scale()
    word = scale.labels[point.severity] if 0 <= point.severity < len(scale.labels) else ""
    count = f"{point.count:,} reports" if point.count > 1 else ""
    within = f"within {point.accuracy_m:,.0f} m" if point.accuracy_m else "accuracy unknown"
    place = "place unknown" if point.unplaced else within
    return " · ".join(
        part for part in (plain(point.label, most=300), count, f"severity {word.lower()}", place) if part
    )


def _said_site(site: MapSite) -> str:
    status = status_labels()[symbols.status_level(site.status)].lower()
    return " · ".join(part for part in (plain(site.name, most=300), f"status {status}") if part)


def _feature(lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": np.round([lon, lat], 6).tolist()}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _call(element: Element, name: str) -> None:
    """Give an element and what it holds names of their own: folium's are random."""
    element._id = name
    for place, child in enumerate(element._children.values()):
        _call(child, f"{name}_{place}")


def water(theme: str) -> str:
    """Return the colour on which land is drawn."""
    return greys(theme).water
