/** The ranked hotspots: where, how many against how many, how sure, and which way it goes. */
import { IDS } from './ids.js';
import { button, byId, el, memory } from './dom.js';
import { givenUp, latest, withQuery } from './api.js';
import { count, distance } from './format.js';
import { interval, isRobust, number, times, trendOf } from '../map/hotspot-words.js';

/** Below this many reports no test is made. */
const LEAST_REPORTS = 60;
const SLOW_MS = 300;

const scales = ({ robust }) => Number(robust) || 0;
const later = (value) => (value === null || value === undefined ? Infinity : Number(value));
const by = (value) => (one, other) => value(one) - value(other) || one.rank - other.rank;
/** By what test the strongest comes first. */
export const RANKED_BY = { gi_star: 'Gi*', excess: 'unusual here', difference: 'more than before' };
export const ORDERS = {
  rank: ['Strongest', by(({ rank }) => rank)],
  count: ['Most reports', by((item) => -item.count)],
  ratio: ['Highest ratio', by((item) => -later(item.ratio))],
  sure: ['Surest', by((item) => -scales(item) * 10 + Number(item.q))],
  trend: ['Growing first', by((item) => ({ up: 0, flat: 1, down: 2 }[trendOf(item.trend)?.way] ?? 3))],
  name: ['Name', (one, other) => String(one.name).localeCompare(String(other.name)) || one.rank - other.rank],
};

/**
 * Tend the list.
 * @param {{state: object, pick: (item: object, at: {fly: boolean}) => void, hover: (item: object|null) => void,
 *   took: (items: object[], method: object|null) => void, sure: () => void, set: (change: object) => void}} context
 */
export function hotspotList({ state, pick, hover, took, sure, set }) {
  const host = byId(IDS.hotspotList);
  const asked = latest();
  let order = memory.get('hotspot-order', 'rank');
  let items = [];
  let chosen = null;
  let mark = null;
  let answered = false;
  let about = {};

  const sort = el('select', { class: 'field small', 'aria-label': 'Order of hotspots', on: { change: () => { order = sort.value; memory.set('hotspot-order', order); draw(); } } },
    ...Object.entries(ORDERS).map(([value, [text]]) => el('option', { value, text })));
  if (!ORDERS[order]) order = 'rank';
  sort.value = order;
  const words = el('span', { class: 'muted hotspot-total', role: 'status', title: 'How many passed the test, and by which test they are ranked' });
  byId(IDS.hotspotHead).replaceChildren(words, el('span', { class: 'grow' }), sort, button('How sure?', { on: { click: sure } }));
  host.setAttribute('role', 'listbox');
  host.setAttribute('tabindex', '0');
  host.setAttribute('aria-label', 'Hotspots, strongest first');

  /** @param {{token: string, cell_m?: number|null, bbox?: string, reports?: number}} now  what the answer rests on besides the filter */
  async function refresh(now) {
    const known = about.reports;
    about = { ...about, ...now };
    const path = withQuery('/api/v1/hotspots/ranked', state.text(), { kind: about.kind ?? 'gi_star', against: about.against, bbox: about.bbox, cell_m: about.cell_m, exposure: about.exposure });
    if (mark === `${path} ${about.token}`) {
      // How many reports there were to test is heard from the surface, before or after the list.
      if (answered && !items.length && known !== about.reports) draw();
      return;
    }
    answered = false;
    mark = `${path} ${about.token}`;
    const wait = setTimeout(() => { words.textContent = 'Testing …'; }, SLOW_MS);
    try {
      const answer = await asked(path);
      items = answer.items ?? [];
      answered = true;
      words.textContent = items.length ? `${count(answer.total ?? items.length)} passed: ${RANKED_BY[about.kind] ?? RANKED_BY.gi_star}` : '';
      took(items, answer.method ?? null);
      draw();
    } catch (error) {
      if (givenUp(error)) return;
      mark = null;
      items = [];
      took(items, null);
      words.textContent = '';
      host.replaceChildren(el('div', { class: 'problem', role: 'alert' }, el('p', { class: 'problem-what', text: error.message }),
        el('p', { text: error.hint || 'Watchfloor asks again with the next change.' })));
    } finally {
      clearTimeout(wait);
    }
  }

  function draw() {
    items = [...items].sort(ORDERS[order][1]);
    if (items.length) host.replaceChildren(...items.map(row));
    else host.replaceChildren(nothing(about.reports, { state, set }));
    show();
  }

  function row(item, place) {
    const trend = trendOf(item.trend);
    const near = item.sites?.[0];
    return el('div', {
      class: 'item hotspot', role: 'option', id: `wf-hotspot-${place}`, 'aria-selected': 'false', dataset: { id: item.id },
      on: { click: () => open(place), mouseenter: () => hover(item), mouseleave: () => hover(null) },
    },
    el('span', { class: 'rank', text: String(item.rank), title: `Rank ${item.rank}` }),
    el('div', { class: 'head' }, el('span', { class: 'title', text: item.name }), el('span', { class: 'ratio', text: times(item.ratio), title: about.kind === 'difference' ? 'Times what came before' : 'Times what would be usual' })),
    el('div', { class: 'meta' }, el('span', { class: 'where', text: `${number(item.count)} reports, about ${number(item.expected)} ${about.kind === 'difference' ? 'before' : 'expected'}` }),
      el('span', { text: interval(item.low, item.high), title: '95 % interval of the ratio' })),
    el('div', { class: 'meta' }, el('span', { class: isRobust(item) ? 'robust' : '', text: `${isRobust(item) ? 'Robust' : 'Not robust'}, ${scales(item)} of 3` }),
      trend ? el('span', { class: 'trend', title: trend.seen }, el('i', { class: `wf-hot-letter wf-way-${trend.way}`, text: trend.letter }), trend.label) : null,
      near ? el('span', { class: 'where right', text: `${near.name} ${distance(near.distance_m)}` }) : null));
  }

  function show() {
    const at = items.findIndex(({ id }) => id === chosen);
    host.querySelectorAll('.item').forEach((node, place) => node.setAttribute('aria-selected', String(place === at)));
    const node = at < 0 ? null : byId(`wf-hotspot-${at}`);
    if (node) host.setAttribute('aria-activedescendant', node.id);
    else host.removeAttribute('aria-activedescendant');
    return node;
  }

  function open(place) {
    const item = items[place];
    if (!item) return;
    choose(item.id);
    pick(item, { fly: true });
  }

  function choose(id) {
    chosen = id;
    show()?.scrollIntoView({ block: 'nearest' });
  }

  return {
    refresh,
    step(by_) {
      const at = items.findIndex(({ id }) => id === chosen);
      const item = items[Math.max(0, Math.min(items.length - 1, at + by_))];
      if (!item) return;
      choose(item.id);
      hover(item);
    },
    open: () => open(Math.max(0, items.findIndex(({ id }) => id === chosen))),
    current: () => null,
    highlight: choose,
    items: () => items,
    /** Forget the last answer, so that the next refresh asks whatever it was. */
    forget: () => { mark = null; },
  };
}

function nothing(reports, { state, set }) {
  const few = Number.isFinite(reports) && reports < LEAST_REPORTS;
  const box = el('div', { class: 'empty' },
    el('p', { class: 'empty-what', text: few ? 'Too few reports for any claim.' : 'No hotspot passed the test.' }),
    el('p', { text: few
      ? `${reports === 1 ? '1 report counts' : `${count(reports)} reports count`} here. Under ${LEAST_REPORTS}, chance alone makes clusters like these, so nothing is tested. Widen the time, or take a filter off.`
      : 'What there is may lie where chance put it, or the cells may be too fine or too coarse. This does not mean all clear. Widen the time, or test other cells or less ground:' }));
  if (!few) {
    box.append(el('p', { class: 'actions' }, button('Half the cell size', { on: { click: () => set({ cell: 'x0.5' }) } }),
      button('Twice', { title: 'Twice the cell size', on: { click: () => set({ cell: 'x2' }) } }), button('This view only', { on: { click: () => set({ here: true }) } })));
  }
  if (few && state.text()) box.append(el('p', {}, button('Clear all filters', { on: { click: () => state.set({}) } })));
  return box;
}
