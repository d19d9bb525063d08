/** The form of a recipient: what is agreed, until when, who has to say yes, and how they are told. */
import { button, el } from './dom.js';
import { choice, labelled, number, text, tick } from './alerts-fields.js';
import { MARKINGS, RECIPIENT_KINDS, STORES } from './share-words.js';

const NEW = { key: '', name: '', kind: 'agency', clearance: 'clear', law_enforcement: false, stores: ['open'], until: null, agreement: '', contact: '', channels: [], approval: { always: true } };

/**
 * Return the form.
 * @param {object|null} one  null makes a new recipient
 * @param {{save: (one: object|null, body: object) => void, close: () => void}} actions
 */
export function recipientForm(one, { save, close }) {
  const from = one ?? NEW;
  const given = { ...from, stores: new Set(from.stores), until: String(from.until ?? '').slice(0, 10), approval: { always: false, above: null, law_enforcement: false, forms: [], ...from.approval } };
  const set = (name) => (value) => { given[name] = value; };
  const until = el('input', { class: 'field', type: 'date', value: given.until, 'aria-label': 'Agreement ends', on: { input: ({ target }) => set('until')(target.value) } });
  const mail = from.channels.find((channel) => channel.kind === 'smtp')?.address ?? '';
  const hook = from.channels.find((channel) => channel.kind === 'webhook')?.address ?? '';
  const waits = from.approval.always ? 'always' : from.approval.above ?? 'never';

  function body(ended = false) {
    const told = [['smtp', given.mail ?? mail], ['webhook', given.hook ?? hook]].map(([kind, address]) => ({ kind, address: address.trim() }));
    const others = from.channels.filter((channel) => ![mail, hook].includes(channel.address));
    return {
      name: given.name.trim(), clearance: given.clearance, law_enforcement: given.law_enforcement, stores: [...given.stores], agreement: given.agreement.trim(), contact: given.contact.trim(),
      until: given.until ? `${given.until}T23:59:59Z` : null, channels: [...others, ...told.filter((channel) => channel.address)], smallest_cell: given.smallest_cell ?? 0,
      approval: { ...given.approval, forms: [...given.approval.forms] }, ...(ended && { ended }), ...(one ? {} : { key: given.key.trim(), kind: given.kind }),
    };
  }

  return el('div', { class: 'share-form' }, el('h3', { text: one ? one.name : 'New recipient' }),
    el('div', { class: 'share-fields' }, labelled('Name', text('Name', given.name, { maxlength: '200' }, set('name'))),
      ...(one ? [] : [labelled('Short key', text('Short key', '', { placeholder: 'boston-eoc', maxlength: '40' }, set('key'))), labelled('Kind', choice('Kind', RECIPIENT_KINDS, given.kind, set('kind')))]),
      labelled('May have what is marked up to', choice('May have what is marked up to', MARKINGS, given.clearance, set('clearance'))),
      labelled('Agreement', text('Agreement', given.agreement, { placeholder: 'Its name or number', maxlength: '200' }, set('agreement'))), labelled('Agreement ends', until),
      labelled('Contact', text('Contact', given.contact, { maxlength: '200' }, set('contact'))),
      labelled('Told of recalls by e-mail', text('Told of recalls by e-mail', mail, { type: 'email' }, set('mail'))), labelled('Told of recalls by a program', text('Told of recalls by a program', hook, { placeholder: 'https://…', maxlength: '500' }, set('hook'))),
      labelled('Counts of fewer are kept back', number('Counts of fewer are kept back', given.smallest_cell ?? 0, { min: 0, max: 10000 }, set('smallest_cell'))),
      labelled('A second person says yes', choice('A second person says yes', [['always', 'Always'], ['never', 'Never'], ...MARKINGS.slice(1).map(([code, label]) => [code, `From ${label} upwards`])], waits, (value) => {
        given.approval = { ...given.approval, always: value === 'always', above: ['always', 'never'].includes(value) ? null : value };
      }))),
    el('div', { class: 'brief-some', role: 'group', 'aria-label': 'Stores' }, ...STORES.slice(0, 3).map(([code, label]) => tick(label, given.stores.has(code), (on) => (on ? given.stores.add(code) : given.stores.delete(code)))),
      tick('Is law enforcement', given.law_enforcement, set('law_enforcement'))),
    el('div', { class: 'actions' }, button('Save the recipient', { class: 'button primary', on: { click: () => save(one, body()) } }), button('Cancel', { on: { click: close } }),
      one && !one.ended ? button('End the agreement', { class: 'button danger', on: { click: () => save(one, body(true)) } }) : null));
}
