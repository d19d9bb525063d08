/** Cells as they are drawn: place on the ramp, sign, letter; and the outlines of what passed a test. */
import { trendOf } from './hotspot-words.js';

/** From this z-score on a cell stands out; below it nothing is drawn, for nothing is said. */
export const Z_SHOWN = 1.65;
/** The same z is the same colour in every view: stops of the ramp, evenly spread. */
export const Z_STOPS = [Z_SHOWN, 2.5, 4, 6, 9, 14];
const WAY = { up: 1, flat: 0.62, down: 0.3 };

/**
 * Return the cells of an answer, ready to be drawn.
 * @param {string} kind
 * @param {object[]} features
 */
export function drawnCells(kind, features) {
  if (kind === 'density') return density(features);
  const place = { gi_star: hot, excess: hot, trend, difference }[kind];
  return features.map((feature) => {
    const looks = place(feature.properties);
    return looks && { type: 'Feature', geometry: feature.geometry, properties: { cell: String(feature.id), ...looks } };
  }).filter(Boolean);
}

/** Return the place of a z-score on the ramp, 0 to 1. */
export function placeOfZ(z) {
  const last = Z_STOPS.length - 1;
  if (!(z > Z_STOPS[0])) return 0;
  const next = Z_STOPS.findIndex((stop) => z <= stop);
  if (next < 0) return 1;
  const [from, to] = [Z_STOPS[next - 1], Z_STOPS[next]];
  return (next - 1 + (z - from) / (to - from)) / last;
}

/** The square root keeps the quiet half readable beside one great peak. */
function density(features) {
  const value = ({ properties }) => Number(properties.smoothed ?? properties.count) || 0;
  const most = features.reduce((peak, feature) => Math.max(peak, value(feature)), Number.MIN_VALUE);
  return features.map((feature) => ({
    type: 'Feature', geometry: feature.geometry, properties: { cell: String(feature.id), t: Math.sqrt(value(feature) / most) },
  }));
}

function hot({ z, claim, robust, edge }) {
  const passed = claim === true;
  if (!passed && !(z >= Z_SHOWN)) return null;
  return { t: placeOfZ(z), claim: passed, robust: passed && Number(robust) >= 2, edge: edge === true, fewer: false };
}

function trend({ trend: word, claim, edge }) {
  const found = trendOf(word);
  if (!found) return null;
  const strength = WAY[found.way];
  const place = found.cold ? { d: -strength } : { t: strength };
  return { ...place, claim: claim !== false, robust: false, edge: edge === true, fewer: found.cold, sign: `trend:${found.cold ? 'cold' : 'hot'}:${found.letter}:${found.way}` };
}

function difference({ ratio, before, count, claim, sign, edge, robust }) {
  if (!(count > 0) && !(before > 0)) return null;
  const much = Number.isFinite(ratio) && ratio !== null ? Math.log2(Math.max(ratio, 1 / 16)) / 2 : count > 0 ? 1 : -1;
  const d = Math.max(-1, Math.min(1, much));
  const fewer = Number.isFinite(sign) ? sign < 0 : d < 0;
  const passed = claim === true;
  return { d, claim: passed, robust: passed && Number(robust) >= 2, edge: edge === true, fewer, ...(passed && { sign: fewer ? 'change:fewer' : 'change:more' }) };
}

/**
 * Return the borders between what is claimed and what is not, as lines; cells are named `size-column-row`.
 *
 * Neighbouring claims share no line, unless one is robust and the other is not, or one is more and the other fewer.
 * @param {object[]} cells  as `drawnCells` gives them
 */
export function outlines(cells) {
  const claims = new Map(cells.filter(({ properties }) => properties.claim).map((cell) => [cell.properties.cell, cell]));
  const lines = new Map();
  for (const [id, { geometry, properties }] of claims) {
    const [size, column, row] = nameOf(id);
    const [[west, south], , [east, north]] = geometry.coordinates[0];
    const sides = [
      [`${size}-${column}-${row - 1}`, [[west, south], [east, south]]],
      [`${size}-${column + 1}-${row}`, [[east, south], [east, north]]],
      [`${size}-${column}-${row + 1}`, [[east, north], [west, north]]],
      [`${size}-${column - 1}-${row}`, [[west, north], [west, south]]],
    ];
    for (const [beside, line] of sides) {
      const other = claims.get(beside)?.properties;
      if (other && weight(other) >= weight(properties) && other.fewer === properties.fewer) continue;
      const key = `${properties.robust ? 1 : 0}${properties.edge ? 1 : 0}`;
      if (!lines.has(key)) lines.set(key, { robust: properties.robust, edge: properties.edge, parts: [] });
      lines.get(key).parts.push(line);
    }
  }
  return [...lines.values()].map(({ robust, edge, parts }) => ({
    type: 'Feature', properties: { robust, edge }, geometry: { type: 'MultiLineString', coordinates: parts },
  }));
}

/** A cell's name in its parts; columns and rows west and south of the origin are negative. */
function nameOf(id) {
  const [, size, column, row] = /^([^-]+)-(-?\d+)-(-?\d+)$/.exec(id) ?? [null, id, NaN, NaN];
  return [size, Number(column), Number(row)];
}

const weight = ({ robust }) => (robust ? 1 : 0);

/**
 * Tell whether a place lies in a polygon or one of several (even-odd rule).
 * @param {{type: string, coordinates: any[]}} geometry
 * @param {number[]} at lon, lat
 */
export function holds(geometry, [lon, lat]) {
  const polygons = geometry?.type === 'MultiPolygon' ? geometry.coordinates : geometry?.type === 'Polygon' ? [geometry.coordinates] : [];
  return polygons.some((rings) => rings.reduce((inside, ring) => inside !== within(ring, lon, lat), false));
}

function within(ring, lon, lat) {
  let inside = false;
  for (let index = 0, last = ring.length - 1; index < ring.length; last = index, index += 1) {
    const [[x1, y1], [x2, y2]] = [ring[index], ring[last]];
    if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
