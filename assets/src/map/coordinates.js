/** One place written three ways: decimal degrees, degrees-minutes-seconds and US National Grid. */
import { forward } from 'mgrs';

/** The ways of writing, in the order in which a click goes through them. */
export const FORMATS = ['decimal', 'dms', 'usng'];
export const FORMAT_LABELS = { decimal: 'Lat, lon', dms: 'DMS', usng: 'USNG' };

/**
 * Write a place.
 * @param {{lon: number, lat: number}} place
 * @param {'decimal'|'dms'|'usng'} format
 */
export function write({ lon, lat }, format) {
  const east = wrap(lon);
  if (format === 'dms') return `${sexagesimal(lat, 'N', 'S')} ${sexagesimal(east, 'E', 'W')}`;
  if (format === 'usng') return usng(east, lat);
  return `${lat.toFixed(5)}, ${east.toFixed(5)}`;
}

/**
 * Write a place as US National Grid at 1 m: "19T CG 29983 92015".
 * @param {number} lon
 * @param {number} lat
 */
export function usng(lon, lat) {
  // The grid has no squares at the poles; there MGRS changes to another projection that no map here shows.
  if (lat < -80 || lat > 84) return 'outside the grid';
  const [, zone, square, east, north] = /^(\d{1,2}[C-X])([A-Z]{2})(\d{5})(\d{5})$/.exec(forward([lon, lat], 5));
  return `${zone} ${square} ${east} ${north}`;
}

function sexagesimal(degrees, positive, negative) {
  // In tenths of a second throughout, so that 59.96 seconds never reads as 60.0.
  const tenths = Math.round(Math.abs(degrees) * 36000);
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  const minutes = String(Math.floor(tenths / 600) % 60).padStart(2, '0');
  return `${Math.floor(tenths / 36000)}°${minutes}′${seconds}″${degrees < 0 ? negative : positive}`;
}

function wrap(lon) {
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}
