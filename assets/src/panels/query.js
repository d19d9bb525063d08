/** The filter as text, mirroring `data/query`: one canonical query string means one filter. */

const LISTS = new Set(['type', 'severity', 'status', 'source', 'tlp', 'store', 'area', 'not']);
const NAMES = ['area', 'default_points', 'from', 'last', 'near', 'not', 'q', 'severity', 'shape', 'since', 'source', 'status', 'store', 'tlp', 'to', 'type'];
const MINUTES = { w: 10080, d: 1440, h: 60, m: 1 };
const ORDER = {
  status: ['new', 'acknowledged', 'in_progress', 'resolved', 'closed'],
  tlp: ['clear', 'green', 'amber', 'amber_strict', 'red'],
  store: ['incident', 'sar', 'intel', 'open'],
};

/** The parameters that make up each dimension that can be inverted. */
export const DIMENSIONS = {
  type: ['type'], severity: ['severity'], status: ['status'], source: ['source'], tlp: ['tlp'], store: ['store'],
  time: ['last', 'from', 'to'], since: ['since'], q: ['q'], area: ['area'], shape: ['shape'], near: ['near'],
};

/**
 * Read a query string; names that are no filter are left out.
 * @param {string} search
 * @returns {Record<string, string>}
 */
export function parse(search) {
  const params = {};
  for (const [name, value] of new URLSearchParams(search)) if (NAMES.includes(name) && value) params[name] = value;
  return tidy(params);
}

/** Sort lists, drop what is empty, and drop inversions of what is not filtered. */
export function tidy(params) {
  const clean = {};
  for (const name of NAMES) {
    const value = params[name];
    if (!value) continue;
    if (LISTS.has(name)) clean[name] = sorted(name, value.split(',')).join(',');
    else clean[name] = name === 'last' ? largestUnit(String(value)) : String(value);
  }
  const kept = list(clean, 'not').filter((dimension) => DIMENSIONS[dimension]?.some((name) => clean[name]));
  if (kept.length) clean.not = kept.join(',');
  else delete clean.not;
  return clean;
}

/** 24h → 1d: a moving window in its largest whole unit, as the server writes it. */
function largestUnit(last) {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(last) ?? [];
  if (!count) return last;
  const minutes = Number(count) * MINUTES[unit];
  const [largest] = Object.entries(MINUTES).find(([, size]) => minutes % size === 0);
  return `${minutes / MINUTES[largest]}${largest}`;
}

function sorted(name, values) {
  const unique = [...new Set(values.filter(Boolean))];
  const order = ORDER[name];
  return order ? unique.sort((a, b) => order.indexOf(a) - order.indexOf(b)) : unique.sort();
}

/**
 * Write the canonical query string.
 * @param {Record<string, string>} params
 * @returns {string}
 */
export function format(params) {
  const clean = tidy(params);
  return Object.keys(clean).sort().map((name) => `${name}=${quote(clean[name])}`).join('&');
}

/** Encode a value as the canonical query string does. */
export function quote(value) {
  return encodeURIComponent(value)
    .replace(/%2C/g, ',').replace(/%3A/g, ':').replace(/%3B/g, ';').replace(/%7C/g, '|').replace(/%2F/g, '/')
    .replace(/[!()']/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Return the values of a list parameter. */
export function list(params, name) {
  return params[name] ? params[name].split(',') : [];
}

/** Return the parameters with a value put in or taken out of a list. */
export function toggled(params, name, value, on) {
  const values = new Set(list(params, name));
  if (on) values.add(value);
  else values.delete(value);
  return { ...params, [name]: [...values].join(',') };
}

/** Tell whether a dimension is turned round. */
export const inverted = (params, dimension) => list(params, 'not').includes(dimension);

/** Return the parameters without a dimension, its inversion included. */
export function without(params, dimension) {
  const rest = { ...params };
  for (const name of DIMENSIONS[dimension]) delete rest[name];
  return rest;
}

/** Return the dimensions that filter something. */
export function active(params) {
  return Object.keys(DIMENSIONS).filter((dimension) => DIMENSIONS[dimension].some((name) => params[name]));
}
