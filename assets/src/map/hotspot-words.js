/** What a cell says in words and numbers with their units; hover, details and list all read from here. */
import { AGAINST, USUAL } from './hotspot-options.js';

/** Trend categories: letter, which way it points, and what was seen. */
export const TRENDS = {
  new: { letter: 'N', way: 'up', label: 'New', seen: 'hot in the last step only' },
  consecutive: { letter: 'C', way: 'up', label: 'Consecutive', seen: 'hot in an unbroken run up to now' },
  intensifying: { letter: 'I', way: 'up', label: 'Intensifying', seen: 'hot nearly always, and rising' },
  persistent: { letter: 'P', way: 'flat', label: 'Persistent', seen: 'hot nearly always, no trend' },
  sporadic: { letter: 'S', way: 'flat', label: 'Sporadic', seen: 'hot now, on and off before' },
  oscillating: { letter: 'O', way: 'flat', label: 'Oscillating', seen: 'hot now, cold before' },
  diminishing: { letter: 'D', way: 'down', label: 'Diminishing', seen: 'hot nearly always, and falling' },
  historical: { letter: 'H', way: 'down', label: 'Historical', seen: 'was hot nearly always, not now' },
};

/**
 * Return the category that the server's word names, and whether it is a cold one; null for none.
 * @param {string|null|undefined} word
 */
export function trendOf(word) {
  const text = String(word ?? '').toLowerCase();
  const name = Object.keys(TRENDS).find((each) => new RegExp(`(^|[^a-z])${each}([^a-z]|$)`).test(text.replaceAll('_', ' ')));
  return name ? { name, cold: text.includes('cold'), ...TRENDS[name] } : null;
}

/** "New hotspot, ▲": the category as a person says it. */
export function trendText(word) {
  const found = trendOf(word);
  if (!found) return 'none found';
  const seen = found.cold ? found.seen.replaceAll('hot', '\u0000').replaceAll('cold', 'hot').replaceAll('\u0000', 'cold') : found.seen;
  return `${found.label.toLowerCase()}${found.cold ? ' cold spot' : ''} (${seen})`;
}

/** A whole number with its thousands, or one decimal below ten. */
export function number(value) {
  const n = Number(value);
  if (!Number.isFinite(n)) return 'unknown';
  if (Number.isInteger(n) || Math.abs(n) >= 10) return Math.round(n).toLocaleString('en-US');
  return n.toFixed(1);
}

/** "23 reports", "1 report". */
export function reports(value) {
  return `${number(value)} ${Number(value) === 1 ? 'report' : 'reports'}`;
}

/** A probability as people read it: never 0, never more digits than it carries. */
export function chance(value) {
  const p = Number(value);
  if (value === null || value === undefined || !Number.isFinite(p)) return 'unknown';
  if (p < 0.001) return 'below 0.001';
  return p < 0.1 ? p.toFixed(3) : p.toFixed(2);
}

/** "2.6×"; what had none before is not divided by nothing. */
export function times(value) {
  const ratio = Number(value);
  if (value === null || value === undefined || !Number.isFinite(ratio)) return 'new';
  return `${ratio >= 10 ? Math.round(ratio).toLocaleString('en-US') : ratio.toFixed(1)}×`;
}

/** "1.7 to 3.8×", or '' where no interval is known. */
export function interval(low, high) {
  if (low === null || low === undefined || !Number.isFinite(Number(low))) return '';
  const top = high === null || high === undefined || !Number.isFinite(Number(high)) ? 'any' : times(high);
  return `${times(low).replace('×', '')} to ${top}`;
}

/** Whether a claim stands: words for how many of the three cell sizes agree. */
export function robustText({ claim = true, robust }) {
  if (!claim) return 'no claim';
  const agree = Number(robust);
  return `${isRobust({ robust }) ? 'robust' : 'not robust'}${Number.isFinite(agree) ? `, seen at ${agree} of 3 cell sizes` : ''}`;
}

/** Robust means that at least two of the three scales agree. */
export const isRobust = ({ robust }) => Number(robust) >= 2;

/** "less than once in 1,000 tries", from a probability. */
export function once(p) {
  const value = Number(p);
  if (!(value > 0)) return 'less than once in 100,000 tries';
  const tries = 10 ** Math.floor(-Math.log10(value));
  return tries < 10 ? `about ${Math.round(value * 100)} times in 100 tries` : `about once in ${Math.round(1 / value).toLocaleString('en-US')} tries`;
}

/**
 * Return what a cell says: a title, then lines.
 * @param {string} kind
 * @param {object} cell  its properties
 * @param {{against?: string, cell_km2?: number}} [about]
 * @returns {string[]}
 */
export function cellLines(kind, cell, about = {}) {
  const edge = cell.edge ? 'At the edge: part of its surroundings is missing.' : '';
  if (kind === 'density') {
    return [reports(cell.count), cell.per_km2 === undefined ? '' : `${number(cell.per_km2)} per km² · where reports are, not tested`].filter(Boolean);
  }
  if (kind === 'difference') return differenceLines(cell, about).concat(edge).filter(Boolean);
  if (kind === 'excess') return excessLines(cell, about).concat(edge).filter(Boolean);
  if (kind === 'trend') {
    return [trendOf(cell.trend) ? `Trend: ${trendText(cell.trend)}` : 'No trend found',
      `${reports(cell.count)} in this cell${finite(cell.z) ? ` · trend z ${signed(cell.z)}` : ''}`, edge].filter(Boolean);
  }
  return [title(cell), around(cell), statistics(cell), finite(cell.trend) || trendOf(cell.trend) ? `Trend: ${trendText(cell.trend)}` : '', edge].filter(Boolean);
}

/** Return one sentence on a cell, for people who do not read statistics. */
export function cellSentence(kind, cell, about = {}) {
  if (kind === 'density') return `${reports(cell.count)} in this cell. This says where reports are; nothing was tested.`;
  if (kind === 'difference') {
    const than = `${reports(cell.count)} where there ${Number(cell.before) === 1 ? 'was' : 'were'} ${number(cell.before)} in ${AGAINST[about.against] ?? 'the period before'}`;
    return cell.claim ? `${than}; chance alone would rarely do this (q ${chance(cell.q)} after correction).` : `${than}; chance alone could do this, so nothing is claimed.`;
  }
  if (kind === 'excess') return excessSentence(cell, about);
  if (kind === 'trend') {
    const found = trendOf(cell.trend);
    return found ? `This cell is ${trendText(cell.trend)}. A trend indicator describes what was seen; it is no forecast.` : 'No trend was found here.';
  }
  const [seen, usual] = neighbourhood(cell);
  const base = `${reports(seen)} in this cell and those around it, where about ${number(usual)} would be usual`;
  if (!cell.claim) return `${base}; chance alone could do this, so nothing is claimed.`;
  return `${base}; so many would come by chance ${once(cell.p)}; ${robustText(cell)}.`;
}

function differenceLines(cell, { against }) {
  const than = `${number(cell.before)} in ${AGAINST[against] ?? 'the period before'}`;
  const between = interval(cell.low, cell.high);
  return [`${reports(cell.count)}, ${than}`, `${times(cell.ratio)}${between ? ` (${between})` : ''}`,
    cell.claim ? `Passed the test: q ${chance(cell.q)} after correction` : `No claim: q ${chance(cell.q)} after correction`];
}

function excessLines(cell, { against }) {
  const between = interval(cell.low, cell.high);
  return [cell.claim ? `More than usual here, ${robustText(cell)}` : 'No claim: chance could do this',
    `${reports(cell.count)} with the cells around, about ${number(cell.expected)} usual here by ${USUAL[against] ?? 'its past'}`,
    `${times(cell.ratio)}${between ? ` (95 % interval ${between})` : ''}`, finite(cell.q) ? `q ${chance(cell.q)} after correction` : 'Too few to be tested'];
}

function excessSentence(cell, { against }) {
  const base = `${reports(cell.count)} in this cell and those around it, where about ${number(cell.expected)} would be usual by ${USUAL[against] ?? 'its own past'}`;
  return cell.claim ? `${base}; so many would come by chance ${once(cell.p)}; ${robustText(cell)}.` : `${base}; chance alone could do this, so nothing is claimed.`;
}

function title(cell) {
  if (!cell.claim) return 'No claim: chance could do this';
  return isRobust(cell) ? 'Hotspot, robust' : 'Hotspot, not robust';
}

function around(cell) {
  const [seen, usual] = neighbourhood(cell);
  return `${reports(seen)} with the cells around, about ${number(usual)} expected · ${number(cell.count)} in this cell`;
}

function statistics(cell) {
  const q = `q ${chance(cell.q)} after correction`;
  return [`z ${signed(cell.z)}`, finite(cell.q) ? q : '', cell.claim ? robustText(cell) : ''].filter(Boolean).join(' · ');
}

/** Gi* speaks of a cell with its neighbours: both numbers are of that neighbourhood. */
function neighbourhood(cell) {
  return [cell.around ?? cell.count, cell.around_expected ?? cell.expected];
}

function signed(value) {
  const n = Number(value);
  return Number.isFinite(n) ? `${n < 0 ? '−' : ''}${Math.abs(n).toFixed(1)}` : 'unknown';
}

function finite(value) {
  return value !== null && value !== undefined && value !== '' && Number.isFinite(Number(value));
}
