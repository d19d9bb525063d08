/** Every number opens: in the words, and down to the records behind it and what became of them since. */
import { button, el } from './dom.js';
import { givenUp, latest } from './api.js';
import { count, moment } from './format.js';

const STATES = { same: 'unchanged', changed: 'changed since', gone: 'gone', corrected: 'corrected since' };

/** Return a text as nodes in which each number that a figure holds is a button. */
export function opened(text, figures, open) {
  const byText = new Map(figures.map((figure) => [written(figure.value), figure]));
  const known = [...byText.keys()].filter((value) => /\d/.test(value));
  if (!open || !known.length) return [text];
  // A number inside another one is not that number.
  const pattern = new RegExp(`(?<![\\d.,])(${known.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})(?![\\d]|[.,]\\d)`);
  return text.split(pattern).filter(Boolean).map((piece) => {
    const figure = byText.get(piece);
    return figure ? el('button', { type: 'button', class: 'number-open', text: piece, title: `${figure.label}: open what is behind it`, on: { click: () => open(figure.key) } }) : piece;
  });
}

const written = (value) => (typeof value === 'number' ? count(value) : String(value ?? ''));

/**
 * Fill the pane with the numbers of a page.
 * @param {HTMLElement} host
 * @param {{id: () => string}} context
 */
export function fillNumbers(host, { id }) {
  const asked = latest();
  let page = null;
  let at = null;

  function show(next) {
    if (page?.id !== next?.id) at = null;
    page = next;
    if (!at) list();
  }

  function list() {
    const figures = page?.figures ?? [];
    if (!figures.length) {
      host.replaceChildren(el('div', { class: 'empty' }, el('p', { class: 'empty-what', text: 'This page has no numbers.' }), el('p', { text: 'Numbers that come from the data are listed here, each with what stands behind it.' })));
      return;
    }
    host.replaceChildren(el('ul', { class: 'brief-rows' }, ...figures.map((figure) => el('li', {}, el('button', { type: 'button', class: 'brief-row', on: { click: () => open(figure.key) } },
      el('span', { class: 'brief-number', text: written(figure.value) }), el('span', { class: 'what', text: figure.label }),
      el('span', { class: 'muted', text: [figure.unit, Number.isFinite(figure.records) ? `${count(figure.records)} ${figure.records === 1 ? 'record' : 'records'}` : ''].filter(Boolean).join(' · ') }))))));
  }

  async function open(key) {
    const figure = (page?.figures ?? []).find((one) => one.key === key);
    if (!figure) return;
    at = key;
    host.replaceChildren(back(), el('div', { class: 'skeleton' }), el('div', { class: 'skeleton' }));
    try {
      const found = await asked(`/api/v1/briefs/${id()}/figures/${encodeURIComponent(key)}`);
      if (at === key) paint(figure, found);
    } catch (error) {
      if (!givenUp(error) && at === key) host.replaceChildren(back(), el('p', { class: 'problem', text: `${error.message} ${error.hint ?? ''}` }));
    }
  }

  function paint(figure, found) {
    const then = Date.parse(found.at ?? figure.at);
    const moved = found.now !== null && found.now !== undefined && String(found.now) !== String(found.value);
    const order = ['gone', 'corrected', 'changed', 'same'];
    const records = [...(found.records ?? [])].sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
    host.replaceChildren(back(),
      el('section', { class: 'part' }, el('h3', { text: figure.label }),
        el('div', { class: 'brief-then' },
          el('div', {}, el('b', { text: written(found.value ?? figure.value) }), el('span', { class: 'muted', text: Number.isNaN(then) ? 'then' : moment(then) })),
          found.now === null || found.now === undefined ? null : el('div', { class: moved ? 'moved' : '' }, el('b', { text: written(found.now) }), el('span', { class: 'muted', text: moved ? 'now: it has changed' : 'now: the same' }))),
        el('dl', { class: 'facts' }, el('div', { class: 'fact' }, el('dt', { text: 'Asked of the data' }), el('dd', { class: 'mono', text: (found.query ?? figure.query) || 'everything' })))),
      el('section', { class: 'part' }, el('h3', {}, 'Records behind it', el('span', { class: 'count', text: count(found.total ?? records.length) })),
        records.length ? el('ul', { class: 'brief-rows' }, ...records.map(record)) : el('p', { class: 'note', text: 'None that you may see, or the number counts none.' }),
        found.total > records.length ? el('p', { class: 'note', text: `The first ${count(records.length)} of ${count(found.total)}.` }) : null));
  }

  function record(one) {
    return el('li', { class: `brief-record ${one.state === 'same' ? '' : 'changed'}` }, el('span', { class: 'what', text: one.title || 'A record that is gone or not yours to see' }),
      el('span', { class: 'status', text: STATES[one.state] ?? one.state }));
  }

  function back() {
    return el('div', { class: 'pad' }, button('All numbers of this page', { class: 'button quiet', on: { click: () => { at = null; list(); } } }));
  }

  return { show, open };
}
