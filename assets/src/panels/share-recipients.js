/** Who may be given something, what is agreed with them, and until when. */
import { button, el, notify } from './dom.js';
import { ask } from './api.js';
import { may } from './format.js';
import { markingOf } from './brief-marks.js';
import { refused } from './brief-desk.js';
import { nothing } from './respond-desk.js';
import { recipientForm } from './share-recipient-form.js';
import { MARKINGS, RECIPIENT_KINDS, STORES } from './share-words.js';

const WORDS = Object.fromEntries([...RECIPIENT_KINDS, ...STORES]);
const LABELS = Object.fromEntries(MARKINGS);

/** What waits for a second person, in a few words. */
function approvalText({ always = false, above = null, law_enforcement: police = false, forms = [] } = {}) {
  if (always) return 'Always';
  const parts = [above && `marked ${LABELS[above] ?? above} or higher`, police && 'law-enforcement sensitive', forms.length && forms.map((form) => form.toUpperCase()).join(', ')].filter(Boolean);
  return parts.length ? `For what is ${parts.join('; ')}` : 'Never';
}
/** Keep the list of recipients for all parts of the page. */
export function createRecipients() {
  const followers = new Set();
  let items = null;
  return {
    items: () => items ?? [],
    known: () => items !== null,
    find: (key) => (items ?? []).find((one) => one.key === key) ?? null,
    follow: (run) => followers.add(run),
    async refresh() {
      try {
        items = (await ask('/api/v1/recipients')).items;
      } catch (error) {
        refused(error);
        items ??= [];
      }
      for (const run of followers) run(items);
    },
  };
}

/** Fill the pane. */
export function fillRecipients(host, { recipients }) {
  const list = el('div');
  const form = el('div');
  host.replaceChildren(el('div', { class: 'share-head' }, el('h2', { text: 'Recipients' }), el('p', { class: 'muted', text: 'Whatever is not agreed with a recipient stays here.' }), el('span', { class: 'grow' }),
    may('administer') ? button('New recipient', { class: 'button primary', on: { click: () => edit(null) } }) : null), form, list);
  recipients.follow(paint);

  function paint() {
    const items = recipients.items();
    list.replaceChildren(items.length ? el('div', { class: 'share-table' }, el('table', {},
      el('thead', {}, el('tr', {}, ...['Recipient', 'Up to', 'Stores', 'Law enforcement', 'Agreement', 'Second person', 'Told by', ''].map((name) => el('th', { scope: 'col', text: name })))),
      el('tbody', {}, ...items.map(row)))) : nothing('Nobody may be given anything yet.', 'Add an agency, a person or the public, and say what is agreed with them.'));
  }

  function row(one) {
    const ended = one.ended || (one.until && Date.parse(one.until) < Date.now());
    return el('tr', { class: ended ? 'off' : null },
      el('td', {}, el('b', { text: one.name }), el('div', { class: 'muted', text: [WORDS[one.kind] ?? one.kind, one.contact].filter(Boolean).join(' · ') })),
      el('td', {}, markingOf(one.marking)), el('td', { text: (one.stores ?? []).map((code) => WORDS[code] ?? code).join(', ') || 'none' }),
      el('td', { text: one.law_enforcement ? 'Yes' : 'No' }),
      el('td', {}, one.agreement ? el('div', { text: one.agreement }) : null, el('span', { class: one.agreement ? 'muted' : null, text: one.ended ? 'Ended' : one.until ? `${ended ? 'Ended' : 'Until'} ${String(one.until).slice(0, 10)}` : 'Without an end' })),
      el('td', { text: approvalText(one.approval) }), el('td', { text: (one.channels ?? []).map((channel) => channel.address).join(', ') || 'nobody: a recall reaches them by hand' }),
      el('td', {}, may('administer') ? button('Change', { 'aria-label': `Change ${one.name}`, on: { click: () => edit(one) } }) : null));
  }

  function edit(one) {
    form.replaceChildren(recipientForm(one, { save, close: () => form.replaceChildren() }));
    form.querySelector('input')?.focus();
  }

  async function save(one, body) {
    try {
      if (one) await ask(`/api/v1/recipients/${encodeURIComponent(one.key)}`, { method: 'PATCH', body });
      else await ask('/api/v1/recipients', { method: 'POST', body });
      form.replaceChildren();
      notify('The recipient is saved.');
      recipients.refresh();
    } catch (error) {
      refused(error);
    }
  }

  return { refresh: () => recipients.refresh() };
}
