/** Shapes as the filter writes them (`p:lon,lat;…`, `r:w,s,e,n`, `c:lon,lat,metres`) and as GeoJSON. */

const EARTH_RADIUS_M = 6371008.8;
const CIRCLE_STEPS = 96;
const WORLD = [[-180, -85.06], [180, -85.06], [180, 85.06], [-180, 85.06], [-180, -85.06]];

/**
 * Return the polygon rings of a shape string; several shapes are joined by `|`.
 * @param {string} text
 * @returns {number[][][]} one closed ring for each shape
 */
export function shapeRings(text) {
  return text.split('|').map(ringOf).filter(Boolean);
}

function ringOf(part) {
  const numbers = part.slice(2).split(/[,;]/).map(Number);
  if (numbers.some((number) => !Number.isFinite(number))) return null;
  if (part.startsWith('r:') && numbers.length === 4) {
    const [west, south, east, north] = numbers;
    return [[west, south], [east, south], [east, north], [west, north], [west, south]];
  }
  if (part.startsWith('c:') && numbers.length === 3) return circleRing(numbers[0], numbers[1], numbers[2]);
  if (!part.startsWith('p:') || numbers.length < 6 || numbers.length % 2) return null;
  const ring = [];
  for (let index = 0; index < numbers.length; index += 2) ring.push([numbers[index], numbers[index + 1]]);
  const [first, last] = [ring[0], ring[ring.length - 1]];
  if (first[0] !== last[0] || first[1] !== last[1]) ring.push([...first]);
  return ring;
}

/**
 * Return the ring of points at a distance from a place, true to scale everywhere.
 * @param {number} lon
 * @param {number} lat
 * @param {number} radiusM
 */
export function circleRing(lon, lat, radiusM) {
  const angle = radiusM / EARTH_RADIUS_M;
  const [lat0, lon0] = [radians(lat), radians(lon)];
  const ring = [];
  for (let step = 0; step <= CIRCLE_STEPS; step += 1) {
    const bearing = (step / CIRCLE_STEPS) * 2 * Math.PI;
    const sine = Math.sin(lat0) * Math.cos(angle) + Math.cos(lat0) * Math.sin(angle) * Math.cos(bearing);
    const turn = Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(lat0),
      Math.cos(angle) - Math.sin(lat0) * sine,
    );
    ring.push([degrees(lon0 + turn), degrees(Math.asin(sine))]);
  }
  return ring;
}

/**
 * Return the great-circle distance in metres.
 * @param {number[]} a lon, lat
 * @param {number[]} b lon, lat
 */
export function distanceM(a, b) {
  const [lat1, lat2] = [radians(a[1]), radians(b[1])];
  const half = Math.sin((lat2 - lat1) / 2) ** 2
    + Math.cos(lat1) * Math.cos(lat2) * Math.sin(radians(b[0] - a[0]) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/**
 * Return the area in square metres inside a ring on the sphere (Chamberlain and Duquette 2007).
 * @param {number[][]} ring
 */
export function areaM2(ring) {
  let sum = 0;
  for (let index = 0; index < ring.length; index += 1) {
    const [from, to] = [ring[index], ring[(index + 1) % ring.length]];
    sum += radians(to[0] - from[0]) * (2 + Math.sin(radians(from[1])) + Math.sin(radians(to[1])));
  }
  return Math.abs((sum * EARTH_RADIUS_M ** 2) / 2);
}

/**
 * Return a drawn polygon as the filter writes it, at about 1 m.
 * @param {number[][]} ring
 */
export function polygonText(ring) {
  const corners = ring.slice(0, -1).map(([lon, lat]) => `${short(lon)},${short(lat)}`);
  return `p:${corners.filter((corner, index) => corner !== corners[index - 1]).join(';')}`;
}

/**
 * Return that part of a shape string which lies in a box, as a shape string; '' where none does.
 *
 * Each side of the box cuts in turn (Sutherland and Hodgman 1974).
 * @param {string} text
 * @param {number[]} box  west, south, east, north
 */
export function clippedText(text, [west, south, east, north]) {
  const sides = [[0, west, 1], [0, east, -1], [1, south, 1], [1, north, -1]];
  const parts = shapeRings(text).map((ring) => sides.reduce((left, side) => cut(left, side), ring.slice(0, -1))).filter((ring) => ring.length > 2);
  return parts.map((ring) => `p:${ring.map(([lon, lat]) => `${Number(lon.toFixed(6))},${Number(lat.toFixed(6))}`).join(';')}`).join('|');
}

function cut(ring, [axis, at, way]) {
  const inside = (point) => (point[axis] - at) * way >= 0;
  return ring.flatMap((point, index) => {
    const before = ring[(index + ring.length - 1) % ring.length];
    if (inside(point) === inside(before)) return inside(point) ? [point] : [];
    const share = (at - before[axis]) / (point[axis] - before[axis]);
    const crossing = [before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])];
    crossing[axis] = at;
    return inside(point) ? [crossing, point] : [crossing];
  });
}

/** Return a drawn line as `l:lon,lat;…`, at about 1 m. */
export function lineText(line) {
  return `l:${line.map(([lon, lat]) => `${short(lon)},${short(lat)}`).join(';')}`;
}

/** Return a rectangle's ring as `r:w,s,e,n`. */
export function rectangleText(ring) {
  const [lons, lats] = [ring.map((point) => point[0]), ring.map((point) => point[1])];
  return `r:${[Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)].map(short).join(',')}`;
}

/** Return a circle's ring as `c:lon,lat,metres`. */
export function circleText(ring) {
  const points = ring.slice(0, -1);
  const lon = points.reduce((sum, point) => sum + point[0], 0) / points.length;
  const lat = points.reduce((sum, point) => sum + point[1], 0) / points.length;
  return `c:${short(lon)},${short(lat)},${Math.max(1, Math.round(distanceM([lon, lat], points[0])))}`;
}

/**
 * Return a feature that covers the world except the rings, for dimming what is outside.
 * @param {number[][][]} rings
 */
export function outside(rings) {
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [WORLD, ...rings] } };
}

/** Return an empty or full GeoJSON collection. */
export function collection(features = []) {
  return { type: 'FeatureCollection', features };
}

function short(degree) {
  return Number(degree.toFixed(5));
}

function radians(degree) {
  return (degree * Math.PI) / 180;
}

function degrees(angle) {
  return (angle * 180) / Math.PI;
}
