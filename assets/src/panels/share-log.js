/** The dissemination log: who got what, when, why and under which authority; recalled, corrected, exported. */
import { button, debounce, el } from './dom.js';
import { ask, givenUp, latest, withQuery } from './api.js';
import { count, may, shortTime } from './format.js';
import { choice } from './alerts-fields.js';
import { markingOf } from './brief-marks.js';
import { nothing } from './respond-desk.js';
import { openRelease } from './share-release.js';
import { kindOf, stateOf, STATES, toWhom } from './share-words.js';

const PAGE = 50;

/** Fill the pane. */
export function fillLog(host, { recipients, asked }) {
  const sought = { q: asked.q ?? '', recipient: '', state: '', from: '', to: '' };
  const asking = latest();
  const list = el('div');
  const detail = el('aside', { class: 'share-detail', 'aria-label': 'One release', hidden: true });
  const foot = el('p', { class: 'pad' });
  const csv = el('a', { class: 'button', text: 'Export for auditors (CSV)', download: '' });
  const soon = debounce(() => refresh(), 250);
  const set = (name) => (value) => { sought[name] = value; soon(); };
  const date = (name, label) => el('input', { class: 'field', type: 'date', 'aria-label': label, title: label, on: { input: ({ target }) => set(name)(target.value) } });
  const who = el('span', { class: 'slot' });
  host.replaceChildren(el('div', { class: 'share-filter' },
    el('input', { class: 'field', type: 'search', value: sought.q, placeholder: 'Purpose, authority, file, who', 'aria-label': 'Search the log', on: { input: ({ target }) => set('q')(target.value.trim()) } }),
    who, choice('State', [['', 'Any state'], ...Object.entries(STATES)], '', set('state')), date('from', 'From'), date('to', 'Until'), el('span', { class: 'grow' }), may('read_audit') ? csv : null),
  el('div', { class: 'share-log' }, el('div', { class: 'share-log-list' }, list, foot), detail));
  let items = [];
  let next = null;
  let at = asked.release ?? null;

  recipients.follow((all) => who.replaceChildren(choice('Recipient', [['', 'Any recipient'], ...all.map((one) => [one.key, one.name])], sought.recipient, set('recipient'))));

  async function refresh({ more = false } = {}) {
    const query = withQuery('/api/v1/releases', '', { ...days(sought), limit: PAGE, cursor: more ? next : '' });
    csv.href = withQuery('/api/v1/releases.csv', '', days(sought));
    try {
      const answer = await asking(query);
      items = more ? [...items, ...answer.items] : answer.items;
      next = answer.next ?? null;
      paint(answer.total ?? items.length);
      if (at) look(at);
    } catch (error) {
      if (!givenUp(error)) list.replaceChildren(nothing(error.message, error.hint ?? ''));
    }
  }

  function paint(total) {
    foot.replaceChildren(...(next ? [button('Show more', { on: { click: () => refresh({ more: true }) } })] : []));
    if (!items.length) return list.replaceChildren(nothing('Nothing is in the log.', 'Whatever leaves, by whichever way, stands here: files, print, e-mail, and what partners ask the interface for.'));
    list.replaceChildren(el('div', { class: 'share-table' }, el('table', {}, el('caption', { text: `${count(total)} ${total === 1 ? 'entry' : 'entries'}` }),
      el('thead', {}, el('tr', {}, ...['When', 'To', 'What', 'Why', 'By', 'Marking', 'State'].map((name) => el('th', { scope: 'col', text: name })))),
      el('tbody', {}, ...items.map((one) => el('tr', { class: one.id === at ? 'chosen' : null, dataset: { release: one.id }, on: { click: () => look(one.id) } },
        el('td', { text: one.at ? shortTime(one.at) : '' }), el('td', {}, el('button', { type: 'button', class: 'link-button', text: toWhom(one), on: { click: () => look(one.id) } })),
        el('td', {}, el('span', { text: kindOf(one) }), el('div', { class: 'muted', text: [String(one.form ?? '').toUpperCase(), Number.isFinite(one.records) ? `${count(one.records)} records` : ''].filter(Boolean).join(' · ') })),
        el('td', { text: one.purpose ?? '' }), el('td', { text: one.by ?? '' }), el('td', {}, one.marking ? markingOf(one.marking) : ''), el('td', {}, stateOf(one.state))))))));
    return undefined;
  }

  async function look(id) {
    at = id;
    for (const node of list.querySelectorAll('tr')) node.classList.toggle('chosen', node.dataset.release === String(id));
    try {
      const release = await ask(`/api/v1/releases/${encodeURIComponent(id)}`);
      if (at !== id) return;
      detail.hidden = false;
      detail.replaceChildren(...openRelease(release, { changed: () => refresh(), close: () => { at = null; detail.hidden = true; detail.replaceChildren(); } }));
    } catch (error) {
      detail.hidden = false;
      detail.replaceChildren(nothing(error.message, error.hint ?? ''));
    }
  }

  return { refresh };
}

/** A day ends with its last moment. */
function days({ from, to, ...rest }) {
  return { ...rest, ...(from && { from: `${from}T00:00:00Z` }), ...(to && { to: `${to}T23:59:59Z` }) };
}
