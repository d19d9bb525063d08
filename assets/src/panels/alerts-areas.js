/** The watch areas at the left: what each watches, whether it does so now, and how well it keeps its budget. */
import { button, el, notify } from './dom.js';
import { ask } from './api.js';
import { count, may, shortTime } from './format.js';
import { BY_CHANCE } from './alerts-rule.js';
import { budgetText, filterText, geographyText, rateText, ruleText } from './alerts-words.js';

const UNDO_S = 8;
const DAY_MS = 86_400_000;

/**
 * Fill the list of watch areas.
 * @param {HTMLElement} host
 * @param {{words: object, places: object, choose: Function, edit: Function, changed: Function}} context
 */
export function fillAreas(host, { words, places, choose, edit, changed }) {
  let areas = [];
  let last = new Map();
  let chosen = null;
  let drawn = '';
  const going = new Map();
  const total = el('span', { class: 'total' });
  const make = may('triage') ? button('New watch area', { class: 'button primary', title: 'n', on: { click: () => edit(null) } }) : null;
  const list = el('ul', { class: 'watch-areas' });
  host.replaceChildren(el('div', { class: 'side-head' }, el('h2', { text: 'Watch areas' }), total, make), list);

  async function refresh() {
    try {
      const [answer, recent] = await Promise.all([ask('/api/v1/watch-areas'), ask('/api/v1/alerts?limit=200')]);
      areas = answer.items;
      last = new Map(recent.items.toReversed().map((alert) => [alert.watch_area.id, alert.at]));
      if (draw()) changed(visible());
    } catch (error) {
      drawn = '';
      list.replaceChildren(el('li', { class: 'problem', role: 'alert' }, el('p', { class: 'problem-what', text: error.message }), el('p', { text: error.hint || 'Watchfloor tries again with the next change.' })));
    }
  }
  const visible = () => areas.filter((area) => !going.has(area.id));

  function draw() {
    const shown = visible();
    // Drawn anew only if something is different to read: a list that moves under the pointer swallows presses.
    const now = JSON.stringify([chosen, shown.map((area) => [area.id, area.revision, area.may_change, ratesText(area), lastText(area)])]);
    if (now === drawn) return false;
    drawn = now;
    total.textContent = shown.length ? count(shown.length) : '';
    if (!shown.length) {
      list.replaceChildren(el('li', { class: 'empty' }, el('p', { class: 'empty-what', text: 'Nothing is being watched.' }),
        el('p', { text: 'A watch area is a place, a filter and a rule: it tells you, and whom you choose, when something there asks for a look.' }),
        make ? el('p', { text: 'Press “New watch area”, or “Watch this area” on the Watch page with a shape drawn.' }) : el('p', { text: 'Your role looks at alerts. A watch officer makes the watch areas.' })));
      return true;
    }
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    list.replaceChildren(...shown.map(row));
    if (focused) list.querySelector(`[data-key="${focused}"]`)?.focus();
    return true;
  }

  function row(area) {
    const isChosen = chosen === area.id;
    const where = el('div', { class: 'row-sub', text: geographyText(area.geography) });
    places.name(area.geography).then((name) => { where.textContent = geographyText(area.geography, name); });
    const rule = el('div', { text: ruleText(area.rule, words) });
    if (area.rule.kind === 'linked_site') places.site(area.rule.site).then((site) => { rule.textContent = ruleText(area.rule, words, () => site?.name ?? 'a site that is gone'); });
    return el('li', { class: `watch-area${isChosen ? ' chosen' : ''}${area.active ? '' : ' paused'}` },
      el('button', { type: 'button', class: 'watch-area-what', 'aria-pressed': String(isChosen), dataset: { key: `what-${area.id}` }, on: { click: () => pick(isChosen ? null : area.id) } },
        el('div', { class: 'watch-area-name' }, el('b', { text: area.name }), el('span', { class: 'status', text: area.active ? 'Active' : 'Paused' })),
        rule, where,
        area.filter ? el('div', { class: 'row-sub', text: filterText(area.filter, words) }) : null,
        el('div', { class: 'row-sub' }, rates(area)),
        el('div', { class: 'row-sub', text: lastText(area) })),
      isChosen ? actions(area) : null);
  }

  function lastText(area) {
    if (last.has(area.id)) return `Last alert ${shortTime(last.get(area.id))}`;
    return area.rate?.seen ? `${count(area.rate.seen)} alerts, none lately` : 'No alert yet';
  }

  function actions(area) {
    if (area.may_change === false || !may('triage')) return el('div', { class: 'watch-area-do' }, button('Look at it', { on: { click: () => edit(area) } }));
    return el('div', { class: 'watch-area-do' },
      button('Edit', { dataset: { key: `edit-${area.id}` }, on: { click: () => edit(area) } }),
      button(area.active ? 'Pause' : 'Resume', { dataset: { key: `pause-${area.id}` }, on: { click: () => setActive(area) } }),
      button('Delete', { on: { click: () => remove(area) } }));
  }

  function pick(id) {
    chosen = id;
    draw();
    choose(visible().find((area) => area.id === id) ?? null);
  }

  async function setActive(area) {
    try {
      await ask(`/api/v1/watch-areas/${area.id}`, { method: 'PATCH', body: { revision: area.revision, active: !area.active } });
      notify(area.active ? `Paused: ${area.name.slice(0, 80)}. It looks at nothing until it is resumed.` : `Resumed: ${area.name.slice(0, 80)}`);
    } catch (error) {
      notify(error.status === 409 ? 'Somebody changed this watch area first. It is shown as it is now.' : `${error.message} ${error.hint ?? ''}`, { bad: true });
    }
    await refresh();
  }

  /** Gone from the screen at once, from the server when the time to undo is over. */
  function remove(area) {
    const timer = setTimeout(() => send(area.id), UNDO_S * 1000);
    going.set(area.id, timer);
    if (chosen === area.id) pick(null);
    else draw();
    changed(visible());
    notify(`Deleted: ${area.name.slice(0, 80)}`, { seconds: UNDO_S, action: { label: 'Undo', run: () => {
      clearTimeout(timer);
      going.delete(area.id);
      draw();
      changed(visible());
    } } });
  }

  async function send(id, { leaving = false } = {}) {
    clearTimeout(going.get(id));
    try {
      // keepalive: somebody who leaves the page within the time to undo has still deleted it.
      const answer = await fetch(`/api/v1/watch-areas/${id}`, { method: 'DELETE', credentials: 'same-origin', keepalive: true });
      if (!answer.ok && answer.status !== 404) throw new Error((await answer.json().catch(() => ({}))).message ?? `The server answered ${answer.status}.`);
    } catch (error) {
      notify(`The watch area was not deleted: ${error.message}`, { bad: true });
    }
    going.delete(id);
    if (!leaving) await refresh();
  }
  const flush = () => [...going.keys()].forEach((id) => send(id, { leaving: true }));
  window.addEventListener('pagehide', flush);

  return {
    refresh, pick,
    all: visible,
    find: (id) => areas.find((area) => area.id === id) ?? null,
    chosen: () => visible().find((area) => area.id === chosen) ?? null,
    stop() {
      window.removeEventListener('pagehide', flush);
      flush();
    },
  };
}

/** Return the rates in words, and whether the budget is overrun. */
function ratesText(area) {
  const { expected_per_day: expected, seen_per_day: perDay, seen = 0, since } = area.rate ?? {};
  const chance = BY_CHANCE.has(area.rule.kind);
  // Of less than a day nothing can be said per day.
  const young = !since || Date.now() - Date.parse(since) < DAY_MS;
  const saw = young ? `${count(seen)} so far` : rateText(perDay, expected);
  const over = Boolean(chance && area.budget && !young && seen > 2 && perDay > (area.budget.alarms * 24) / area.budget.hours);
  const known = `${chance ? 'false ones ' : ''}expected: ${rateText(expected, young ? expected : perDay)}`;
  return [`Alerts seen: ${saw} · ${Number.isFinite(expected) ? known : 'expected: not known'}`, over];
}

function rates(area) {
  const [text, over] = ratesText(area);
  return el('span', { title: [budgetText(area.budget), area.rate?.note].filter(Boolean).join('. ') }, text,
    over ? el('span', { class: 'late', text: 'over its budget' }) : null,
    !Number.isFinite(area.rate?.expected_per_day) && area.rate?.note ? `. ${area.rate.note}` : null);
}
