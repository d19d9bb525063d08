/** Where a watch area is, as features for the map; what has to be asked for is asked for once. */
import { ask } from './api.js';
import { circleRing, shapeRings } from '../map/shapes.js';

/** Make the memory of areas and sites by id. */
export function createPlaces() {
  const known = new Map();
  const once = (address) => {
    if (!known.has(address)) known.set(address, ask(address).catch(() => { known.delete(address); return null; }));
    return known.get(address);
  };
  const area = (id) => once(`/api/v1/areas/${encodeURIComponent(id)}/geometry`);
  const site = (id) => once(`/api/v1/sites/${encodeURIComponent(id)}`);

  return {
    area,
    site,
    /** Return the name of what a geography refers to, "" where it refers to nothing. */
    async name(geography) {
      if (geography?.kind === 'area') return (await area(geography.area_id))?.properties?.name ?? 'An area that is gone';
      if (geography?.kind === 'sites' && geography.sites.length === 1) return (await site(geography.sites[0]))?.name ?? 'a site that is gone';
      return '';
    },
    /** Return the geography as GeoJSON features without properties. */
    async features(geography) {
      if (!geography) return [];
      if (geography.kind === 'drawn') return shapeRings(geography.shape).map((ring) => feature('Polygon', [ring]));
      if (geography.kind === 'area') {
        const found = await area(geography.area_id);
        return found?.geometry ? [{ type: 'Feature', properties: {}, geometry: found.geometry }] : [];
      }
      if (geography.kind === 'sites') {
        const found = (await Promise.all(geography.sites.map(site))).filter((one) => Number.isFinite(one?.lon));
        return found.map(({ lon, lat }) => feature('Polygon', [circleRing(lon, lat, geography.metres)]));
      }
      return [feature('LineString', geography.line, { wide: pixelsAtZoom22(geography) })];
    },
  };
}

const feature = (type, coordinates, properties = {}) => ({ type: 'Feature', properties, geometry: { type, coordinates } });

/** A line as wide as its corridor on the ground: its width in pixels where the map is largest. */
function pixelsAtZoom22({ line, metres }) {
  const middle = line[Math.floor(line.length / 2)][1];
  const metresPerPixel = (78271.517 * Math.cos((middle * Math.PI) / 180)) / 2 ** 22;
  return (2 * metres) / metresPerPixel;
}

/** Return the middle of features as lon, lat. */
export function middleOf(features) {
  const [west, south, east, north] = extentOf(features);
  return [(west + east) / 2, (south + north) / 2];
}

/** Return west, south, east, north of features with a margin, or null of none. */
export function extentOf(features) {
  const places = features.flatMap(({ geometry }) => geometry.coordinates.flat(Infinity));
  if (!places.length) return null;
  let [west, south, east, north] = [180, 90, -180, -90];
  for (let at = 0; at < places.length; at += 2) {
    west = Math.min(west, places[at]);
    east = Math.max(east, places[at]);
    south = Math.min(south, places[at + 1]);
    north = Math.max(north, places[at + 1]);
  }
  const [x, y] = [Math.max((east - west) * 0.12, 0.01), Math.max((north - south) * 0.12, 0.01)];
  return [Math.max(-180, west - x), Math.max(-85, south - y), Math.min(180, east + x), Math.min(85, north + y)];
}
