/** The feed: the filtered reports, newest or most severe first, paged as one scrolls. */
import { IDS } from './ids.js';
import { button, byId, el, memory } from './dom.js';
import { ask, givenUp, latest, withQuery } from './api.js';
import { count, distance, longTime, may, shortTime } from './format.js';

const PAGE = 50;
const LETTERS = ['–', 'L', 'N', 'M', 'W', 'H', 'X'];
const STATUS = ['new', 'acknowledged', 'in_progress', 'resolved', 'closed'];

/**
 * Fill the feed.
 * @param {{state: object, look: object, select: Function, table: Function, arrivals: object}} context
 */
export function fillFeed({ state, look, select, table, arrivals }) {
  const host = byId(IDS.feed);
  const head = byId(IDS.feedHead);
  const asked = latest();
  let order = memory.get('order', 'newest');
  let items = [];
  let next = null;
  let at = -1;
  let known = new Set();
  let loading = false;

  const title = el('h2', { class: 'visually-hidden', text: 'Reports' });
  const seen = button('', { title: 'Note that everything up to now was seen', class: 'button unseen-count', hidden: true, on: { click: async () => { await look.seen(); paint(); } } });
  const sort = el('select', { class: 'field small', 'aria-label': 'Order', on: { change: () => { order = sort.value; memory.set('order', order); refresh(); } } },
    el('option', { value: 'newest', text: 'Newest' }), el('option', { value: 'severe', text: 'Most severe' }), el('option', { value: 'oldest', text: 'Oldest' }));
  sort.value = order;
  const asTable = button('Table', { on: { click: table } });
  head.replaceChildren(title, seen, el('span', { class: 'grow' }), sort, asTable);

  const end = el('div', { class: 'feed-more' });
  const watcher = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more(), { root: host, rootMargin: '600px' });

  async function refresh({ live = false } = {}) {
    const wait = setTimeout(() => { if (!items.length) host.replaceChildren(...Array.from({ length: 6 }, () => el('div', { class: 'skeleton' }))); }, 300);
    try {
      const wanted = live ? Math.min(200, Math.max(PAGE, items.length)) : PAGE;
      const answer = await asked(withQuery('/api/v1/incidents', state.text(), { order, limit: wanted }));
      const before = known;
      items = answer.items;
      next = answer.next;
      known = new Set(items.map((item) => item.id));
      const fresh = live && before.size ? items.filter((item) => !before.has(item.id)).map((item) => item.id) : [];
      draw(new Set(fresh.slice(0, 20)), { keep: live });
      if (order === 'newest') arrivals.take(items);
      else arrivals.look();
    } catch (error) {
      if (!givenUp(error) && !items.length) host.replaceChildren(problem(error));
    } finally {
      clearTimeout(wait);
    }
  }

  async function more() {
    if (!next || loading) return;
    loading = true;
    try {
      const asOf = state.text();
      const answer = await ask(withQuery('/api/v1/incidents', asOf, { order, limit: PAGE, cursor: next }));
      if (asOf !== state.text()) return;
      const added = answer.items.filter((item) => !known.has(item.id));
      added.forEach((item) => known.add(item.id));
      items.push(...added);
      next = answer.next;
      end.before(...added.map((item, place) => row(item, items.length - added.length + place)));
      end.textContent = next ? 'Loading more …' : ending();
    } catch (error) {
      if (!givenUp(error)) end.textContent = `${error.message} Scroll again to try once more.`;
    } finally {
      loading = false;
    }
  }

  const ending = () => (items.length > 3 ? `End: ${count(items.length)} reports` : '');

  function draw(fresh, { keep }) {
    const top = host.scrollTop;
    const chosen = at >= 0 ? host.querySelector('[aria-selected="true"]')?.dataset.id : null;
    watcher.disconnect();
    if (!items.length) {
      host.replaceChildren(nothing(state));
    } else {
      end.textContent = next ? 'Loading more …' : ending();
      host.replaceChildren(...items.map((item, place) => row(item, place, fresh.has(item.id))), end);
      if (next) watcher.observe(end);
    }
    host.scrollTop = keep ? top : 0;
    at = chosen ? items.findIndex((item) => item.id === chosen) : -1;
    mark(false);
    paint();
  }

  function row(item, place, fresh = false) {
    const where = item.near ? `${distance(item.near.distance_m)} from ${item.near.name}` : item.address || (item.lon === null ? 'No place given' : '');
    const node = el('div', {
      class: `item${fresh ? ' fresh' : ''}`, role: 'option', id: `wf-item-${place}`, 'aria-selected': 'false',
      dataset: { id: item.id, fid: String(item.fid) }, on: { click: () => open(items.findIndex((entry) => entry.id === item.id)) },
    },
    el('span', { class: `sev sev-${item.severity}`, title: '' }, el('span', { class: 'sev-letter', text: LETTERS[item.severity] ?? '–' })),
    el('div', { class: 'head' }, el('span', { class: 'title', text: item.title, title: item.title.length > 80 ? item.title : '' }),
      el('time', { class: 'clock', datetime: new Date(item.occurred).toISOString(), title: longTime(item.occurred), text: shortTime(item.occurred, item.time_precision) })),
    el('div', { class: 'meta' }, el('span', { class: 'where', text: [item.type_label, where].filter(Boolean).join(' · ') }),
      code(item.status) > 0 ? el('span', { text: STATUS[code(item.status)].replace('_', ' ') }) : null,
      marking(item.marking)));
    return node;
  }
  const code = (status) => (typeof status === 'number' ? status : Math.max(0, STATUS.indexOf(status)));

  function paint() {
    let fresh = 0;
    const unseen = new Set(items.filter(look.unseen).map((item) => item.id));
    for (const node of host.querySelectorAll('.item')) {
      const isNew = unseen.has(node.dataset.id);
      node.classList.toggle('unseen', isNew);
      fresh += isNew ? 1 : 0;
    }
    seen.hidden = fresh === 0;
    seen.textContent = `unseen ${count(fresh)}${next && fresh === items.length ? '+' : ''}`;
    seen.setAttribute('aria-label', `${fresh} unseen: mark all as seen`);
  }

  function mark(scroll = true) {
    for (const node of host.querySelectorAll('[aria-selected="true"]')) node.setAttribute('aria-selected', 'false');
    const node = byId(`wf-item-${at}`);
    node?.setAttribute('aria-selected', 'true');
    if (node) host.setAttribute('aria-activedescendant', node.id);
    else host.removeAttribute('aria-activedescendant');
    if (scroll) node?.scrollIntoView({ block: 'nearest' });
  }

  function open(place) {
    const item = items[place];
    if (!item) return;
    at = place;
    mark();
    look.open(item.id);
    paint();
    select({ kind: 'incident', fid: item.fid, lon: item.lon, lat: item.lat }, { fly: true });
  }

  host.setAttribute('role', 'listbox');
  host.setAttribute('tabindex', '0');
  host.setAttribute('aria-label', 'Reports');
  refresh();
  return {
    refresh,
    step(by) {
      at = Math.max(0, Math.min(items.length - 1, at + by));
      mark();
      if (at > items.length - 5) more();
    },
    open: () => open(Math.max(at, 0)),
    current: () => items[at] ?? null,
    highlight(fid) {
      at = items.findIndex((item) => item.fid === fid);
      mark();
      if (at >= 0) { look.open(items[at].id); paint(); }
    },
    stop: () => watcher.disconnect(),
  };
}

/** A marking in colour on every line would be a wall of amber: only what must stay in the agency is a chip. */
function marking(text) {
  if (!text || text === 'TLP:CLEAR') return null;
  const [tlp] = text.split(' ');
  const strict = tlp === 'TLP:RED' || tlp === 'TLP:AMBER+STRICT';
  return el('span', { class: strict ? `tlp tlp-${tlp.replace('TLP:', '').replace('+', '-').toLowerCase()}` : '', text: strict ? text : text.replace('TLP:', '') });
}

function nothing(state) {
  const filtered = Boolean(state.text());
  const box = el('div', { class: 'empty' },
    el('p', { class: 'empty-what', text: filtered ? 'No report passes these filters.' : 'No reports yet.' }),
    el('p', { text: filtered ? 'This does not mean all clear: take a filter off, or widen the time.' : 'Reports appear here as they come in. Send one, or import a file of them.' }));
  if (filtered) box.append(el('p', {}, button('Clear all filters', { on: { click: () => state.set({}) } })));
  else if (may('report')) box.append(el('p', {}, el('a', { href: '/reports', text: 'Send a report' })));
  return box;
}

function problem(error) {
  return el('div', { class: 'problem', role: 'alert' }, el('p', { class: 'problem-what', text: error.message }), el('p', { text: error.hint || 'Watchfloor tries again with the next change.' }));
}
