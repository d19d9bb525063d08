/** The ground that is searched piece by piece: segments made over the view, drawn, named, taken away. */
import { button, el, notify } from './dom.js';
import { givenUp, latest } from './api.js';
import { count } from './format.js';
import { choice, labelled, text, tick } from './alerts-fields.js';
import { nothing, part } from './respond-desk.js';
import { amount } from './respond-words.js';

const FROM = [['cells', 'Square cells'], ['roads', 'Along roads'], ['coast', 'Along the coast']];
const SIGHT = [['good', 'Good'], ['fair', 'Fair'], ['poor', 'Poor']];
const SHOWN = 100;

/**
 * Fill the pane.
 * @param {HTMLElement} host
 * @param {{desk: object, map: object, changed: () => void}} context
 */
export function fillSegments(host, { desk, map, changed }) {
  const asked = latest();
  let items = [];
  let drawn = '';
  let [from, visibility, most] = ['cells', 'good', SHOWN];
  const side = el('input', { class: 'field', type: 'number', min: '50', max: '100000', step: 'any', value: '1000', 'aria-label': 'Length of each, m' });
  const width = el('input', { class: 'field', type: 'number', min: '10', max: '10000', step: 'any', value: '100', 'aria-label': 'Width, m' });
  const wide = labelled('Width, m', width);
  wide.hidden = true;
  let water = false;
  const sea = tick('On open water, too', water, (on) => { water = on; });
  const name = text('Name of the segment', '', { maxlength: '200', placeholder: 'Bordeaux north' });
  const making = el('div');
  const listed = el('div');
  host.replaceChildren(
    part('Divide the ground in view', el('div', { class: 'edit-two' },
      labelled('Made from', choice('Made from', FROM, from, (next) => { from = next; wide.hidden = from === 'cells'; sea.hidden = from !== 'cells'; })), labelled('Length of each, m', side), wide,
      labelled('One sees there', choice('Visibility of the ground', SIGHT, visibility, (next) => { visibility = next; }))), sea,
    el('div', { class: 'actions' }, button('Make segments', { class: 'button primary', on: { click: make } })), making),
    part('Draw a segment', name, el('div', { class: 'actions' }, button('Draw it on the map', { on: { click: draw } }))), listed);

  async function make({ currentTarget }) {
    const bbox = map.view();
    if (!bbox) return void notify('The map is not there yet: segments are made over what it shows.', { bad: true });
    const size = from === 'cells' ? { side_m: Number(side.value), water } : { length_m: Number(side.value), width_m: Number(width.value) };
    currentTarget.disabled = true;
    const made = await desk.long(making, 'Making segments', (signal) => desk.attempt('/api/v1/segments/make', { method: 'POST', body: { from, bbox, visibility, ...size }, signal }));
    currentTarget.disabled = false;
    if (made) notify(`${count(made.total)} segments are made.`, { seconds: 10, action: { label: 'Undo', run: () => remove(made.items) } });
    return void changed();
  }

  async function draw() {
    if (!name.value.trim()) return void name.focus();
    const geometry = await desk.draw('polygon');
    if (!geometry || !await desk.attempt('/api/v1/segments', { method: 'POST', body: { name: name.value.trim(), geometry, visibility } }, `${name.value.trim()} is a segment.`)) return undefined;
    name.value = '';
    return void changed();
  }

  async function remove(gone) {
    const done = await desk.long(making, 'Removing segments', (signal) => desk.attempt('/api/v1/segments/remove', { method: 'POST', body: { ids: gone.map((one) => one.id) }, signal }));
    if (done) notify(`${count(done.removed)} segments are taken away.`);
    changed();
  }

  async function refresh() {
    try {
      items = (await asked('/api/v1/segments')).items;
    } catch (error) {
      if (!givenUp(error)) listed.replaceChildren(nothing(error.message, error.hint || 'Watchfloor tries again with the next change.'));
      return;
    }
    map.segments(items);
    const now = JSON.stringify(items.map(({ geometry, ...rest }) => rest));
    if (now === drawn || listed.contains(document.activeElement?.closest('input'))) return;
    drawn = now;
    show();
  }

  function show() {
    if (!items.length) return void listed.replaceChildren(nothing('The ground is not divided.', 'A plan sends people to the surroundings of each household; with segments, to pieces of ground that one resource can search.'));
    const ordered = [...items].sort((one, other) => other.poa - one.poa);
    const all = button(`Remove all ${count(items.length)}`, { class: 'button quiet', on: { click: () => all.replaceWith(el('span', { class: 'actions' }, el('span', { text: 'All of them?' }), button('Remove', { on: { click: () => remove(items) } }), button('Keep', { class: 'button quiet', on: { click: show } }))) } });
    listed.replaceChildren(part(`Segments (${count(items.length)})`, ...ordered.slice(0, most).map(card),
      ordered.length > most ? button(`${count(ordered.length - most)} more`, { class: 'button quiet', on: { click: () => { most += SHOWN; show(); } } }) : null, el('div', { class: 'actions' }, all)));
  }

  function card(one) {
    const acts = el('div', { class: 'actions' },
      button('Rename', { class: 'button quiet', 'aria-label': `Rename ${one.name}`, on: { click: () => rename(one, acts) } }),
      button('Remove', { class: 'button quiet', 'aria-label': `Remove ${one.name}`, on: { click: () => drop(one) } }));
    return el('div', { class: 'respond-card', dataset: { segment: one.id, wfMarking: one.marking } },
      el('button', { type: 'button', class: 'row-button', on: { click: () => map.lookAt(one.geometry) } }, el('b', { text: one.name }),
        el('div', { class: 'row-sub', text: [`${amount(one.area_km2)} km²`, `POA ${(one.poa * 100).toFixed(1)} %`, one.pod > 0 ? `searched, POD ${Math.round(one.pod * 100)} %` : 'not searched', `${one.visibility} sight`].join(' · ') })), acts);
  }

  function rename(one, acts) {
    const field = text(`New name of ${one.name}`, one.name, { maxlength: '200' });
    const save = async () => {
      if (field.value.trim() && field.value.trim() !== one.name && !await desk.attempt(`/api/v1/segments/${one.id}`, { method: 'PATCH', body: { name: field.value.trim(), revision: one.revision } })) return;
      drawn = '';
      field.blur();
      changed();
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') save();
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      show();
    });
    acts.replaceChildren(field, button('Save', { 'aria-label': `Save the name of ${one.name}`, on: { click: save } }));
    field.focus();
    field.select();
  }

  async function drop(one) {
    if (!await desk.attempt(`/api/v1/segments/${one.id}`, { method: 'DELETE' })) return;
    notify(`${one.name} is taken away.`, { seconds: 10, action: { label: 'Undo', async run() { await desk.attempt('/api/v1/segments', { method: 'POST', body: { name: one.name, geometry: one.geometry, visibility: one.visibility } }); changed(); } } });
    changed();
  }

  return { refresh, items: () => items };
}
