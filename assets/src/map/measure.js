/** Lengths and areas in the units that people on both sides of a mutual-aid call use. */
import { areaM2, distanceM } from './shapes.js';

const METRES_PER_MILE = 1609.344;
const METRES_PER_FOOT = 0.3048;
const M2_PER_ACRE = 4046.8564224;
const M2_PER_SQUARE_MILE = METRES_PER_MILE ** 2;

/**
 * Return a length in metric and in US units.
 * @param {number} metres
 */
export function lengthText(metres) {
  const metric = metres < 1000 ? `${Math.round(metres)} m` : `${round(metres / 1000)} km`;
  const feet = metres / METRES_PER_FOOT;
  const imperial = feet < 1000 ? `${Math.round(feet)} ft` : `${round(metres / METRES_PER_MILE)} mi`;
  return `${metric} · ${imperial}`;
}

/**
 * Return an area in metric and in US units.
 * @param {number} squareMetres
 */
export function areaText(squareMetres) {
  const metric = squareMetres < 1e5 ? `${Math.round(squareMetres).toLocaleString('en-US')} m²` : `${round(squareMetres / 1e6)} km²`;
  const acres = squareMetres / M2_PER_ACRE;
  const imperial = acres < 640 ? `${round(acres)} acres` : `${round(squareMetres / M2_PER_SQUARE_MILE)} sq mi`;
  return `${metric} · ${imperial}`;
}

/**
 * Return what a measured path tells: its length and, from three points on, the area inside it when closed.
 * @param {number[][]} path lon, lat
 */
export function measureText(path) {
  const length = path.slice(1).reduce((sum, point, index) => sum + distanceM(path[index], point), 0);
  const distinct = new Set(path.map(String)).size;
  const area = distinct > 2 ? `   Area inside ${areaText(areaM2(path))}` : '';
  return `Distance ${lengthText(length)}${area}`;
}

function round(number) {
  const digits = number < 10 ? 2 : number < 100 ? 1 : 0;
  return Number(number.toFixed(digits)).toLocaleString('en-US');
}
