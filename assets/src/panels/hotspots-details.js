/** One hotspot, or one cell: the sentence, the numbers, the reports behind it, what stands near, what one can do. */
import { IDS } from './ids.js';
import { button, byId, el } from './dom.js';
import { givenUp, latest, withQuery } from './api.js';
import { count, distance, shortTime } from './format.js';
import { format } from './query.js';
import { withShape } from './hotspots-actions.js';
import { chance, interval, number, robustText, times, trendText } from '../map/hotspot-words.js';

const SHOWN = 20;
const SITES = 5;
const LETTERS = ['–', 'L', 'N', 'M', 'W', 'H', 'X'];

/**
 * Tend the details.
 * @param {{state: object, actions: object[], select: (target: object) => void, close: () => void}} context
 */
export function hotspotDetails({ state, actions, select, close }) {
  const host = byId(IDS.hotspotDetails);
  const asked = latest();
  let turn = 0;

  /** @param {object} place  `{name, kicker, sentence, facts, sites, shape, bbox}` */
  function show(place) {
    turn += 1;
    const mine = turn;
    const reports = el('div', { class: 'part', 'aria-busy': 'true' }, el('h3', { text: 'Reports behind it' }));
    const sites = el('div', { class: 'part', hidden: true });
    const title = el('h2', { text: place.name, tabindex: '-1' });
    const buttons = (above) => actions.filter((action) => Boolean(action.above) === above).map((action, at) => button(action.label, {
      title: action.title, class: at === 0 && !above ? 'button primary' : 'button', dataset: { action: action.name }, on: { click: () => action.run(place) },
    }));
    host.replaceChildren(
      el('div', { class: 'detail-head hotspot-head' },
        el('div', { class: 'hotspot-kicker' }, el('span', { class: 'muted', text: place.kicker }), ...buttons(true),
          button('Close the hotspot', { iconName: 'close', class: 'fold', on: { click: close } })),
        title, el('p', { class: 'sentence', text: place.sentence }), el('div', { class: 'actions' }, ...buttons(false))),
      el('div', { class: 'part' }, el('dl', { class: 'facts' }, ...place.facts.filter(([, value]) => value).map(([name, value]) => el('div', { class: 'fact' }, el('dt', { text: name }), el('dd', { text: value }))))),
      sites, reports);
    if (place.sites?.length) fillSites(sites, place.sites);
    behind(place, { mine, reports, sites });
    return title;
  }

  async function behind(place, { mine, reports, sites }) {
    try {
      const filter = format(withShape(state.params(), place.shape));
      const answer = await asked(withQuery('/api/v1/incidents', filter, { order: 'newest', limit: SHOWN }));
      if (mine !== turn) return;
      // The outline selects; the test left out what stands for no place or was told twice.
      const differs = Number.isFinite(place.count) && place.count !== answer.total;
      reports.replaceChildren(el('h3', {}, 'Reports behind it', el('span', { class: 'count', text: count(answer.total) })),
        ...(differs ? [el('p', { class: 'note', text: `${number(place.count)} of these were counted: without stand-in points, duplicates, and what a drawn area leaves out.` })] : []),
        ...answer.items.map(line), ...[rest(answer, place)].filter(Boolean));
      if (!place.sites?.length) fillSites(sites, nearOf(answer.items));
    } catch (error) {
      if (givenUp(error) || mine !== turn) return;
      reports.replaceChildren(el('h3', { text: 'Reports behind it' }), el('p', { text: `${error.message} ${error.hint ?? ''}` }));
    } finally {
      reports.removeAttribute('aria-busy');
    }
  }

  function line(item) {
    return el('button', { type: 'button', class: 'row-button behind', on: { click: () => select({ kind: 'incident', fid: item.fid, lon: item.lon, lat: item.lat }) } },
      el('span', { class: `sev sev-${item.severity}` }, el('span', { class: 'sev-letter', text: LETTERS[item.severity] ?? '–' })),
      el('span', { class: 'what', text: item.title }), el('time', { class: 'muted', text: shortTime(item.occurred, item.time_precision) }));
  }

  function rest({ items, total }, place) {
    if (!items.length) return el('p', { class: 'muted', text: 'None that this filter lets you see.' });
    if (total <= items.length) return null;
    const filter = actions.find(({ name }) => name === 'filter');
    return el('p', { class: 'more' }, button(`Filter to all ${count(total)}`, { on: { click: () => filter.run(place) } }));
  }

  function fillSites(node, sites) {
    node.hidden = sites.length === 0;
    node.replaceChildren(el('h3', { text: 'Nearest sites' }), ...sites.slice(0, SITES).map(({ name, fid, distance_m }) => {
      const inside = [el('span', { class: 'what', text: name }), el('span', { class: 'muted', text: distance(distance_m) })];
      return Number.isFinite(fid) ? el('button', { type: 'button', class: 'row-button behind', on: { click: () => select({ kind: 'site', fid }) } }, ...inside)
        : el('div', { class: 'behind' }, ...inside);
    }));
  }

  return { show, clear: () => { turn += 1; host.replaceChildren(); } };
}

/** Return the facts of a ranked hotspot. */
export function factsOf(item, { exposure = '', kind = 'gi_star' } = {}) {
  const between = interval(item.low, item.high);
  return [
    ['Reports', number(item.count)], [kind === 'difference' ? 'Before' : 'Expected', expectedText(item, { exposure, kind })],
    ['Ratio', `${times(item.ratio)}${between ? ` (95 % interval ${between})` : ''}`],
    ['z', item.z === undefined ? '' : Number(item.z).toFixed(1)], ['q', item.q === undefined ? '' : `${chance(item.q)} after correction`],
    ['Robust', robustText(item)], ['Cell sizes', scalesText(item.scales)], ['Trend', item.trend === undefined || item.trend === null ? '' : `${trendText(item.trend)}; an indicator, not a forecast`],
  ];
}

function expectedText({ expected }, { exposure, kind }) {
  if (kind === 'difference') return `about ${number(expected)} in a time as long`;
  return `about ${number(expected)}, ${kind === 'excess' ? 'by the same place’s own past' : `if all lay ${exposure ? 'as people do' : 'evenly'}`}`;
}

/** "750 m and 1.5 km, not 3 km": the sizes that see it, and those that do not. */
function scalesText(scales) {
  if (!Array.isArray(scales)) return '';
  const [seen, not] = [true, false].map((claim) => scales.filter((scale) => scale.claim === claim).map(({ label }) => label).join(', '));
  return [seen && `seen at ${seen}`, not && `not at ${not}`].filter(Boolean).join('; ');
}

/** The sites that the reports are nearest to, the nearest first, each once. */
function nearOf(items) {
  const nearest = new Map();
  for (const { near } of items) {
    if (near && !(nearest.get(near.fid)?.distance_m <= near.distance_m)) nearest.set(near.fid, near);
  }
  return [...nearest.values()].sort((one, other) => one.distance_m - other.distance_m);
}
