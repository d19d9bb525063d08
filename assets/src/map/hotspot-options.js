/** What the hotspot surface shows, as short text for the address: `kind[:against[:cell[:west,south,east,north[:exposure]]]]`. */

export const KINDS = { density: 'Where reports are', gi_star: 'Hotspots', trend: 'Trend', difference: 'Difference', excess: 'Unusual here' };
export const AGAINST = {
  previous: 'the period before',
  weeks: 'the same days of earlier weeks',
  year: 'the same days last year',
};
/** The same where there is little room. */
export const AGAINST_SHORT = { previous: 'The period before', weeks: 'Earlier weeks', year: 'Last year' };
/** What is usual at a place is the mean of several such periods. */
export const USUAL = {
  previous: 'the periods before',
  weeks: 'the same days of earlier weeks',
  year: 'the same days of earlier years',
};
export const USUAL_SHORT = { previous: 'Periods before', weeks: 'Earlier weeks', year: 'Earlier years' };
export const LEAST_CELL_M = 50;
export const MOST_CELL_M = 50_000;
/** The source of the areas, and the column that counts people. */
const EXPOSURE = /^\d{1,9}\.[\w .-]{1,60}$/;
const FACTORS = { 'x0.5': 0.5, x2: 2 };

/**
 * @typedef {object} Options
 * @property {'gi_star'|'trend'|'difference'|'excess'} kind
 * @property {'previous'|'weeks'|'year'} against
 * @property {string} cell  'auto', 'x0.5', 'x2' or whole metres
 * @property {string} bbox  the box within which is compared, or '' for all that is filtered
 * @property {string} exposure  what hotspots are adjusted for, as the server names it, or ''
 */

/** @returns {Options} */
export const plainOptions = () => ({ kind: 'gi_star', against: 'previous', cell: 'auto', bbox: '', exposure: '' });

/** Return options with everything that is none of ours replaced by the plain choice. */
export function tidyOptions(given) {
  const options = { ...plainOptions(), ...given };
  const metres = Number(options.cell);
  const whole = Number.isFinite(metres) && metres > 0;
  return {
    kind: Object.hasOwn(KINDS, options.kind) && options.kind !== 'density' ? options.kind : 'gi_star',
    against: Object.hasOwn(AGAINST, options.against) ? options.against : 'previous',
    cell: Object.hasOwn(FACTORS, options.cell) ? options.cell
      : whole ? String(Math.round(Math.min(MOST_CELL_M, Math.max(LEAST_CELL_M, metres)))) : 'auto',
    bbox: isBox(options.bbox) ? options.bbox : '',
    exposure: EXPOSURE.test(options.exposure ?? '') ? options.exposure : '',
  };
}

/**
 * Return how the address says which surface is shown, '' when there is none.
 * @param {Options} options
 * @param {{density: boolean, hotspots: boolean}} layers
 */
export function optionsText(options, layers) {
  const { kind, against, cell, bbox, exposure } = tidyOptions(options);
  if (layers.hotspots) return trimmed([kind, isOfEarlier(kind) ? against : '', cell === 'auto' ? '' : cell, bbox, kind === 'gi_star' ? exposure : '']);
  return layers.density ? trimmed(['density', '', cell === 'auto' ? '' : cell]) : '';
}

/**
 * Read what `optionsText` wrote; null when the text names no surface.
 * @param {string|null} text
 * @returns {{layer: 'density'|'hotspots', options: Options}|null}
 */
export function parseOptions(text) {
  const [kind, against, cell, bbox, exposure] = (text ?? '').split(':');
  if (!Object.hasOwn(KINDS, kind)) return null;
  const options = tidyOptions({ kind, against: against || 'previous', cell: cell || 'auto', bbox: bbox ?? '', exposure: exposure ?? '' });
  return { layer: kind === 'density' ? 'density' : 'hotspots', options };
}

/** Return the factor on the size that the data choose, or null where the size is given in metres. */
export function factorOf(cell) {
  return cell === 'auto' ? 1 : FACTORS[cell] ?? null;
}

/** Whether a kind holds this time against earlier ones. */
export const isOfEarlier = (kind) => kind === 'difference' || kind === 'excess';

function isBox(text) {
  const [west, south, east, north, ...more] = String(text ?? '').split(',').map(Number);
  return !more.length && [west, south, east, north].every(Number.isFinite) && west < east && south < north
    && west >= -180 && east <= 180 && south >= -90 && north <= 90;
}

function trimmed(parts) {
  return parts.join(':').replace(/:+$/, '');
}
