/** Where a household may be: each piece of evidence with its switch, what the calls propose, the best candidates. */
import { button, el, notify } from './dom.js';
import { ask, givenUp, latest } from './api.js';
import { shortTime } from './format.js';
import { addEvidence } from './respond-add.js';
import { nothing, part } from './respond-desk.js';
import { amount, KINDS } from './respond-words.js';

/**
 * Fill the pane.
 * @param {HTMLElement} host
 * @param {{desk: object, map: object, changed: () => void}} context
 */
export function fillEvidence(host, { desk, map, changed }) {
  const askers = [latest(), latest(), latest()];
  let id = null;
  let drawn = '';
  const adding = addEvidence({ desk, draft: map.draft, send: (body) => send(`/api/v1/households/${id}/evidence`, { method: 'POST', body }, 'The evidence is entered.') });
  const said = el('div');
  const working = el('div');
  const empty = nothing('No household is chosen.', 'Choose one to see where it may be, and why.');
  host.replaceChildren(empty, working, said, adding.node);
  adding.node.hidden = true;

  async function refresh(next, calls = []) {
    if (next !== id) {
      drawn = '';
      adding.clear();
    }
    id = next;
    empty.hidden = Boolean(id);
    adding.node.hidden = !id;
    said.hidden = !id;
    if (!id) return map.surface(null, null);
    const mine = id;
    try {
      const [pieces, proposals, surface] = await Promise.all(['evidence', 'proposals', 'surface'].map((what, place) => askers[place](`/api/v1/households/${id}/${what}`)));
      if (mine !== id) return undefined;
      map.surface(surface, id);
      const now = JSON.stringify([pieces.items, proposals.items, surface.candidates, surface.elsewhere]);
      if (now === drawn) return undefined;
      drawn = now;
      said.replaceChildren(...draw(pieces.items, proposals.items, surface, calls));
    } catch (error) {
      if (!givenUp(error)) said.replaceChildren(nothing(error.message, error.hint || 'Choose the household again.'));
    }
    return undefined;
  }

  async function send(path, options, text = '') {
    const done = await desk.attempt(path, options, text);
    drawn = '';
    await refresh(id);
    changed();
    return done;
  }

  async function change(piece, values, undo) {
    const done = await send(`/api/v1/evidence/${piece.id}`, { method: 'PATCH', body: { ...values, revision: piece.revision } });
    if (done && undo) notify(undo.said, { seconds: 10, action: { label: 'Undo', run: () => send(`/api/v1/evidence/${piece.id}`, { method: 'PATCH', body: { ...undo.back, revision: done.revision } }) } });
  }

  function draw(pieces, proposals, surface, calls) {
    const bits = new Map(surface.contributions.map((one) => [one.evidence_id, one.bits]));
    const live = pieces.filter((one) => !one.withdrawn);
    return [
      surface.areas.length ? part('Where they may be',
        el('table', { class: 'rings' }, el('tbody', {}, ...surface.areas.map((one) => el('tr', {}, el('td', {}, el('span', { class: `area-key area-${Math.round(one.level * 100)}` }), `${Math.round(one.level * 100)} %`), el('td', { text: `${amount(one.km2)} km²` }))),
          el('tr', {}, el('td', { text: 'Elsewhere' }), el('td', { text: `${Math.round(surface.elsewhere * 100)} %` })))),
        ...surface.candidates.slice(0, 3).map((one) => el('button', { type: 'button', class: 'row-button', on: { click: () => map.look({ lon: one.lon, lat: one.lat, zoom: 16 }) } }, el('span', { text: `${(one.p * 100).toFixed(one.p < 0.1 ? 1 : 0)} % ${one.address}` }), el('div', { class: 'row-sub mono', text: one.usng }))))
        : nothing('Nothing says where they are yet.', proposals.length ? 'Accept what the calls propose below, or add a piece of evidence.' : 'Add a point, an area, a bearing or a photo’s footprint below.'),
      proposals.length ? part(`Proposed from the calls (${proposals.length})`, ...proposals.map((one) => proposal(one, calls))) : null,
      live.length ? part(`Evidence (${live.length})`, ...live.map((one) => item(one, bits.get(one.id)))) : null,
      live.length < pieces.length ? el('details', { class: 'part respond-past' }, el('summary', { text: `Taken back (${pieces.length - live.length})` }), ...pieces.filter((one) => one.withdrawn).map(gone)) : null,
      surface.areas.length ? part('Take it along', el('div', { class: 'actions' },
        el('a', { class: 'button', href: `/api/v1/households/${id}/surface?format=geotiff`, download: '', text: 'Surface (GeoTIFF)' }),
        el('a', { class: 'button', href: `/api/v1/households/${id}/surface`, download: `surface-${id}.json`, text: 'Areas and candidates (JSON)' }))) : null,
    ].filter(Boolean);
  }

  function proposal(one, calls) {
    const text = calls.find((call) => call.id === one.call_id)?.[one.field];
    // Positions count characters, and not the halves that JavaScript makes of some.
    const letters = typeof text === 'string' ? [...text] : [];
    const cut = (from, to) => letters.slice(from, to).join('');
    const quoted = letters.length ? [`${one.start > 60 ? '…' : ''}${cut(Math.max(0, one.start - 60), one.start)}`, el('mark', { text: cut(one.start, one.end) }), `${cut(one.end, one.end + 60)}${letters.length > one.end + 60 ? '…' : ''}`] : [el('mark', { text: one.words })];
    const decide = (what, words) => send(`/api/v1/households/${id}/proposals/${one.key}/${what}`, { method: 'POST' }, words);
    return el('div', { class: 'respond-card' }, el('b', { text: KINDS[one.kind] ?? one.kind }), el('p', { class: 'respond-quote' }, ...quoted), el('div', { class: 'row-sub', text: one.why }),
      el('div', { class: 'actions' }, button('Accept', { 'aria-label': `Accept “${one.words}”`, on: { click: () => decide('accept', 'It is evidence now; it can be switched off again.') } }), button('Refuse', { class: 'button quiet', 'aria-label': `Refuse “${one.words}”`, on: { click: () => decide('refuse', 'It is not proposed again.') } })));
  }

  function item(one, contributed) {
    const name = one.words || one.source || KINDS[one.kind];
    const slider = (label, key, most) => {
      const value = el('span', { text: key === 'reliability' ? `${Math.round(one[key] * 100)} %` : `× ${one[key]}` });
      return el('label', { class: 'respond-slider' }, el('span', { class: 'muted', text: label }), el('input', { type: 'range', min: '0', max: String(most), step: '0.05', value: String(one[key]), 'aria-label': `${label} of ${name}`, on: {
        input: ({ target }) => { value.textContent = key === 'reliability' ? `${Math.round(target.value * 100)} %` : `× ${target.value}`; },
        change: ({ target }) => change(one, { [key]: Number(target.value) }),
      } }), value);
    };
    return el('div', { class: `respond-card${one.on ? '' : ' off'}` },
      el('label', { class: 'respond-switch' }, el('input', { type: 'checkbox', checked: one.on, 'aria-label': `Use “${name}”`, on: { change: ({ target }) => change(one, { on: target.checked }) } }), el('b', { class: 'grow', text: KINDS[one.kind] ?? one.kind }), one.on && contributed !== undefined ? el('span', { class: 'muted', text: `${contributed.toFixed(1)} bits` }) : el('span', { class: 'muted', text: 'Off' })),
      one.words ? el('p', { text: `“${one.words}”` }) : null, el('div', { class: 'row-sub', text: [one.source, one.by, shortTime(one.at ?? one.entered)].filter(Boolean).join(' · ') }),
      slider('Reliability', 'reliability', 1), slider('Weight', 'weight', 2),
      one.history.length > 1 ? el('details', { class: 'respond-past' }, el('summary', { text: `What changed (${one.history.length - 1})` }), el('ul', { class: 'history' }, ...past(one))) : null,
      button('Take back', { class: 'button quiet', 'aria-label': `Take “${name}” back`, on: { click: () => change(one, { withdrawn: true }, { said: 'The evidence is taken back; its history stays.', back: { withdrawn: false } }) } }));
  }

  function gone(one) {
    return el('div', { class: 'respond-card off' }, el('b', { text: KINDS[one.kind] ?? one.kind }), one.words ? el('p', { text: `“${one.words}”` }) : null, el('ul', { class: 'history' }, ...past(one)),
      button('Use it again', { class: 'button quiet', on: { click: () => change(one, { withdrawn: false }) } }));
  }

  return {
    refresh,
    /** Show on the map where they may have been at a time. */
    async at(moment) {
      if (!id) return;
      const found = await askers[2](`/api/v1/households/${id}/surface?${new URLSearchParams({ at: moment })}`).catch(() => null);
      if (found) map.surface(found, id);
    },
  };
}

/** Who changed what of a piece of evidence, the newest first. */
function past({ history }) {
  return history.map((state, place) => {
    const before = history[place - 1];
    const words = before ? [
      state.on !== before.on && (state.on ? 'switched on' : 'switched off'),
      state.reliability !== before.reliability && `reliability ${Math.round(before.reliability * 100)} % → ${Math.round(state.reliability * 100)} %`,
      state.weight !== before.weight && `weight × ${before.weight} → × ${state.weight}`,
      state.withdrawn !== before.withdrawn && (state.withdrawn ? 'taken back' : 'used again'),
    ].filter(Boolean).join(', ') : 'entered';
    return el('li', {}, el('span', { text: [words || 'looked at again', state.note].filter(Boolean).join(' · ') }), el('span', { class: 'who', text: `${state.by} · ${shortTime(state.at)}` }));
  }).reverse();
}
