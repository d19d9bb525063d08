/** The alerts of the page: those that wait first, one opened with its reason, incidents and deliveries. */
import { button, el, memory, notify } from './dom.js';
import { givenUp, latest } from './api.js';
import { count, may, shortTime } from './format.js';
import { byUrgency, waits } from './alerts-desk.js';
import { severityMark, stateMark } from './alerts-marks.js';
import { alertDetail } from './alerts-detail.js';

const PAGE = 50;

/**
 * Fill the list.
 * @param {HTMLElement} host
 * @param {{desk: object, map: object, area: () => object|null, edit: Function, showAll: Function}} context
 */
export function fillAlerts(host, { desk, map, area, edit, showAll }) {
  const asked = latest();
  let scope = memory.get('alerts.scope', 'open');
  let all = [];
  let items = [];
  let next = null;
  let known = null;
  let at = -1;
  let drawn = '';
  let gone = false;
  let opened = null;

  const title = el('h2', { text: 'Alerts' });
  const total = el('span', { class: 'total grow' });
  const scopes = [['open', 'Waiting'], ['all', 'All']].map(([value, label]) => el('button', { type: 'button', text: label, on: { click: () => { scope = value; memory.set('alerts.scope', value); refresh(); } } }));
  const only = el('div', { class: 'alerts-only', hidden: true });
  const list = el('div', { class: 'feed', role: 'listbox', tabindex: '0', 'aria-label': 'Alerts' });
  const nothing = el('div', { class: 'feed', hidden: true });
  const detail = el('section', { class: 'details', 'aria-label': 'Opened alert' });
  const older = button('Older alerts', { class: 'button quiet', on: { click: () => refresh({ more: true }) } });
  const foot = el('div', { class: 'feed-more', hidden: true }, older);
  host.replaceChildren(el('div', { class: 'side-head' }, title, total, el('div', { class: 'segments alerts-scope', role: 'group', 'aria-label': 'Which alerts' }, ...scopes)), only, list, nothing, foot, detail);

  async function refresh({ more = false } = {}) {
    const address = new URLSearchParams({ limit: String(PAGE), ...(area() && { watch_area: area().id }), ...(scope === 'open' && { state: 'open' }), ...(more && next && { cursor: next }) });
    const wait = setTimeout(() => { if (!known) list.replaceChildren(...Array.from({ length: 5 }, () => el('div', { class: 'skeleton' }))); }, 300);
    try {
      const answer = await asked(`/api/v1/alerts?${address}`);
      if (gone) return;
      all = more ? [...all, ...answer.items] : answer.items;
      take(answer.next ?? null);
    } catch (error) {
      if (gone || givenUp(error)) return;
      if (known) notify(`${error.message} ${error.hint ?? ''}`, { bad: true });
      else drawn = '';
      if (!known) empty(el('p', { class: 'empty-what', text: error.message }), el('p', { text: error.hint || 'Watchfloor tries again with the next change.' }));
    } finally {
      clearTimeout(wait);
    }
  }

  function take(after) {
    const chosen = items[at]?.id;
    const before = known;
    items = all.filter((alert) => !area() || alert.watch_area.id === area().id).sort(byUrgency);
    next = after;
    known = new Set(items.map((alert) => alert.id));
    at = items.findIndex((alert) => alert.id === chosen);
    const now = JSON.stringify([items, next, scope, area()?.id]);
    // A list that moves under the pointer swallows presses.
    if (now !== drawn) draw(before ? items.filter((alert) => !before.has(alert.id)).map((alert) => alert.id) : []);
    drawn = now;
    const wanted = memory.get('alert.show');
    if (wanted) showOne(wanted);
    else if (opened) reopen();
  }

  function draw(fresh) {
    for (const [place, node] of scopes.entries()) node.setAttribute('aria-pressed', String((place === 0) === (scope === 'open')));
    total.textContent = items.length ? `${count(items.length)}${next ? '+' : ''}` : '';
    only.hidden = !area();
    if (area()) only.replaceChildren(el('span', { class: 'grow', text: `Of ${area().name} alone` }), button('All watch areas', { class: 'button quiet', on: { click: showAll } }));
    nothing.hidden = items.length > 0;
    list.hidden = !items.length;
    foot.hidden = !next;
    if (!items.length) list.replaceChildren();
    if (!items.length) return empty(...emptyWords());
    list.replaceChildren(...items.map((alert, place) => row(alert, place, fresh.includes(alert.id))));
    mark(false);
    window.dispatchEvent(new CustomEvent('wf:alerts-listed'));
    return undefined;
  }

  function emptyWords() {
    if (scope === 'open') {
      return [el('p', { class: 'empty-what', text: 'No alert waits for anybody.' }), el('p', { text: 'That is not “all clear”: only watch areas that are active look, each for its own rule.' }),
        el('p', {}, button('Show all alerts', { on: { click: () => scopes[1].click() } }))];
    }
    return [el('p', { class: 'empty-what', text: 'No alert yet.' }), el('p', { text: 'When a watch area finds what its rule asks for, it appears here, on every page, and with those who are told.' })];
  }
  function empty(...words) {
    nothing.hidden = false;
    list.hidden = true;
    nothing.replaceChildren(el('div', { class: 'empty' }, ...words));
  }

  function row(alert, place, fresh) {
    return el('div', {
      class: `item${waits(alert) ? ' unseen' : ''}${fresh ? ' fresh' : ''}`, role: 'option', id: `wf-alert-${place}`, 'aria-selected': 'false', dataset: { alert: alert.id },
      on: { click: () => open(place) },
    },
    severityMark(alert.severity).firstChild,
    el('div', { class: 'head' }, el('span', { class: 'title', text: alert.reason, title: alert.reason.length > 90 ? alert.reason : '' }),
      el('time', { class: 'clock', datetime: alert.at, text: shortTime(alert.at) })),
    el('div', { class: 'meta' }, el('span', { class: 'where', text: alert.watch_area.name }), stateMark(alert.state)));
  }

  function mark(scroll = true) {
    for (const node of list.children) node.setAttribute('aria-selected', String(node.id === `wf-alert-${at}`));
    const node = list.children[at];
    if (node) list.setAttribute('aria-activedescendant', node.id);
    else list.removeAttribute('aria-activedescendant');
    if (node && scroll) node.scrollIntoView({ block: 'nearest' });
  }

  function open(place) {
    if (!items[place]) return;
    at = place;
    opened = items[place];
    mark();
    paintDetail();
    map.ring(opened.incidents);
  }

  /** What is open stays open while the list changes under it. */
  function reopen() {
    const now = items.find((alert) => alert.id === opened.id);
    if (now && JSON.stringify(now) === JSON.stringify(opened)) return;
    opened = now ?? opened;
    paintDetail();
  }

  function paintDetail() {
    detail.classList.toggle('has-selection', opened !== null);
    detail.replaceChildren(...(opened ? [alertDetail(opened, { settle, edit, may: may('triage') })] : []));
  }

  async function settle(alert, what) {
    const now = await desk[what](alert);
    if (now?.id && opened?.id === alert.id) opened = { ...opened, ...now };
    paintDetail();
    await refresh();
  }

  function showOne(id) {
    const place = items.findIndex((alert) => alert.id === id);
    if (place < 0 && scope === 'open') { scope = 'all'; return void refresh(); }
    memory.set('alert.show', null);
    if (place >= 0) open(place);
    return undefined;
  }

  return {
    refresh,
    step(by) {
      at = Math.max(0, Math.min(items.length - 1, at + by));
      mark();
    },
    open: () => open(Math.max(at, 0)),
    current: () => items[at] ?? null,
    opened: () => opened,
    stop: () => { gone = true; },
    acknowledge() {
      const alert = items[at] ?? opened;
      if (!alert || !waits(alert)) return false;
      return void settle(alert, 'acknowledge');
    },
    /** Put the opened alert away; tell whether one was open. */
    shut() {
      if (!opened) return false;
      opened = null;
      paintDetail();
      return true;
    },
  };
}
