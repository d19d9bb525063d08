/** Whether one can get there: closed roads, who is cut off by them, and which reopening frees most people. */
import { button, el, notify } from './dom.js';
import { givenUp, latest } from './api.js';
import { count, shortTime } from './format.js';
import { choice, labelled, text } from './alerts-fields.js';
import { nothing, part } from './respond-desk.js';
import { hours, named, people } from './respond-words.js';

const VEHICLES = [['car', 'By car'], ['high_clearance', 'By high-clearance truck'], ['boat', 'By boat'], ['foot', 'On foot'], ['air', 'By air']];

/**
 * Fill the pane.
 * @param {HTMLElement} host
 * @param {{desk: object, map: object, choose: (id: string) => void, find: (id: string) => object|null, bases: () => object[], chosen: () => string|null, changed: () => void}} context
 */
export function fillReach(host, { desk, map, choose, find, bases, chosen, changed }) {
  const [askedReach, askedClosures, askedAround] = [latest(), latest(), latest()];
  let vehicle = 'car';
  let drawn = '';
  const reached = el('div');
  const closed = el('div');
  const around = el('div');
  const from = el('select', { class: 'field', 'aria-label': 'From which base' });
  const minutes = text('Minutes', '15,30,60', { maxlength: '60', placeholder: '15,30,60' });
  const drawnAround = el('p', { class: 'muted', role: 'status', hidden: true });
  const hide = button('Hide', { class: 'button quiet', 'aria-label': 'Hide how far one gets', hidden: true, on: { click: () => { map.isochrones([]); drawnAround.hidden = true; hide.hidden = true; } } });
  const name = text('Name of the closure', '', { placeholder: 'Centerline Road at the slide', maxlength: '200' });
  const reason = text('Reason of the closure', '', { placeholder: 'Landslide', maxlength: '2000' });
  const close = (tool) => async () => {
    if (!name.value.trim()) return void name.focus();
    const geometry = await desk.draw(tool);
    if (!geometry || !await desk.attempt('/api/v1/closures', { method: 'POST', body: { name: name.value.trim(), reason: reason.value.trim(), geometry } }, 'The road is closed from now on.')) return undefined;
    name.value = '';
    reason.value = '';
    return changed();
  };
  host.replaceChildren(
    part('Get there', choice('Vehicle', VEHICLES, vehicle, (value) => { vehicle = value; refresh(); if (!hide.hidden) showAround(); })), reached,
    part('How far one gets from a base', el('div', { class: 'edit-two' }, labelled('Base', from), labelled('Minutes', minutes)), el('div', { class: 'actions' }, button('Show on the map', { on: { click: showAround } }), hide), drawnAround, around),
    part('Close a road', name, reason, el('div', { class: 'actions' }, button('Draw across it', { on: { click: close('route') } }), button('Draw the flooded ground', { on: { click: close('polygon') } }))), closed);

  /** Draw the ground that is reached from the base in so many minutes. */
  async function showAround() {
    const base = bases()[Number(from.value)];
    if (!base) return void notify('Add a resource with its base under Resources: the way is counted from there.', { bad: true });
    const asked = minutes.value.split(/[\s,;]+/).filter(Boolean);
    if (!asked.length || asked.some((one) => !/^\d{1,4}$/.test(one) || Number(one) < 1)) return void notify('Write minutes with commas, such as 15,30,60.', { bad: true });
    try {
      const address = new URLSearchParams({ lon: base.lon, lat: base.lat, vehicle, minutes: asked.join(',') });
      const found = await desk.long(around, 'Following the roads', () => askedAround(`/api/v1/respond/isochrones?${address}`));
      map.isochrones(found.features);
      if (found.features.length) map.lookAt(found.features[0].geometry);
      drawnAround.textContent = found.features.length ? `${named(VEHICLES, vehicle)} from ${base.name || 'the base'}: ${found.features.map((one) => one.properties.minutes).reverse().join(', ')} minutes, past what is closed.` : 'No road is reached from there in that time.';
      drawnAround.hidden = false;
      hide.hidden = !found.features.length;
    } catch (error) {
      if (!givenUp(error)) notify(`${error.message} ${error.hint ?? ''}`.trim(), { bad: true });
    }
    return undefined;
  }

  function showBases() {
    const known = bases();
    const chosenBase = from.value;
    from.replaceChildren(...known.map((one, place) => el('option', { value: String(place), text: one.name || `${one.lat.toFixed(4)}, ${one.lon.toFixed(4)}` })));
    if (Number(chosenBase) < known.length) from.value = chosenBase || '0';
  }

  async function refresh({ shown = true } = {}) {
    showBases();
    try {
      const found = (await askedClosures('/api/v1/closures')).items;
      map.closures(found);
      const now = JSON.stringify(found);
      if (now !== drawn) closed.replaceChildren(...(found.length ? [part(`Closures (${found.filter((one) => one.active).length} closed)`, ...found.map(closure))] : []));
      drawn = now;
    } catch (error) {
      if (!givenUp(error)) notify(error.message, { bad: true });
    }
    if (!shown) return;
    if (!bases().length) return void reached.replaceChildren(nothing('It is not known who can be reached.', 'Add a resource with its base under Resources: the way is counted from there.'));
    const wait = setTimeout(() => { if (!reached.firstChild) reached.replaceChildren(el('div', { class: 'skeleton' })); }, 300);
    try {
      show(await askedReach(`/api/v1/respond/reach?vehicle=${vehicle}`));
    } catch (error) {
      if (givenUp(error)) return;
      map.pockets([]);
      reached.replaceChildren(nothing('It is not known who can be reached.', error.hint ? `${error.message} ${error.hint}` : error.message));
    } finally {
      clearTimeout(wait);
    }
  }

  function show(found) {
    if (!found.known) {
      map.pockets([]);
      return void reached.replaceChildren(nothing('It is not known who can be reached.', `${found.why} ${found.hint}`));
    }
    map.pockets(found.pockets.filter((one) => one.geometry));
    const cut = found.cut_off;
    reached.replaceChildren(
      part('Cut off', el('p', { class: 'respond-gain' }, el('b', { text: count(cut.people) }), ` ${cut.people === 1 ? 'person' : 'people'} in ${count(cut.households)} ${cut.households === 1 ? 'household' : 'households'}`),
        found.not_known ? el('p', { class: 'muted', text: `${count(found.not_known)} households have no place yet, or no road near it.` }) : null,
        cut.households ? null : el('p', { class: 'muted', text: 'Every household whose place is known can be reached.' }),
        nearest(found.households.find((one) => one.id === chosen())),
        ...found.pockets.map((one) => el('div', { class: 'respond-card' }, el('b', { text: people(one.people) }), el('div', { class: 'actions' }, ...one.households.slice(0, 12).map((id) => button(find(id)?.number ?? 'Household', { class: 'button quiet', on: { click: () => choose(id) } })))))),
      found.reopenings.length ? part('Reopen first', el('ol', { class: 'respond-tasks' }, ...found.reopenings.map((one) => el('li', { class: 'respond-card' }, el('b', { text: one.name ?? 'A closure' }), el('div', { class: 'row-sub', text: `frees ${people(one.people)} in ${count(one.households?.length ?? one.households)} households; ${people(one.cumulative_people)} with those before` }))))) : '');
  }

  function nearest(one) {
    if (!one) return null;
    const rows = [['Help', one.seconds === null ? { text: 'No way from any base' } : { text: 'from the nearest base', seconds: one.seconds }], ['Shelter', one.shelter], ['Hospital', one.hospital], ['Landing zone', one.landing_zone]].filter(([, held]) => held);
    return el('dl', { class: 'facts' }, el('div', { class: 'fact' }, el('dt', { text: 'Household' }), el('dd', { text: one.number })), ...rows.map(([label, held]) => el('div', { class: 'fact' }, el('dt', { text: label }), el('dd', { text: [held.name ?? held.text, held.seconds === undefined ? '' : hours(held.seconds / 3600)].filter(Boolean).join(', ') }))));
  }

  function closure(one) {
    const change = (active, back = true) => desk.attempt(`/api/v1/closures/${one.id}`, { method: 'PATCH', body: { active, revision: one.revision } }).then((done) => {
      if (done && back) notify(active ? `${one.name} is closed.` : `${one.name} is open again.`, { seconds: 10, action: { label: 'Undo', async run() { await desk.attempt(`/api/v1/closures/${one.id}`, { method: 'PATCH', body: { active: !active, revision: done.revision } }); changed(); } } });
      changed();
    });
    return el('div', { class: `respond-card${one.active ? '' : ' off'}` }, el('b', { text: one.name }), el('div', { class: 'row-sub', text: [one.reason, one.active ? `closed since ${shortTime(one.from)}` : 'open'].filter(Boolean).join(' · ') }),
      el('div', { class: 'actions' }, button(one.active ? 'Lift' : 'Close again', { 'aria-label': `${one.active ? 'Lift' : 'Close again'}: ${one.name}`, on: { click: () => change(!one.active) } })));
  }

  return { refresh };
}
