/** The editor's who and how: people, channels, quiet hours, shifts, and what happens if nobody answers. */
import { button, el } from './dom.js';
import { appFacts } from './format.js';
import { choice, group, labelled, number, text, tick } from './alerts-fields.js';

const CEILINGS = [['clear', 'TLP:CLEAR'], ['green', 'TLP:GREEN'], ['amber', 'TLP:AMBER'], ['amber_strict', 'TLP:AMBER+STRICT'], ['red', 'TLP:RED']];

/**
 * Make the groups; `change(patch)` is called with the fields that changed.
 * @param {{words: object, draft: object, change: (patch: object) => void}} context
 */
export function tellingGroups(context) {
  return [told(context), channels(context), quiet(context), shifts(context), escalation(context)];
}

function people(words, chosen, change, { self = false } = {}) {
  const mine = appFacts().user;
  const listed = words.people.filter((one) => self || one.id !== mine);
  if (!listed.length) return el('p', { class: 'note', text: 'You are the only one of your agency here. An administrator adds people.' });
  return el('div', { class: 'edit-people' }, ...listed.map((one) => tick(one.name, chosen.includes(one.id), (on) => {
    const others = chosen.filter((id) => id !== one.id);
    chosen.splice(0, chosen.length, ...others, ...(on ? [one.id] : []));
    change([...chosen]);
  })));
}

function told({ words, draft, change }) {
  const named = draft.tells.filter((one) => one !== 'agency');
  let agency = draft.tells.includes('agency');
  const set = () => change({ tells: [...named, ...(agency ? ['agency'] : [])] });
  const list = people(words, named, set);
  return group('Who is told', el('p', { class: 'note', text: 'You, and whom you choose. What is told is only what all of them may see.' }),
    tick(`Everybody at ${words.agency.name || 'my agency'}`, agency, (on) => { agency = on; set(); }), list,
    tick('My agency can change this watch area', draft.agency_id !== null, (on) => change({ agency_id: on ? words.agency.id : null })));
}

function channels({ draft, change }) {
  const mail = draft.channels.find((one) => one.kind === 'smtp') ?? null;
  const hook = draft.channels.find((one) => one.kind === 'webhook') ?? null;
  const kept = { smtp: mail, webhook: hook };
  const set = (kind, value) => {
    kept[kind] = value;
    change({ channels: [kept.smtp, kept.webhook].filter(Boolean) });
  };
  const ceiling = (kind) => labelled('Highest marking that may be told there', choice('Highest marking that may be told there', CEILINGS, kept[kind]?.ceiling ?? 'green', (code) => kept[kind] && set(kind, { ...kept[kind], ceiling: code })),
    el('p', { class: 'note', text: 'Above it the message says only that there is an alert, and where to sign in.' }));
  const mailMore = el('div', { class: 'edit-under', hidden: !mail }, ceiling('smtp'));
  const url = text('Address of the webhook', hook?.url, { placeholder: 'https://…', maxlength: '2000', type: 'url' }, (value) => set('webhook', { ...(kept.webhook ?? { kind: 'webhook', ceiling: 'green' }), url: value.trim() }));
  const hookMore = el('div', { class: 'edit-under', hidden: !hook }, labelled('Address', url), ceiling('webhook'));
  return group('Channels', el('p', { class: 'note', text: 'On the screens of all who are told, always.' }),
    tick('E-mail', Boolean(mail), (on) => { mailMore.hidden = !on; set('smtp', on ? { kind: 'smtp', ceiling: 'green' } : null); }), mailMore,
    tick('Webhook', Boolean(hook), (on) => { hookMore.hidden = !on; set('webhook', on ? { kind: 'webhook', url: url.value.trim(), ceiling: 'green' } : null); }), hookMore);
}

/** A time of day as the floor writes it: the browser's own field would say AM and PM. */
function clock(name, value, change) {
  const node = el('input', { class: 'field', type: 'text', inputmode: 'numeric', maxlength: '5', value, placeholder: '22:00', 'aria-label': name, on: { change: () => {
    const [, hour, minute] = /^(\d{1,2})[:.]?(\d{2})$/.exec(node.value.trim()) ?? [];
    const good = Number(hour) < 24 && Number(minute) < 60;
    node.setCustomValidity(good ? '' : 'Write a time of day such as 22:00.');
    if (!good) return void node.reportValidity();
    node.value = `${hour.padStart(2, '0')}:${minute}`;
    change(node.value);
  } } });
  return node;
}

/** Fields for a stretch of every day. */
function daily(words, value, set, what) {
  const zones = words.zones.includes(value.zone) ? words.zones : [value.zone, ...words.zones];
  return [
    el('div', { class: 'edit-two' }, labelled('From', clock(`${what}: from`, value.from, (from) => set({ from }))), labelled('To', clock(`${what}: to`, value.to, (to) => set({ to })))),
    labelled('Time zone', choice(`${what}: time zone`, zones.map((zone) => [zone, zone.replaceAll('_', ' ')]), value.zone, (zone) => set({ zone }))),
  ];
}

function quiet({ words, draft, change }) {
  const more = el('div', { class: 'edit-under' });
  const set = (patch) => change({ quiet_hours: { ...draft.quiet_hours, ...patch } });
  function show() {
    const on = draft.quiet_hours;
    more.hidden = !on;
    more.replaceChildren(...(on ? [...daily(words, on, set, 'Quiet hours'),
      labelled('In these hours', choice('In these hours', [['hold', 'Messages wait until the end'], ['silent', 'Messages are not sent']], on.mode, (mode) => set({ mode })))] : []));
  }
  show();
  return group('Quiet hours', tick('Be quiet at some hours', Boolean(draft.quiet_hours), (on) => {
    change({ quiet_hours: on ? { from: '22:00', to: '06:00', zone: words.zone, mode: 'hold' } : null });
    show();
  }), more, el('p', { class: 'note', text: 'The screens of the watch floor show every alert at every hour.' }));
}

function shifts({ words, draft, change }) {
  const list = el('div', { class: 'edit-fields' });
  const put = (at, patch) => change({ shifts: draft.shifts.map((one, place) => (place === at ? { ...one, ...patch } : one)) });
  function show() {
    list.replaceChildren(...draft.shifts.map((shift, at) => el('div', { class: 'edit-under' },
      el('div', { class: 'edit-row' }, text('Name of the shift', shift.name, { placeholder: 'Day shift', maxlength: '80' }, (name) => put(at, { name })),
        button('Remove', { class: 'button quiet', 'aria-label': `Remove the shift ${shift.name}`, on: { click: () => { change({ shifts: draft.shifts.filter((_, place) => place !== at) }); show(); } } })),
      ...daily(words, shift, (patch) => put(at, patch), `Shift ${at + 1}`), people(words, [...shift.tells], (tells) => put(at, { tells }), { self: true }))));
  }
  show();
  return group('Shifts', el('p', { class: 'note', text: 'People who are told while they are on duty, besides those above.' }), list,
    el('div', { class: 'edit-row' }, button('Add a shift', { on: { click: () => {
      change({ shifts: [...draft.shifts, { name: '', from: '07:00', to: '19:00', zone: words.zone, tells: [] }] });
      show();
    } } })));
}

function escalation({ words, draft, change }) {
  const more = el('div', { class: 'edit-under' });
  function show() {
    const on = draft.escalation;
    more.hidden = !on;
    more.replaceChildren(...(on ? [labelled('After so many minutes', number('After so many minutes', on.after_min, { min: 1, max: 10_080 }, (n) => change({ escalation: { ...draft.escalation, after_min: Math.round(n) } }))),
      el('span', { class: 'label', text: 'Tell' }), people(words, [...on.to], (to) => change({ escalation: { ...draft.escalation, to } }), { self: true })] : []));
  }
  show();
  return group('If nobody acknowledges', tick('Tell others', Boolean(draft.escalation), (on) => {
    change({ escalation: on ? { after_min: 15, to: [] } : null });
    show();
  }), more);
}
