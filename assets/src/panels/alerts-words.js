/** Watch areas in plain words: what is watched, by which rule, how often it may be wrong, and who is told. */
import { count } from './format.js';
import { active, inverted, parse, without } from './query.js';
import { describe } from './chips.js';

const UNITS = { m: 'minute', h: 'hour', d: 'day' };
const GLYPH_WORDS = ['no severity', 'low', 'notice', 'moderate', 'watch', 'high', 'extreme'];
const BEFORE = { severity: 'severity', status: 'status', source: 'from', tlp: 'marked', store: 'of' };
const DAYS = [[1, 'day'], [7, 'week'], [30, 'month'], [365, 'year']];

/** The severities as words, by number. */
export const severityWord = (level) => GLYPH_WORDS[level] ?? 'unknown severity';

/** "1h" → "1 hour", "30m" → "30 minutes". */
export function spanText(within) {
  const [, n, unit] = /^(\d+)([mhd])$/.exec(within ?? '') ?? [];
  return n ? `${n} ${UNITS[unit]}${n === '1' ? '' : 's'}` : String(within ?? '');
}

/** 500 → "500 m", 2500 → "2.5 km". */
export function metresText(metres) {
  return metres < 1000 ? `${Math.round(metres)} m` : `${Number((metres / 1000).toFixed(1))} km`;
}

/**
 * Return a rule as one would say it.
 * @param {object} rule
 * @param {{sectors: {code: string, label: string}[]}} words
 * @param {(id: string) => string} [siteName]
 */
export function ruleText(rule, words, siteName = () => 'the chosen site') {
  if (rule.kind === 'severity') return rule.at_least > 0 ? `Any report of severity ${severityWord(rule.at_least)} or above` : 'Any report at all';
  if (rule.kind === 'count') return `More than ${count(rule.above)} ${rule.above === 1 ? 'report' : 'reports'} within ${spanText(rule.within)}`;
  if (rule.kind === 'unusual') {
    const against = rule.method === 'permutation' ? 'than its own places and times, shuffled, would give' : 'than its own past at this hour of the week';
    return `Clearly more reports within ${spanText(rule.within)} ${against}`;
  }
  if (rule.kind === 'new_hotspot') return `A hotspot where there was none${rule.cell_m ? `, in cells of ${metresText(rule.cell_m)}` : ''}`;
  if (rule.kind === 'near_site') {
    const sector = rule.sector === '*' ? 'any site' : `a site of ${words.sectors.find((entry) => entry.code === rule.sector)?.label ?? rule.sector}`;
    return `A report within ${metresText(rule.metres)} of ${sector}`;
  }
  if (rule.kind === 'linked_site') return `A report that names ${siteName(rule.site)} or lies at it`;
  return 'A rule that this page does not know';
}

/** Return a geography as one would say it; `name` is that of its area, if it has one. */
export function geographyText(geography, name = '') {
  if (!geography) return 'Nowhere yet';
  if (geography.kind === 'area') return name || 'An administrative area';
  if (geography.kind === 'sites') return `Within ${metresText(geography.metres)} of ${geography.sites.length === 1 ? name || 'one site' : `${count(geography.sites.length)} sites`}`;
  if (geography.kind === 'route') return `Within ${metresText(geography.metres)} of a route with ${geography.line.length} points`;
  const parts = geography.shape.split('|');
  if (parts.length > 1) return `${parts.length} drawn shapes`;
  if (parts[0].startsWith('c:')) return `Within ${metresText(Number(parts[0].split(',')[2]))} of a point`;
  return parts[0].startsWith('r:') ? 'A drawn rectangle' : 'A drawn area';
}

/** Return how often false alarms are allowed. */
export function budgetText(budget) {
  if (!budget) return 'No limit set';
  const times = budget.alarms === 1 ? '1 false alarm' : `${budget.alarms} false alarms`;
  const known = { 8: '8-hour shift', 12: '12-hour shift', 24: 'day', 168: 'week', 720: 'month' }[budget.hours];
  return `At most ${times} per ${known ?? `${budget.hours} hours`}`;
}

/**
 * Return a rate per day in the unit that says it best: "0.5 a day", "1.2 a week".
 * @param {number|null|undefined} perDay
 * @param {number|null|undefined} [beside]  another rate, to be read beside it: both then have one unit
 */
export function rateText(perDay, beside = perDay) {
  if (perDay === null || perDay === undefined || !Number.isFinite(perDay)) return 'not known yet';
  if (perDay === 0) return 'none';
  const most = Math.max(perDay, beside ?? 0);
  const [days, unit] = DAYS.find(([length]) => most * length >= 0.95) ?? DAYS[DAYS.length - 1];
  const n = perDay * days;
  if (n < 0.1) return 'almost none';
  return `${n < 9.95 ? Number(n.toFixed(1)) : count(Math.round(n))} a ${unit}`;
}

/** Return a canonical filter as words, one for each dimension. */
export function filterText(text, words) {
  const params = parse(text ?? '');
  const parts = active(params).map((dimension) => {
    const said = dimension === 'area' ? 'in an area' : describe({ lookups: words }, params, dimension);
    return [inverted(params, dimension) ? 'not' : '', BEFORE[dimension] ?? '', said].filter(Boolean).join(' ');
  });
  return parts.length ? parts.join(' · ') : 'Every report';
}

/** Return a filter without its time and its place: a watch area looks at what comes in, within its own geography. */
export function watchable(text) {
  return ['time', 'since', 'shape', 'area'].reduce((params, dimension) => without(params, dimension), parse(text ?? ''));
}

/** Return who is told. */
export function toldText(area, words) {
  const names = (area.tells ?? []).map((one) => (one === 'agency' ? `everybody at ${words.agency.name || 'the agency'}` : personName(one, words)));
  return ['you', ...names.filter((name) => name !== 'you')].join(', ');
}

/** Return the name of somebody by number. */
export const personName = (id, words) => words.people.find((one) => one.id === id)?.name ?? `user ${id}`;

/** Return quiet hours as one would say them. */
export function quietText(quiet) {
  if (!quiet) return 'No quiet hours';
  return `${quiet.from} to ${quiet.to} (${quiet.zone.replace('_', ' ')}): messages ${quiet.mode === 'silent' ? 'are not sent' : 'wait until the end'}`;
}

/** Return how many there were and how many were to be expected. */
export function againstText(found) {
  const n = `${count(found.count)} ${found.count === 1 ? 'report' : 'reports'}`;
  if (found.expected === null || found.expected === undefined) return n;
  const expected = found.expected < 10 ? Number(found.expected.toFixed(found.expected < 1 ? 2 : 1)) : count(Math.round(found.expected));
  return `${n}; about ${expected} expected`;
}
