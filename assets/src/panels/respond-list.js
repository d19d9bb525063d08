/** Households in order of need, with the count of people unaccounted for above them. */
import { button, debounce, el } from './dom.js';
import { givenUp, latest } from './api.js';
import { count } from './format.js';
import { choice } from './alerts-fields.js';
import { nothing } from './respond-desk.js';
import { contact, named, people, STATUSES, urgencyMark, water, withoutPoints } from './respond-words.js';

const PAGE = 200;
/** The most that one question brings. */
const MOST = 500;
const ALL = [['', 'Waiting'], ['all', 'Everybody'], ...STATUSES];

/**
 * Fill the list.
 * @param {HTMLElement} host
 * @param {{choose: (id: string) => void, listed: (items: object[]) => void}} context
 */
export function fillHouseholds(host, { choose, listed }) {
  const asked = latest();
  const filter = { status: '', q: '', due: false, cut: false };
  let all = null;
  let items = [];
  let next = null;
  let chosen = null;
  let at = -1;
  let drawn = '';
  let gone = false;
  let replaying = false;

  const number = el('b', { class: 'unaccounted-number', text: '–' });
  const range = el('span', { class: 'unaccounted-range' });
  const why = el('div', { class: 'unaccounted-why', id: 'wf-unaccounted-why', hidden: true });
  const figure = el('button', { type: 'button', class: 'unaccounted', 'aria-expanded': 'false', 'aria-controls': 'wf-unaccounted-why', on: { click: () => {
    why.hidden = !why.hidden;
    figure.setAttribute('aria-expanded', String(!why.hidden));
  } } }, number, el('span', { class: 'unaccounted-what', text: 'people unaccounted for' }), range);
  const words = el('input', { class: 'field', type: 'search', maxlength: '200', placeholder: 'Name, number, place, phone', 'aria-label': 'Search households', on: { input: debounce(() => { filter.q = words.value.trim(); refresh(); }, 250) } });
  const flag = (name, label) => button(label, { 'aria-pressed': 'false', on: { click: ({ currentTarget }) => { filter[name] = !filter[name]; currentTarget.setAttribute('aria-pressed', String(filter[name])); refresh(); } } });
  const list = el('div', { class: 'feed respond-list', role: 'listbox', tabindex: '0', 'aria-label': 'Households by priority' });
  const empty = el('div', { class: 'feed', hidden: true });
  const more = el('div', { class: 'feed-more', hidden: true }, button('More households', { class: 'button quiet', on: { click: () => refresh({ more: true }) } }));
  const total = el('span', { class: 'total' });
  const filters = el('div', { class: 'respond-filters' }, el('div', { class: 'respond-filter-row' }, words, total), el('div', { class: 'respond-filter-row' }, choice('Status', ALL, '', (value) => { filter.status = value; refresh(); }), flag('due', 'Follow-up due'), flag('cut_off', 'Cut off')));
  host.replaceChildren(
    el('div', { class: 'respond-count' }, figure, el('a', { class: 'button primary', href: '/call', target: '_blank', rel: 'noopener', text: 'New call' })), why,
    filters, list, empty, more);

  async function refresh({ more: further = false } = {}) {
    if (replaying) return;
    // Whoever has asked for more keeps it when the list is asked again.
    const held = Math.min(MOST, Math.max(PAGE, further ? PAGE : all?.length ?? 0));
    const address = new URLSearchParams({ limit: String(held), ...(filter.status && { status: filter.status }), ...(filter.q && { q: filter.q }), ...(filter.due && { due: 'true' }), ...(filter.cut_off && { cut_off: 'true' }), ...(further && next && { cursor: next }) });
    const wait = setTimeout(() => { if (!all) list.replaceChildren(...Array.from({ length: 6 }, () => el('div', { class: 'skeleton' }))); }, 300);
    try {
      const answer = await asked(`/api/v1/households?${address}`);
      if (gone || replaying) return;
      all = further ? [...all, ...answer.items] : answer.items;
      next = answer.next ?? null;
      say(answer.summary.unaccounted);
      take(answer.total);
    } catch (error) {
      if (gone || givenUp(error) || all) return;
      say(null);
      show(nothing(error.message, error.hint || 'Watchfloor tries again with the next change.'));
    } finally {
      clearTimeout(wait);
    }
  }

  function say(sum) {
    number.textContent = sum ? count(sum.people) : '–';
    if (!sum) return;
    range.textContent = sum.low === sum.high ? '' : `${count(sum.low)} to ${count(sum.high)}`;
    const line = (n, text) => el('li', {}, el('b', { text: count(n) }), ` ${text}`);
    why.replaceChildren(el('ul', {},
      line(sum.high, 'if every household that waits is counted by itself'),
      line(sum.people, `if the ${count(sum.possible_duplicates)} likely duplicates are the same people`),
      line(sum.low, 'if only households that somebody has verified are counted'),
      line(sum.unverified_calls, 'calls nobody has verified yet'),
      line(sum.households, 'households wait')),
    el('p', { class: 'muted', text: 'People nobody has called about are in none of these.' }));
  }

  function take(whole) {
    items = all;
    at = items.findIndex((one) => one.id === chosen);
    total.textContent = count(whole);
    more.hidden = !next;
    const now = JSON.stringify(items.map((one) => [one.id, one.revision, one.priority, one.clock, one.follow_up_due, one.cut_off, one.status, one.name]));
    if (now !== drawn || !items.length) draw();
    drawn = now;
    listed(items);
  }

  function draw() {
    if (!items.length) {
      const narrowed = filter.q || filter.status || filter.due || filter.cut_off;
      show(narrowed ? nothing('No household fits these filters.', 'Take a filter away, or search for fewer words.')
        : nothing('Nobody is waiting for help.', 'Press “New call” when somebody calls, or import a list of calls. That is not “all clear”: whoever cannot call is not here.'));
      return;
    }
    list.hidden = false;
    empty.hidden = true;
    list.replaceChildren(...items.map(row));
    mark(false);
  }

  function show(node) {
    list.hidden = true;
    list.replaceChildren();
    empty.hidden = false;
    empty.replaceChildren(node);
  }

  function row(one, place) {
    const dry = one.clock.water_hours_left !== null && one.clock.water_hours_left <= 12;
    return el('div', { class: `item${one.open ? '' : ' closed'}`, role: 'option', id: `wf-household-${place}`, 'aria-selected': 'false', dataset: { household: one.id, wfMarking: one.marking }, on: { click: () => pick(place) } },
      urgencyMark(one.priority.score),
      el('div', { class: 'head' }, el('span', { class: 'title', text: one.name, title: one.name.length > 60 ? one.name : '' }), el('span', { class: 'clock', text: people(one.people_count) })),
      el('div', { class: 'respond-why', text: one.priority.reasons.slice(0, 3).map(withoutPoints).join(' · ') || 'Nothing urgent is known' }),
      el('div', { class: 'meta' }, el('span', { class: dry ? 'dry' : '', text: water(one.clock) }), el('span', { text: contact(one.clock) })),
      el('div', { class: 'meta' }, el('span', { class: 'mono', text: one.number }), el('span', { class: 'status', text: named(STATUSES, one.status) }),
        one.follow_up_due && el('span', { class: 'status due', text: 'Follow-up due' }), one.cut_off && el('span', { class: 'status due', text: 'Cut off' }), one.place.lon === null && el('span', { class: 'status', text: 'No place' })));
  }

  function mark(scroll = true) {
    for (const node of list.children) node.setAttribute('aria-selected', String(node.id === `wf-household-${at}`));
    const node = list.children[at];
    if (node) list.setAttribute('aria-activedescendant', node.id);
    else list.removeAttribute('aria-activedescendant');
    if (node && scroll) node.scrollIntoView({ block: 'nearest' });
  }

  function pick(place) {
    if (!items[place]) return;
    at = place;
    chosen = items[place].id;
    mark();
    choose(chosen);
  }

  return {
    refresh,
    items: () => items,
    step(by) {
      if (!items.length) return;
      at = Math.min(items.length - 1, Math.max(0, at + by));
      mark();
      list.focus({ preventScroll: true });
    },
    open: () => pick(Math.max(0, at)),
    current: () => items[at] ?? null,
    /** Mark a household that was chosen elsewhere. */
    point(id) {
      chosen = id;
      at = items.findIndex((one) => one.id === id);
      mark();
    },
    /** Show the list as it stood at a time; null goes back to now. */
    replay(then) {
      const began = !replaying && then !== null;
      replaying = then !== null;
      filters.inert = replaying;
      figure.disabled = replaying;
      if (began) why.hidden = true;
      if (!replaying) return void refresh();
      next = null;
      all = then.households.filter((one) => one.open);
      number.textContent = count(then.people);
      range.textContent = 'at that time';
      return void take(all.length);
    },
    stop: () => { gone = true; },
  };
}
