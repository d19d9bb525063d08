"""Style layers for basemaps that a user brings: pictures, or vector tiles of a schema we did not choose."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from layers.basemap.archives import MVT, Info
from layers.basemap.choices import Basemap
from layers.basemap.ground import REGULAR, Layer
from layers.basemap.palette import Greys

SOURCE = "chosen"
# Layer names of the two schemas that public tile makers write (Protomaps, OpenMapTiles), and of Shortbread.
_AREAS = {"earth": "land", "land": "land", "water": "water", "ocean": "water", "water_polygons": "water"}
_AREAS |= {"buildings": "building", "building": "building"}
_LINES = {
    "roads": "road",
    "transportation": "road",
    "streets": "road",
    "waterway": "water",
    "water_lines": "water",
}
_LINES |= {"boundaries": "state", "boundary": "state", "transit": "county"}
_NAMES = ("places", "place", "place_labels", "water_name", "water_polygons_labels")
_ROAD_NAMES = ("roads", "transportation_name", "street_labels")


def source(basemap: Basemap, tile_url: str, info: Info | None) -> dict[str, Any]:
    """Return the source of a basemap that is not our own."""
    if info is not None:
        kind = "vector" if info.media == MVT else "raster"
        found: dict[str, Any] = {
            "type": kind,
            "tiles": [tile_url],
            "minzoom": info.min_zoom,
            "maxzoom": info.max_zoom,
        }
        return found if kind == "vector" else {**found, "tileSize": basemap.tile_size}
    address = basemap.url if basemap.kind == "xyz" else _wms_address(basemap)
    return {
        "type": "raster",
        "tiles": [address],
        "tileSize": basemap.tile_size,
        "minzoom": basemap.min_zoom,
        "maxzoom": basemap.max_zoom,
    }


def picture(theme: str) -> Layer:
    """Return the layer that draws pictures, quietened so that data stays the only loud thing."""
    bright = 0.75 if theme == "dark" else 1.0
    paint = {"raster-saturation": -0.35, "raster-brightness-max": bright, "raster-fade-duration": 0}
    return {"id": "pictures", "type": "raster", "source": SOURCE, "paint": paint}


def shapes(info: Info, colours: Greys) -> list[Layer]:
    """Return areas and lines for the layers whose names are known."""
    layers = [
        _layer(name, "fill", {"fill-color": getattr(colours, _AREAS[name])}, ["Polygon"])
        for name in info.vector_layers
        if name in _AREAS
    ]
    for name in info.vector_layers:
        if name in _LINES:
            width = ["interpolate", ["exponential", 1.5], ["zoom"], 6, 0.4, 12, 1.2, 18, 6]
            colour = getattr(colours, _LINES[name])
            layers.append(_layer(name, "line", {"line-color": colour, "line-width": width}, ["LineString"]))
    return layers


def labels(info: Info, colours: Greys) -> list[Layer]:
    """Return names of roads and places for the layers whose names are known."""
    paint = {"text-color": colours.label, "text-halo-color": colours.halo, "text-halo-width": 1.2}
    text = ["coalesce", ["get", "name:en"], ["get", "name"], ""]
    layers: list[Layer] = []
    for name in info.vector_layers:
        common = {"text-field": text, "text-font": REGULAR, "text-size": 11}
        if name in _ROAD_NAMES:
            layer = _layer(f"{name}-names", "symbol", {**paint, "text-color": colours.faint}, ["LineString"])
            layers.append(
                {
                    **layer,
                    "minzoom": 13,
                    "layout": {**common, "symbol-placement": "line"},
                    "source-layer": name,
                }
            )
        if name in _NAMES:
            layer = _layer(f"{name}-names", "symbol", paint, ["Point"])
            layers.append({**layer, "layout": {**common, "text-padding": 6}, "source-layer": name})
    return layers


def _layer(name: str, kind: str, paint: dict[str, Any], geometry: list[str]) -> Layer:
    many = [f"Multi{one}" for one in geometry]
    return {
        "id": f"chosen-{kind}-{name}",
        "type": kind,
        "source": SOURCE,
        "source-layer": name,
        "filter": ["match", ["geometry-type"], [*geometry, *many], True, False],
        "paint": paint,
    }


def _wms_address(basemap: Basemap) -> str:
    """Return a GetMap address; MapLibre puts the box in, in Web Mercator metres."""
    reference = "CRS" if basemap.version == "1.3.0" else "SRS"
    size = str(basemap.tile_size)
    asked = {"SERVICE": "WMS", "REQUEST": "GetMap", "VERSION": basemap.version, "LAYERS": basemap.layers}
    asked |= {"STYLES": "", "FORMAT": "image/png", "TRANSPARENT": "TRUE", reference: "EPSG:3857"}
    asked |= {"WIDTH": size, "HEIGHT": size}
    joint = "" if basemap.url.endswith(("?", "&")) else "&" if "?" in basemap.url else "?"
    return f"{basemap.url}{joint}{urlencode(asked)}&BBOX={{bbox-epsg-3857}}"
