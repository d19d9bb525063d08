/** What changed since the brief before: new, closed, moved, grown, shrunk; computed, not remembered. */
import { el } from './dom.js';
import { givenUp, latest } from './api.js';
import { count, moment } from './format.js';
import { nothing } from './respond-desk.js';

const GROUPS = [['new', 'New'], ['closed', 'Closed'], ['moved', 'Moved'], ['grown', 'Grown'], ['shrunk', 'Shrunk']];
const SHOWN = 40;

/**
 * Fill the pane.
 * @param {HTMLElement} host
 * @param {{desk: object}} context
 */
export function fillSince(host, { desk }) {
  const asked = latest();

  async function refresh() {
    if (!host.childElementCount) host.replaceChildren(el('div', { class: 'skeleton' }), el('div', { class: 'skeleton' }));
    try {
      paint(await asked(`${desk.address}/deltas`));
    } catch (error) {
      if (!givenUp(error)) host.replaceChildren(nothing(error.message, error.hint ?? ''));
    }
  }

  function paint(deltas) {
    const since = deltas.since ?? desk.brief()?.since;
    const at = Date.parse(since?.at ?? since?.made_at ?? since);
    const head = el('p', { class: 'note pad', text: Number.isNaN(at) ? 'Since the brief before this one.' : `Since ${moment(at)}.` });
    const groups = GROUPS.map(([name, label]) => [label, deltas[name] ?? [], deltas.counts?.[name] ?? deltas[name]?.length ?? 0]);
    if (groups.every(([, , n]) => !n)) return host.replaceChildren(nothing('Nothing has changed since the last brief.', 'That is what the records say; reports that came late would show here.'));
    host.replaceChildren(head, el('div', { class: 'brief-counts' }, ...groups.map(([label, , n]) => el('div', {}, el('b', { text: count(n) }), el('span', { text: label })))),
      ...groups.filter(([, items]) => items.length).map(([label, items, n]) => el('section', { class: 'part' }, el('h3', {}, label, el('span', { class: 'count', text: count(n) })),
        el('ul', { class: 'brief-rows' }, ...items.slice(0, SHOWN).map((one) => el('li', { class: 'brief-record' }, el('span', { class: 'what', text: one.title }), el('span', { class: 'muted', text: one.what })))),
        n > Math.min(items.length, SHOWN) ? el('p', { class: 'note', text: `and ${count(n - Math.min(items.length, SHOWN))} more` }) : null)));
    return undefined;
  }

  return { refresh };
}
