"""The style layers of the basemap that comes with Watchfloor.

Its file holds three pyramids (see assets/build_basemap.py), each a source of its own, so that the browser
stretches the last zoom of each where the next has nothing: a tile that is not there can then only mean sea.
"""

from __future__ import annotations

from typing import Any, Final

from layers.basemap.palette import Greys

Layer = dict[str, Any]

WORLD, US, SHARP = "ground-world", "ground-us", "ground-sharp"
US_FROM, SHARP_FROM = 7, 11
PYRAMIDS: Final = ((WORLD, 0, 6), (US, US_FROM, 10), (SHARP, SHARP_FROM, 12))
REGULAR: Final = ["Inter Regular"]
MEDIUM: Final = ["Inter Medium"]


def sources(tile_url: str) -> dict[str, Any]:
    """Return the three sources; `tile_url` holds {z}, {x} and {y}."""
    return {
        name: {"type": "vector", "tiles": [tile_url], "minzoom": first, "maxzoom": last}
        for name, first, last in PYRAMIDS
    }


def shapes(colours: Greys) -> list[Layer]:
    """Return water, land, lakes and borders, from the bottom up."""
    return [
        {"id": "water", "type": "background", "paint": {"background-color": colours.water}},
        _fill("land-world", WORLD, "land", colours.land, last=US_FROM),
        _fill("land-abroad", WORLD, "abroad", colours.land, first=US_FROM),
        _fill("lakes-world", WORLD, "water", colours.water),
        *_fills("land", "land", colours.land),
        *_fills("lakes", "water", colours.water),
        *_lines("counties", "counties", colours.county, width=[7, 0.5, 12, 1.2]),
        _line("states-world", WORLD, "states", colours.state, width=[3, 0.5, 7, 1.0], last=US_FROM),
        *_lines("states", "states", colours.state, width=[7, 1.0, 12, 2.0]),
        _line("borders-world", WORLD, "borders", colours.border, width=[0, 0.5, 7, 1.3], last=US_FROM),
        {
            **_line(
                "borders-abroad", WORLD, "borders", colours.border, width=[7, 1.3, 12, 2.2], first=US_FROM
            ),
            "filter": ["!=", ["get", "us"], 1],
        },
        *_lines("borders", "borders", colours.border, width=[7, 1.3, 12, 2.2]),
    ]


def labels(colours: Greys) -> list[Layer]:
    """Return the names, the least important first: MapLibre places the last layer first."""
    abroad = ["!=", ["get", "us"], 1]
    near = ["!=", ["get", "sharp"], 1]
    return [
        _county_names("county-names", US, colours, extra=None, span=(8.6, SHARP_FROM)),
        _county_names("county-names-far", US, colours, extra=near, span=(SHARP_FROM, 12.5)),
        _city_names("cities-abroad", WORLD, colours, extra=abroad, span=(US_FROM, 24)),
        _city_names("cities-far", US, colours, extra=near, span=(SHARP_FROM, 24)),
        _sea_names("seas-far", US, colours, extra=near, span=(SHARP_FROM, 24)),
        _sea_names("seas-sharp", SHARP, colours, extra=None, span=(SHARP_FROM, 24)),
        _island_names("islands", US, colours, span=(9, SHARP_FROM)),
        _island_names("airports", SHARP, colours, span=(12, 24), cls="airport"),
        _island_names("islands-sharp", SHARP, colours, span=(SHARP_FROM, 24)),
        _city_names("cities-sharp", SHARP, colours, extra=None, span=(SHARP_FROM, 24)),
        _city_names("cities", US, colours, extra=None, span=(US_FROM, SHARP_FROM)),
        _area_names("state-names-world", WORLD, "state", colours, span=(3.6, US_FROM), size=[3.6, 10, 7, 14]),
        _city_names("cities-world", WORLD, colours, extra=None, span=(2, US_FROM)),
        _sea_names("seas", US, colours, extra=None, span=(US_FROM, SHARP_FROM)),
        _sea_names("seas-world", WORLD, colours, extra=None, span=(1, US_FROM)),
        _area_names("country-names", WORLD, "country", colours, span=(1.2, 6.5), size=[1.2, 10, 6.5, 17]),
    ]


def _fills(name: str, layer: str, colour: str) -> list[Layer]:
    """Return a fill of the United States, and of its sharp parts from where they begin."""
    far = _fill(f"{name}-us-far", US, layer, colour, first=SHARP_FROM)
    return [
        _fill(f"{name}-us", US, layer, colour, first=US_FROM, last=SHARP_FROM),
        {**far, "filter": ["!=", ["get", "sharp"], 1]},
        _fill(f"{name}-sharp", SHARP, layer, colour, first=SHARP_FROM),
    ]


def _lines(name: str, layer: str, colour: str, *, width: list[float]) -> list[Layer]:
    far = _line(f"{name}-us-far", US, layer, colour, width=width, first=SHARP_FROM)
    return [
        _line(f"{name}-us", US, layer, colour, width=width, first=US_FROM, last=SHARP_FROM),
        {**far, "filter": ["!=", ["get", "sharp"], 1]},
        _line(f"{name}-sharp", SHARP, layer, colour, width=width, first=SHARP_FROM),
    ]


def _fill(name: str, source: str, layer: str, colour: str, *, first: float = 0, last: float = 24) -> Layer:
    return {
        "id": name,
        "type": "fill",
        "source": source,
        "source-layer": layer,
        "minzoom": first,
        "maxzoom": last,
        "paint": {"fill-color": colour},
    }


def _line(
    name: str, source: str, layer: str, colour: str, *, width: list[float], first: float = 0, last: float = 24
) -> Layer:
    return {
        "id": name,
        "type": "line",
        "source": source,
        "source-layer": layer,
        "minzoom": first,
        "maxzoom": last,
        "layout": {"line-join": "round", "line-cap": "round"},
        "paint": {"line-color": colour, "line-width": ["interpolate", ["linear"], ["zoom"], *width]},
    }


def _names(name: str, source: str, cls: str, *, extra: Any, span: tuple[float, float]) -> Layer:
    """Return what all names have in common."""
    which: list[Any] = ["==", ["get", "class"], cls]
    return {
        "id": name,
        "type": "symbol",
        "source": source,
        "source-layer": "places",
        "minzoom": span[0],
        "maxzoom": span[1],
        "filter": ["all", which, extra] if extra else which,
        "layout": {
            "text-field": ["get", "name"],
            "text-font": REGULAR,
            "symbol-sort-key": ["-", 0, ["get", "pop"]],
            "text-max-width": 8,
            "text-padding": 4,
        },
    }


def _city_names(name: str, source: str, colours: Greys, *, extra: Any, span: tuple[float, float]) -> Layer:
    layer = _names(name, source, "city", extra=extra, span=span)
    big, mid = ["step", ["get", "pop"], 0, 300_000, 1], ["step", ["get", "pop"], 0, 30_000, 1]
    layer["layout"]["text-size"] = [
        "interpolate",
        ["linear"],
        ["zoom"],
        3,
        ["+", 9.5, ["*", 1.5, big]],
        8,
        ["+", 10.5, ["*", 1.0, mid], ["*", 3.0, big]],
        13,
        ["+", 12, ["*", 2.0, mid], ["*", 3.0, big]],
    ]
    layer["layout"]["text-padding"] = 6
    layer["paint"] = {"text-color": colours.label, "text-halo-color": colours.halo, "text-halo-width": 1.2}
    return layer


def _sea_names(name: str, source: str, colours: Greys, *, extra: Any, span: tuple[float, float]) -> Layer:
    layer = _names(name, source, "sea", extra=extra, span=span)
    layer["layout"] |= {"text-size": ["interpolate", ["linear"], ["zoom"], 1, 10, 8, 11, 14, 12.5]}
    layer["layout"] |= {"text-letter-spacing": 0.12, "text-max-width": 6}
    layer["paint"] = {"text-color": colours.sea_label, "text-halo-color": colours.water, "text-halo-width": 1}
    return layer


def _island_names(
    name: str, source: str, colours: Greys, *, span: tuple[float, float], cls: str = "island"
) -> Layer:
    layer = _names(name, source, cls, extra=None, span=span)
    layer["layout"] |= {
        "text-size": ["interpolate", ["linear"], ["zoom"], 9, 11, 14, 13],
        "text-padding": 2,
        "text-max-width": 6,
    }
    layer["paint"] = {"text-color": colours.faint, "text-halo-color": colours.halo, "text-halo-width": 1.2}
    return layer


def _county_names(name: str, source: str, colours: Greys, *, extra: Any, span: tuple[float, float]) -> Layer:
    layer = _names(name, source, "county", extra=extra, span=span)
    layer["layout"] |= {"text-size": 10.5, "text-transform": "uppercase", "text-letter-spacing": 0.14}
    layer["layout"]["text-padding"] = 12
    layer["paint"] = {"text-color": colours.faint, "text-halo-color": colours.land, "text-halo-width": 1}
    return layer


def _area_names(
    name: str, source: str, cls: str, colours: Greys, *, span: tuple[float, float], size: list[float]
) -> Layer:
    layer = _names(name, source, cls, extra=None, span=span)
    layer["layout"] |= {
        "text-font": MEDIUM,
        "text-size": ["interpolate", ["linear"], ["zoom"], *size],
        "text-letter-spacing": 0.06,
        "text-padding": 8,
    }
    colour = colours.label if cls == "country" else colours.faint
    layer["paint"] = {"text-color": colour, "text-halo-color": colours.halo, "text-halo-width": 1.2}
    return layer
