"""What is drawn at each zoom."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from . import boston, labels
from .coverage import borders, polygons_only, simplified, tolerance
from .cut import Drawn
from .lagoons import lagoons
from .sources import US_CODES, mercator, read, round_the_world

WORLD_LAST, US_LAST = 6, 10
SHARP_BOXES = (
    (-73.62, 41.10, -69.75, 42.97),
    (-65.20, 17.60, -64.52, 18.50),
)  # Massachusetts; Virgin Islands
MARGIN_DEG = (
    0.04  # the sharp land reaches this far beyond its box, under the coarser land, so that no gap shows
)
BAND = 8e-5  # about 2.4 km at the 49th parallel: how far the two sources' borders may lie apart


@dataclass(frozen=True)
class Scenery:
    """Every source, read once, in Web Mercator turns."""

    land: shapely.Geometry
    abroad: shapely.Geometry
    lakes: np.ndarray
    us_lakes: np.ndarray
    world_borders: shapely.Geometry
    us_borders: shapely.Geometry
    us_borders_ashore: shapely.Geometry
    us_borders_afloat: shapely.Geometry
    counties: np.ndarray
    county_state: np.ndarray
    patch: shapely.Geometry
    boston_water: shapely.Geometry
    boston_land: shapely.Geometry
    world_labels: tuple[labels.Label, ...]
    us_labels: tuple[labels.Label, ...]

    def scene(self, zoom: int) -> list[Drawn]:
        """Return what is drawn at a zoom."""
        if zoom <= WORLD_LAST:
            return self._world(zoom)
        return self._states(zoom)

    def _world(self, zoom: int) -> list[Drawn]:
        drawn = [
            Drawn("land", _areas(self.land, zoom)),
            Drawn(
                "water", shapely.multipolygons(_large(simplified_each(self.lakes, zoom), zoom, pixels=2.0))
            ),
            Drawn("borders", _lines(self.world_borders, zoom), {"us": 0}),
            Drawn("borders", _lines(self.us_borders, zoom), {"us": 1}),
        ]
        if zoom == WORLD_LAST:
            drawn.append(Drawn("abroad", _areas(self.abroad, zoom, pixels=0.3)))
        if zoom >= 3:
            states, _ = borders(simplified(self.counties, zoom), self.county_state)
            drawn.append(Drawn("states", states))
        return drawn + [label.drawn() for label in self.world_labels if label.zoom <= zoom]

    def _states(self, zoom: int) -> list[Drawn]:
        sharp = zoom > US_LAST
        counties = simplified(self.counties, zoom, pixels=0.4 if zoom >= US_LAST else 0.6)
        state_lines, county_lines = borders(counties, self.county_state)
        land = shapely.coverage_union_all(counties)
        ashore = shapely.intersection(shapely.boundary(land), self._band(zoom))
        border = shapely.union(ashore, _lines(self.us_borders_afloat, zoom))
        land = polygons_only(
            shapely.union_all([land, self.patch, self.boston_land]), min_area=tolerance(zoom, 1.5) ** 2
        )
        water = shapely.union_all([*simplified_each(self.us_lakes, zoom), self.boston_water])
        box, wide = _boxes(0.0), _boxes(MARGIN_DEG)
        labelled = [label.drawn() for label in self.us_labels if label.zoom <= zoom]
        named = [_flagged(item, bool(shapely.intersects(item.geometry, box))) for item in labelled]
        if sharp:
            named = [item for item in named if item.properties["sharp"]]
            inside = [("land", land, wide), ("water", water, box), ("borders", border, box)]
            inside += [("states", state_lines, box), ("counties", county_lines, box)]
            return [Drawn(name, shapely.intersection(shape, area)) for name, shape, area in inside] + named
        drawn = []
        for name, shape in (
            ("land", land),
            ("water", water),
            ("borders", border),
            ("states", state_lines),
            ("counties", county_lines),
        ):
            drawn.append(Drawn(name, shapely.difference(shape, box), {"sharp": 0}))
            drawn.append(Drawn(name, shapely.intersection(shape, box), {"sharp": 1}))
        return drawn + named

    def _band(self, zoom: int) -> shapely.Geometry:
        return shapely.buffer(
            shapely.simplify(self.us_borders_ashore, tolerance(zoom, 1)), BAND, cap_style="flat"
        )


def load() -> Scenery:
    """Read the sources and put them in order."""
    countries = read("natural_earth", "cultural/ne_10m_admin_0_countries.shp")
    counties = read("census", "cb_2016_us_county_500k.shp")
    states = read("census", "cb_2016_us_state_500k.shp")
    lakes = read("natural_earth", "physical/ne_10m_lakes.shp").geometry.values
    lines = read("natural_earth", "cultural/ne_10m_admin_0_boundary_lines_land.shp")
    land = round_the_world(
        shapely.union_all(read("natural_earth", "physical/ne_10m_land.shp").geometry.values)
    )
    ocean = shapely.union_all(read("natural_earth", "physical/ne_10m_ocean.shp").geometry.values)
    us = shapely.coverage_union_all(counties.geometry.values)
    shapely.prepare(us)
    great, us_lakes = _sorted_lakes(np.asarray(lakes), us)
    abroad_rows = countries[~countries.ADM0_A3.isin(US_CODES)]
    abroad = shapely.union_all(abroad_rows.geometry.values)
    neighbours = {"USA", "CAN", "MEX"}
    ours = ((lines.ADM0_A3_L == "USA") | (lines.ADM0_A3_R == "USA")).to_numpy()
    ours = ours & lines.ADM0_A3_L.isin(neighbours).to_numpy() & lines.ADM0_A3_R.isin(neighbours).to_numpy()
    border = shapely.union_all(lines.geometry.values[ours])
    dry = shapely.difference(land, shapely.union_all(great))
    ashore = shapely.intersection(border, dry)
    water, island = boston.shapes()
    return Scenery(
        land=land,
        abroad=round_the_world(shapely.difference(abroad, shapely.union_all(great))),
        lakes=np.asarray(lakes),
        us_lakes=np.concatenate([us_lakes, lagoons(us, ocean, spare=_boxes(0.0))]),
        world_borders=shapely.union_all(lines.geometry.values[~ours]),
        us_borders=border,
        us_borders_ashore=ashore,
        us_borders_afloat=shapely.difference(border, dry),
        counties=np.asarray(counties.geometry.values),
        county_state=counties.STATEFP.astype(int).to_numpy(),
        patch=_patch(us, abroad, dry, ashore),
        boston_water=mercator([water])[0],
        boston_land=mercator([island])[0],
        world_labels=tuple(_world_labels(countries, states)),
        us_labels=tuple(_us_labels(states, counties)),
    )


def _sorted_lakes(lakes: np.ndarray, us: shapely.Geometry) -> tuple[np.ndarray, np.ndarray]:
    """Return the lakes that the Census shore already leaves out, and those that must be drawn on its land.

    A coarse Great Lake drawn over the sharp shore would drown Chicago's harbour.
    """
    box = shapely.box(*shapely.bounds(us))
    near = lakes[shapely.intersects(lakes, box)]
    inside = shapely.area(shapely.intersection(near, us)) / shapely.area(near)
    great_names = (inside < 0.3) & shapely.intersects(near, us)
    return near[great_names], near[inside >= 0.3]


def _patch(
    us: shapely.Geometry, abroad: shapely.Geometry, dry: shapely.Geometry, line: shapely.Geometry
) -> shapely.Geometry:
    """Return land along the border where the two sources leave a gap between them."""
    band = shapely.buffer(line, BAND, cap_style="flat")
    known = shapely.union(shapely.intersection(us, band), shapely.intersection(abroad, band))
    gap = shapely.difference(band, known)
    narrow = shapely.buffer(line, BAND / 4, cap_style="flat")
    grown = shapely.intersection(shapely.buffer(gap, BAND / 4), band)
    return shapely.intersection(shapely.union(grown, narrow), dry)


def _world_labels(countries: gpd.GeoDataFrame, states: gpd.GeoDataFrame) -> list[labels.Label]:
    cities = labels.cities(spacing_px=50, first=2, last=WORLD_LAST, minimum=20_000, american=False)
    return [
        *labels.countries(countries),
        *labels.areas(states.NAME, states.lonlat, "state", 3),
        *(label for label in labels.seas() if label.zoom <= WORLD_LAST),
        *cities,
    ]


def _us_labels(states: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> list[labels.Label]:
    return [
        *labels.areas(states.NAME, states.lonlat, "state", 3),
        *labels.areas(counties.NAME, counties.lonlat, "county", 8),
        *labels.seas(),
        *labels.well_known(),
        *labels.cities(spacing_px=30, first=2, last=12, minimum=500, american=True),
    ]


def _flagged(item: Drawn, sharp: bool) -> Drawn:
    return Drawn(item.layer, item.geometry, {**item.properties, "sharp": int(sharp)})


def simplified_each(areas: np.ndarray, zoom: int) -> list[shapely.Geometry]:
    """Return areas that share no border, each simplified for a zoom."""
    return [simplified(np.array([area], dtype=object), zoom)[0] for area in areas]


def _areas(geometry: shapely.Geometry, zoom: int, *, pixels: float = 0.6) -> shapely.Geometry:
    parts = shapely.get_parts(geometry)
    kept = parts[shapely.area(parts) >= tolerance(zoom, 0.8) ** 2]
    simple = simplified(np.array([shapely.multipolygons(kept)], dtype=object), zoom, pixels=pixels)[0]
    return polygons_only(shapely.make_valid(simple), min_area=tolerance(zoom, 0.8) ** 2)


def _large(areas: list[shapely.Geometry], zoom: int, *, pixels: float) -> list[shapely.Geometry]:
    parts = shapely.get_parts(areas)
    return list(parts[shapely.area(parts) >= tolerance(zoom, pixels) ** 2])


def _lines(geometry: shapely.Geometry, zoom: int) -> shapely.Geometry:
    return shapely.simplify(shapely.line_merge(geometry), tolerance(zoom, 0.4))


def _boxes(margin_deg: float) -> shapely.Geometry:
    boxes = [
        shapely.box(w - margin_deg, s - margin_deg, e + margin_deg, n + margin_deg)
        for w, s, e, n in SHARP_BOXES
    ]
    return shapely.union_all(mercator(boxes))
