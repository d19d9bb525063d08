/** The two columns: each record as you see it, and beside it as they get it, or why they do not. */
import { button, el } from './dom.js';
import { count } from './format.js';
import { markingOf } from './brief-marks.js';
import { sanitise } from './share-sanitise.js';
import { placeText } from './share-words.js';

const NARRATIVE = 280;
const MOST_KEPT = 10;

/** Return what is kept back, by reason. */
export function missingList(missing) {
  if (!missing.length) return el('p', { class: 'note share-none', text: 'Nothing of what you see is kept back.' });
  return el('div', { class: 'share-missing' }, el('h3', { text: 'Kept back, and why' }), ...missing.map(({ reason, total, items }) => el('details', {},
    el('summary', {}, el('b', { text: count(total) }), ` ${reason}`),
    el('ul', {}, ...items.map((one) => el('li', { text: one.title })), total > items.length ? el('li', { class: 'muted', text: `and ${count(total - items.length)} more` }) : null))));
}

/**
 * Return the comparison.
 * @param {object} preview
 * @param {{name: string, sanitisable: boolean}} context
 */
export function comparison({ yours, theirs, missing }, { name, sanitisable }) {
  const got = new Map(theirs.items.map((one) => [one.id, one]));
  const why = new Map(missing.flatMap(({ reason, items }) => items.map((one) => [one.id, reason])));
  const extra = theirs.items.filter((one) => !yours.items.some((mine) => mine.id === one.id));
  // What is kept back or changed is what has to be looked at.
  const weight = (one) => (got.has(one.id) ? (differs(one, got.get(one.id)) ? 1 : 2) : 0);
  const rows = [...yours.items].sort((one, other) => weight(one) - weight(other));
  const seen = new Set(yours.items.map((one) => one.id));
  // What is kept back is what has to be looked at, and may lie beyond the first that are compared.
  const others = missing.flatMap(({ reason, items }) => items.filter((one) => !seen.has(one.id)).slice(0, MOST_KEPT).map((one) => [one, reason]));
  const cut = Math.max(yours.total - yours.items.length, 0);
  return el('div', { class: 'share-compare', role: 'table', 'aria-label': 'What you see and what they get' },
    el('div', { class: 'share-row share-row-head', role: 'row' }, el('h3', { role: 'columnheader', text: 'You see' }), el('h3', { role: 'columnheader', text: `${name} will get` })),
    ...others.map(([one, reason]) => pair(one, null, reason, sanitisable)),
    ...rows.map((one) => pair(one, got.get(one.id), why.get(one.id) ?? 'Not agreed with this recipient', sanitisable)),
    ...extra.map((one) => pair(null, one, '', false)),
    cut ? el('p', { class: 'note', text: `The first ${count(yours.items.length)} are compared; the figures above count all ${count(yours.total)}.` }) : null);
}

function differs(mine, theirs) {
  return mine.title !== theirs.title || (mine.narrative ?? '') !== (theirs.narrative ?? '') || placeText(mine.place) !== placeText(theirs.place) || mine.marking !== theirs.marking;
}

function pair(mine, theirs, reason, sanitisable) {
  const state = !theirs ? 'kept' : mine && differs(mine, theirs) ? 'changed' : 'same';
  return el('div', { class: `share-row share-${state}`, role: 'row' },
    el('div', { role: 'cell', class: 'share-cell' }, ...(mine ? record(mine) : []), mine && sanitisable && (mine.kind ?? 'incident') === 'incident' ? button('Sanitise', { 'aria-label': `Sanitise ${mine.title.slice(0, 60)}`, on: { click: () => sanitise({ id: mine.id }) } }) : null),
    el('div', { role: 'cell', class: 'share-cell' }, ...(theirs ? record(theirs, mine) : [el('p', { class: 'share-why' }, el('b', { text: 'Kept back' }), ` ${reason}`)])));
}

function record(one, other = null) {
  const changed = (name, now) => (other && (other[name] ?? '') !== now ? 'share-other' : null);
  const story = one.narrative ?? '';
  return [el('div', { class: 'share-title' }, el('b', { class: changed('title', one.title), text: one.title || 'Without a title' }), one.marking ? markingOf(one.marking) : null),
    el('div', { class: 'muted' }, one.type ? `${one.type} · ` : '', !one.place ? null : el('span', { class: other && placeText(other.place) !== placeText(one.place) ? 'share-other' : null, text: placeText(one.place) })),
    story ? el('p', { class: changed('narrative', story), text: story.length > NARRATIVE ? `${story.slice(0, NARRATIVE)} …` : story }) : other?.narrative ? el('p', { class: 'share-other', text: 'The story is left out.' }) : null];
}
