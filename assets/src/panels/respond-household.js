/** One household: what is known, who said it, what has become of them, and who may be the same people. */
import { button, el, notify } from './dom.js';
import { ask, givenUp, latest } from './api.js';
import { longTime, shortTime } from './format.js';
import { addButton } from './brief-add.js';
import { nothing, part } from './respond-desk.js';
import { contact, hours, named, people, STATUSES, urgencyMark, water } from './respond-words.js';

/**
 * Fill the pane.
 * @param {HTMLElement} host
 * @param {{desk: object, changed: () => void, shown: (one: object|null) => void, choose: (id: string) => void}} context
 */
export function fillHousehold(host, { desk, changed, shown, choose }) {
  const asked = latest();
  let id = null;
  let drawn = '';

  async function refresh(next = id) {
    if (next !== id) drawn = '';
    id = next;
    if (!id) {
      host.replaceChildren(nothing('No household is chosen.', 'Press one in the list or on the map, or use j, k and Enter.'));
      return shown(null);
    }
    try {
      const [one, pairs] = await Promise.all([asked(`/api/v1/households/${id}`), ask('/api/v1/calls/suggestions').catch(() => ({ items: [] }))]);
      const likely = pairs.items.filter((pair) => pair.a.id === id || pair.b.id === id);
      const now = JSON.stringify([{ ...one, clock: null, priority: one.priority.reasons }, likely]);
      // What somebody is writing in stays while the rest of the world changes.
      if (now !== drawn && !(host.contains(document.activeElement) && document.activeElement.matches('textarea, select'))) {
        host.replaceChildren(...draw(one, likely));
        drawn = now;
      }
      shown(one);
    } catch (error) {
      if (!givenUp(error)) host.replaceChildren(nothing(error.message, error.hint || 'Choose another household.'));
    }
    return undefined;
  }

  async function send(path, body, said) {
    const done = await desk.attempt(path, { method: 'POST', body }, said);
    drawn = '';
    changed();
    return done;
  }

  async function status(one, to) {
    const done = await send(`/api/v1/households/${one.id}/status`, { status: to, note: note(), revision: one.revision });
    if (!done) return;
    notify(`${one.number} is ${named(STATUSES, to).toLowerCase()}.`, { seconds: 10, action: { label: 'Undo', run: () => send(`/api/v1/households/${one.id}/status`, { status: one.status, note: 'Undone', revision: done.revision }, `${one.number} is ${named(STATUSES, one.status).toLowerCase()} again.`) } });
  }
  const note = () => host.querySelector('.respond-note')?.value.trim() ?? '';

  function draw(one, likely) {
    const facts = [
      ['People', `${people(one.people_count)}${one.ages.length ? `, aged ${one.ages.join(', ')}` : ''}`], ['Medical', one.medical], ['Water', water(one.clock)],
      ['Food', left(one.needs.food_until)], ['Power', left(one.needs.power_until)], ['Hazards', one.needs.hazards.map((code) => code.replace('_', ' ')).join(', ')],
      ['Pets', one.needs.pets], ['To be reached', one.needs.contact_windows], ['Last contact', contact(one.clock)], ['Said to be', one.place.text],
      ['Place', Number.isFinite(one.place.lon) ? `${one.place.lat.toFixed(5)}, ${one.place.lon.toFixed(5)}${one.place.accuracy_m ? ` ± ${Math.round(one.place.accuracy_m)} m` : ''}` : 'None yet: see Evidence'],
    ].filter(([, text]) => text);
    return [
      el('div', { class: 'detail-head', dataset: { wfMarking: one.marking } },
        el('h2', { text: one.name }),
        el('div', { class: 'marks' }, urgencyMark(one.priority.score), el('span', { class: 'mono', text: one.number }), el('span', { class: 'status', text: named(STATUSES, one.status) }), one.needs.trapped && el('span', { class: 'status due', text: 'Trapped' }), one.cut_off && el('span', { class: 'status due', text: 'Cut off' })),
        el('p', { class: 'muted', text: one.status_at ? `${one.status_by || 'Nobody'} · ${longTime(one.status_at)}` : 'Nobody has looked at this household yet.' }),
        one.priority.reasons.length ? el('p', { text: `${one.priority.rank}. of the list: ${one.priority.reasons.map((reason) => reason.replace(/ · ([\d.]+)$/, ' (+$1)')).join(', ')}` }) : null,
        el('div', { class: 'actions' }, addButton())),
      part('What has become of them',
        el('textarea', { class: 'field respond-note', rows: '1', maxlength: '2000', placeholder: 'Note (optional)', 'aria-label': 'Note' }),
        el('div', { class: 'actions' }, ...STATUSES.map(([code, label]) => button(label, { 'aria-pressed': String(code === one.status), disabled: code === one.status, on: { click: () => status(one, code) } })))),
      part(one.follow_up_due ? 'Still in trouble? Call them' : 'Contact',
        el('div', { class: 'actions' },
          button('Spoke with them', { on: { click: () => send(`/api/v1/households/${one.id}/contact`, { outcome: 'reached', note: note() }, 'Their clock begins anew.') } }),
          button('No answer', { on: { click: () => send(`/api/v1/households/${one.id}/contact`, { outcome: 'no_answer', note: note() }, 'They will be due again.') } }))),
      el('section', { class: 'part' }, el('dl', { class: 'facts' }, ...facts.map(([name, text]) => el('div', { class: 'fact' }, el('dt', { text: name }), el('dd', { text }))))),
      likely.length ? part('May be the same people', ...likely.map((pair) => same(one, pair))) : null,
      part(`Calls (${one.calls.length})`, ...one.calls.map(call)),
      part('What happened', el('ul', { class: 'history' }, ...[...one.events].reverse().map((event) => happened(one, event)))),
    ].filter(Boolean);
  }

  function same(one, { a, b, score, reasons }) {
    const other = a.id === one.id ? b : a;
    return el('div', { class: 'respond-card' },
      el('button', { type: 'button', class: 'row-button', on: { click: () => choose(other.id) } }, el('b', { text: other.name }), ` ${other.number} · ${people(other.people_count)}`, el('div', { class: 'row-sub', text: `${Math.round(score * 100)} % alike: ${reasons.join('; ')}` })),
      el('div', { class: 'actions' },
        button('Merge', { 'aria-label': `Merge with ${other.number}`, on: { click: () => send(`/api/v1/households/${one.id}/merge`, { other: other.id, revision: one.revision }, `${other.number} is part of ${one.number}. It can be undone below.`) } }),
        button('Not the same', { class: 'button quiet', 'aria-label': `${other.number} is not the same`, on: { click: () => send('/api/v1/calls/suggestions/dismiss', { a: a.id, b: b.id }, 'They are not suggested again.') } })));
  }

  function call(one) {
    const who = [one.caller.name, one.caller.relation, one.caller.phone].filter(Boolean).join(' · ');
    return el('div', { class: 'respond-card', dataset: { wfMarking: one.marking } },
      el('div', { class: 'row-sub', text: `${longTime(one.received)} · ${one.channel.replace('_', ' ')}` }), el('b', { text: who || 'Unknown caller' }),
      one.caller.place_text ? el('div', { class: 'row-sub', text: `Calls from ${one.caller.place_text}` }) : null,
      one.place_text ? el('div', { text: `About: ${one.place_text}` }) : null, el('p', { class: 'story', text: one.narrative }));
  }

  function happened(one, event) {
    const text = Object.entries(event.detail).filter(([, value]) => ['string', 'number'].includes(typeof value) && value !== '' && !/^[0-9a-f-]{36}$/.test(value)).map(([name, value]) => `${name.replaceAll('_', ' ')}: ${value}`).join(', ');
    return el('li', {}, el('span', { text: `${event.kind.replaceAll('_', ' ')}${text ? ` · ${text}` : ''}` }), el('span', { class: 'who', text: `${event.who} · ${shortTime(event.at)}${event.undone ? ' · undone' : ''}` }),
      event.kind === 'merge' && !event.undone ? button('Undo this merge', { on: { click: () => send(`/api/v1/households/${one.id}/unmerge`, { event: event.id }, 'They are two households again.') } }) : null);
  }

  return { refresh, id: () => id };
}

function left(until) {
  if (!until) return '';
  const ahead = (new Date(until).getTime() - Date.now()) / 3_600_000;
  return ahead > 0 ? `${hours(ahead)} left` : `Out ${hours(-ahead)}`;
}
