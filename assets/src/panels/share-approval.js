/** What waits for a second person: looked at, then let go or refused, with a word why. */
import { button, el, notify } from './dom.js';
import { ask, givenUp, latest } from './api.js';
import { longTime } from './format.js';
import { refused } from './brief-desk.js';
import { markingOf } from './brief-marks.js';
import { nothing } from './respond-desk.js';
import { kindOf, toWhom } from './share-words.js';

/** Fill the pane. */
export function fillApprovals(host, { count, open }) {
  const asked = latest();
  const list = el('div', { class: 'share-cards' });
  host.replaceChildren(el('div', { class: 'share-head' }, el('h2', { text: 'Waiting for approval' }), el('p', { class: 'muted', text: 'Whoever asked cannot say yes to it.' })), list);

  async function refresh() {
    try {
      const { items, total } = await asked('/api/v1/releases?state=held&limit=100');
      count('waiting', total ?? items.length);
      // What somebody writes stays under the cursor.
      if (list.contains(document.activeElement) && document.activeElement.matches('input')) return;
      list.replaceChildren(...(items.length ? items.map(card) : [nothing('Nothing waits.', 'Where policy asks for a second person, what was asked for stands here until somebody else has said yes or no.')]));
    } catch (error) {
      if (!givenUp(error)) list.replaceChildren(nothing(error.message, error.hint ?? ''));
    }
  }

  function card(one) {
    const note = el('input', { class: 'field', type: 'text', maxlength: '500', placeholder: 'A word why (needed to refuse)', 'aria-label': `Note on release ${one.id}` });
    return el('article', { class: 'share-card' }, el('div', { class: 'share-title' }, el('b', { text: `${kindOf(one)} for ${toWhom(one)}` }), one.marking ? markingOf(one.marking) : null),
      el('p', { class: 'muted', text: [String(one.form ?? '').toUpperCase(), one.by ? `asked by ${one.by}` : '', one.at ? longTime(one.at) : '', Number.isFinite(one.records) ? `${one.records.toLocaleString('en-US')} records` : ''].filter(Boolean).join(' · ') }),
      one.why_held ? el('p', { text: one.why_held }) : null,
      el('p', {}, el('span', { class: 'label', text: 'Purpose ' }), one.purpose ?? ''), one.authority ? el('p', {}, el('span', { class: 'label', text: 'Authority ' }), one.authority) : null,
      one.file ? el('p', {}, el('a', { href: `/api/v1/releases/${one.id}/held`, text: 'Look at the file', download: '' })) : null,
      el('div', { class: 'share-decide' }, note, button('Approve', { class: 'button primary', on: { click: () => settle(one, 'approve', note) } }), button('Refuse', { on: { click: () => settle(one, 'refuse', note) } })));
  }

  async function settle(one, what, note) {
    if (what === 'refuse' && !note.value.trim()) {
      note.focus();
      return notify('Say in a word why it is refused.', { bad: true });
    }
    try {
      await ask(`/api/v1/releases/${one.id}/${what}`, { method: 'POST', body: { note: note.value.trim() } });
      note.blur();
      notify(what === 'approve' ? `Released to ${toWhom(one)}.` : 'Refused; whoever asked sees why.', what === 'approve' ? { action: { label: 'Open the log', run: () => open('log') } } : {});
    } catch (error) {
      refused(error);
    }
    return refresh();
  }

  return { refresh };
}
