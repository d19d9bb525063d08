/** All briefs: which say something that is no longer so, which went out, and the way to a new one. */
import { IDS } from './ids.js';
import { button, byId, el, icon, throttle } from './dom.js';
import { ask, givenUp, latest } from './api.js';
import { count, longTime, may, moment } from './format.js';
import { highestMarking, markingOf } from './brief-marks.js';
import { visit } from './brief-desk.js';
import { newBrief } from './brief-new.js';
import { fillSchedules } from './brief-schedules.js';
import { nothing } from './respond-desk.js';

/** List the briefs. */
export function listBriefs({ marked, words }) {
  const host = byId(IDS.briefList);
  const asked = latest();
  const list = el('div', { class: 'brief-items' });
  const stop = new AbortController();
  let items = [];
  let templates = [];
  let at = -1;
  let only = false;

  const stale = el('button', { type: 'button', class: 'button', text: 'Only those that have changed since', 'aria-pressed': 'false', on: { click: () => { only = !only; stale.setAttribute('aria-pressed', String(only)); paint(); } } });
  const field = el('input', { class: 'field', type: 'search', placeholder: 'Find a brief', 'aria-label': 'Find a brief', on: { input: paint } });
  const make = () => newBrief({ templates, briefs: items, made: (brief) => visit(`/brief/${brief.id}`) });
  const schedules = el('section', { class: 'brief-schedules', 'aria-label': 'Schedules' });
  host.replaceChildren(el('div', { class: 'brief-list-main' },
    el('div', { class: 'brief-list-head' }, el('h2', { text: 'Briefs' }), el('span', { class: 'grow' }), field, stale, may('share_view') ? button('New brief', { class: 'button primary', title: 'n', on: { click: make } }) : null), list), schedules);
  const plan = fillSchedules(schedules, { templates: () => templates, words });

  async function refresh() {
    try {
      const [found, kinds] = await Promise.all([asked('/api/v1/briefs'), templates.length ? { items: templates } : ask('/api/v1/briefs/templates')]);
      items = found.items;
      templates = Array.isArray(kinds) ? kinds : kinds.items;
      marked(highestMarking(items.map((one) => one.marking)));
      paint();
      plan.named();
    } catch (error) {
      if (!givenUp(error)) list.replaceChildren(nothing(error.message, error.hint ?? ''));
    }
  }

  function paint() {
    const sought = field.value.trim().toLowerCase();
    const shown = items.filter((one) => (!only || one.stale) && one.title.toLowerCase().includes(sought));
    // An empty list is none: what stands there then is no item of it.
    if (shown.length) list.setAttribute('role', 'list');
    else list.removeAttribute('role');
    if (!shown.length) {
      list.replaceChildren(items.length ? nothing('No brief is like that.', 'Change what is sought above.')
        : nothing('No brief yet.', 'Make one from a template, or start an empty one and add what the Watch page shows with b.'));
      return;
    }
    list.replaceChildren(...shown.map(row));
    mark();
  }

  function row(brief) {
    const template = templates.find((one) => one.key === brief.template)?.title;
    return el('div', { class: 'brief-entry', role: 'listitem' }, el('a', { href: `/brief/${brief.id}`, on: { click: (event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); visit(`/brief/${brief.id}`); } } } },
      el('div', { class: 'brief-entry-head' }, el('b', { text: brief.title }), markingOf(brief.marking)),
      el('div', { class: 'muted' }, [template, `${count(brief.pages)} ${brief.pages === 1 ? 'page' : 'pages'}`, brief.by, longTime(brief.made_at), brief.shared ? 'shared' : 'yours alone'].filter(Boolean).join(' · ')),
      el('div', { class: 'brief-entry-marks' },
        brief.frozen_at ? el('span', { class: 'status', text: `Frozen ${moment(Date.parse(brief.frozen_at))}` }) : el('span', { class: 'status', text: 'Being written' }),
        brief.stale ? el('span', { class: 'stale-mark' }, icon('bell'), `${count(brief.stale)} ${brief.stale === 1 ? 'page has' : 'pages have'} changed since`) : null)));
  }

  function mark() {
    for (const [place, node] of [...list.children].entries()) node.classList.toggle('chosen', place === at);
    list.children[at]?.scrollIntoView({ block: 'nearest' });
  }

  const look = throttle(refresh, 5000);
  refresh();
  return {
    make: () => (may('share_view') ? void make() : false),
    listed: () => ({ step(by) { at = Math.max(0, Math.min(list.children.length - 1, at + by)); mark(); }, open: () => list.children[Math.max(0, at)]?.querySelector('a')?.click(), current: () => null }),
    changed: () => !stop.signal.aborted && look(),
    stop: () => stop.abort(),
  };
}
