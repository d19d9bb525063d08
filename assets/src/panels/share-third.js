/** The third-agency rule: what comes from another agency goes on only when that agency has said yes. */
import { button, el, notify } from './dom.js';
import { ask, givenUp, latest } from './api.js';
import { shortTime } from './format.js';
import { choice, labelled, text } from './alerts-fields.js';
import { refused } from './brief-desk.js';
import { nothing } from './respond-desk.js';
import { nameOf } from './share-words.js';

const STATES = [['asked', 'Asked'], ['granted', 'Granted'], ['denied', 'Denied']];

/** Fill the pane. */
export function fillThird(host, { recipients, agencies }) {
  const asking = latest();
  const list = el('div');
  const form = el('div');
  host.replaceChildren(el('div', { class: 'share-head' }, el('h2', { text: 'Third agency' }), el('p', { class: 'muted', text: 'Until its agency says yes, a record from elsewhere stays here.' }), el('span', { class: 'grow' }), button('Note an answer', { class: 'button primary', on: { click: open } })), form, list);

  async function refresh() {
    try {
      const answer = await asking('/api/v1/third-agency');
      list.replaceChildren(answer.items.length ? el('div', { class: 'share-table' }, el('table', {},
        el('thead', {}, el('tr', {}, ...['Agency', 'Recipient', 'Of', 'Answer', 'Note', 'When'].map((name) => el('th', { scope: 'col', text: name })))),
        el('tbody', {}, ...answer.items.map((one) => el('tr', {}, el('td', { text: one.agency_name || nameOf(one.agency) }), el('td', { text: recipients.find(one.recipient)?.name ?? one.recipient }), el('td', { text: one.incident ? `one report (${String(one.incident).slice(-8)})` : 'all its records' }),
          el('td', {}, el('span', { class: `status third-${one.state}`, text: STATES.find(([code]) => code === one.state)?.[1] ?? one.state })), el('td', { text: one.note ?? '' }), el('td', { text: one.at ? shortTime(one.at) : '' }))))))
        : nothing('No agency was asked yet.', 'Ask it, note the asking here, and its answer when it comes: only “granted” lets a record pass.'));
    } catch (error) {
      if (!givenUp(error)) list.replaceChildren(nothing(error.message, error.hint ?? ''));
    }
  }

  function open() {
    if (form.childElementCount) return form.replaceChildren();
    const given = { agency: agencies[0] ? String(agencies[0].id) : '', recipient: recipients.items()[0]?.key ?? '', state: 'asked', note: '', incident: '' };
    const set = (name) => (value) => { given[name] = value; };
    form.replaceChildren(el('div', { class: 'share-form' }, el('div', { class: 'share-fields' },
      labelled('Agency', choice('Agency', agencies.map((one) => [String(one.id), one.name]), given.agency, set('agency'))),
      labelled('For the recipient', choice('For the recipient', recipients.items().map((one) => [one.key, one.name]), given.recipient, set('recipient'))),
      labelled('Answer', choice('Answer', STATES, given.state, set('state'))),
      labelled('One report only (its id)', text('One report only (its id)', '', { placeholder: 'Empty: everything of that agency' }, set('incident'))),
      labelled('Note', text('Note', '', { placeholder: 'Who said so, when, how' }, set('note')))),
    el('div', { class: 'actions' }, button('Keep it', { class: 'button primary', on: { click: () => save(given) } }), button('Cancel', { on: { click: () => form.replaceChildren() } }))));
    return undefined;
  }

  async function save({ incident, agency, ...given }) {
    try {
      await ask('/api/v1/third-agency', { method: 'POST', body: { ...given, agency: Number(agency), ...(incident.trim() && { incident: incident.trim() }) } });
      form.replaceChildren();
      notify('It is kept in the log.');
      refresh();
    } catch (error) {
      refused(error);
    }
  }

  return { refresh };
}
