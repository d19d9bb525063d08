/** Adding evidence by hand: a kind, its place on the map, its few numbers. */
import { button, el, notify } from './dom.js';
import { ask } from './api.js';
import { choice, labelled, text } from './alerts-fields.js';
import { finder } from './where.js';
import { part } from './respond-desk.js';
import { KINDS } from './respond-words.js';

/** Of each kind: how its place is given, and its numbers as [name, label, what stands there first]; '' may stay empty. */
const FORMS = {
  point: ['pick', ['accuracy_m', 'Accuracy, m', 100]],
  area: ['polygon', ['softness_m', 'Soft edge, m', 100]],
  bearing: ['pick', ['bearing_deg', 'Bearing, °', ''], ['distance_m', 'Distance, m', ''], ['spread_deg', 'Give or take, °', 22.5], ['spread_m', 'Give or take, m', 300]],
  cell_sector: ['pick', ['azimuth_deg', 'Azimuth, °', 0], ['beam_deg', 'Beam width, °', 120], ['range_m', 'Range, m', 5000], ['ring_from', 'Ring from, m', ''], ['ring_to', 'Ring to, m', '']],
  footprint: ['pick', ['altitude_m', 'Height, m', 300], ['heading_deg', 'Heading, °', 0], ['fov_deg', 'Field of view, °', 60], ['pitch_deg', 'Pitch, °', ''], ['range_m', 'Sees as far as, m', 3000]],
  candidates: ['name', ['accuracy_m', 'Accuracy, m', 500]],
  near_line: ['route', ['metres', 'Within, m', 200]],
  visible_from: ['pick', ['max_m', 'Sees as far as, m', 5000]],
  sighting: ['pick', ['accuracy_m', 'Accuracy, m', 100], ['speed_mps', 'Could move, m/s', 1]],
  last_known: ['pick', ['q25', 'A quarter within, m', 200], ['q50', 'Half within, m', 600], ['q75', 'Three quarters within, m', 1600], ['q95', '95 % within, m', 4000], ['at_point', 'Still at the point, 0 to 1', 0.2]],
  damage: ['polygon', ['factor', 'Times as likely (under 1: less)', 3]],
};
const TOOL = { pick: 'Click the place', polygon: 'Draw the area', route: 'Draw the road' };

/**
 * Make the form.
 * @param {{desk: object, draft: (features: object[]) => void, send: (body: object) => Promise<object|false>}} context
 */
export function addEvidence({ desk, draft, send }) {
  let kind = 'point';
  let place = null;
  let landmarks = [];
  let reliability = 0.8;
  const words = text('Words or source', '', { placeholder: 'Who says so, and in what words', maxlength: '2000' });
  const marked = el('div');
  const body = el('div', { class: 'edit-fields', on: { input: sketch } });
  const said = el('p', { class: 'edit-said', role: 'status', hidden: true });
  const enter = button('Enter evidence', { class: 'button primary', on: { click: save } });
  const node = part('Add evidence', labelled('Kind', choice('Kind of evidence', Object.keys(FORMS).map((code) => [code, KINDS[code]]), kind, (next) => { kind = next; place = null; landmarks = []; show(); })), body, said, enter);
  node.classList.add('respond-add');

  function take(found, told) {
    place = found ?? place;
    said.hidden = !place;
    if (place) said.textContent = told ?? describe();
    sketch();
  }

  /** Show on the map what is entered so far: the place, what a picture shows from there, its landmarks. */
  function sketch() {
    const point = (at, name) => ({ type: 'Feature', properties: { name }, geometry: { type: 'Point', coordinates: [at.lon, at.lat] } });
    const here = Number.isFinite(place?.lon) ? [point(place, kind === 'footprint' ? 'Camera' : '')] : [];
    const drawn = place?.type ? [{ type: 'Feature', properties: {}, geometry: place }] : [];
    const seen = kind === 'footprint' && here.length ? [wedge(place, numbers())] : [];
    draft([...seen, ...drawn, ...here, ...landmarks.map((one, at) => point(one, `Landmark ${at + 1}`))]);
  }

  function showMarked() {
    marked.replaceChildren(...landmarks.map((one, at) => el('div', { class: 'line' }, el('span', { class: 'name', text: `Landmark ${at + 1}: ${one.lat.toFixed(5)}, ${one.lon.toFixed(5)}` }),
      button('Remove', { class: 'button quiet', 'aria-label': `Remove landmark ${at + 1}`, on: { click: () => { landmarks = landmarks.filter((other) => other !== one); showMarked(); take(null); } } }))));
  }

  function describe() {
    const also = landmarks.length ? `, ${landmarks.length} ${landmarks.length === 1 ? 'landmark' : 'landmarks'}` : '';
    if (Number.isFinite(place.lon)) return `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}${also}`;
    return place.type === 'LineString' ? `A line of ${place.coordinates.length} points` : 'An area is drawn';
  }

  function numbers() {
    return Object.fromEntries([...body.querySelectorAll('input[type=number]')].filter((field) => field.value !== '').map((field) => [field.name, Number(field.value)]));
  }

  function show() {
    showMarked();
    draft([]);
    const [how, ...fields] = FORMS[kind];
    said.hidden = true;
    const placing = how === 'name'
      ? finder('Name of a place …', 'Place name', async (asked, asking) => {
        const found = await asked(`/api/v1/search?${new URLSearchParams({ q: asking })}`);
        return (found.results ?? []).filter((one) => one.kind !== 'incident' && Number.isFinite(one.lon)).slice(0, 8);
      }, (one) => take(one, `${one.label}, and others of that name`)).node
      : button(TOOL[how], { on: { async click() { take(how === 'pick' ? await desk.pick() : await desk.draw(how)); } } });
    body.replaceChildren(...[
      placing,
      kind === 'footprint' && button('Mark a landmark in it', { class: 'button quiet', on: { async click() {
        const at = await desk.pick();
        if (at) landmarks = [...landmarks, { ...at, accuracy_m: 150 }];
        showMarked();
        take(null);
      } } }),
      kind === 'footprint' && marked,
      el('div', { class: 'edit-two' }, ...fields.map(([name, label, first]) => labelled(label, el('input', { class: 'field', type: 'number', step: 'any', value: String(first), name, 'aria-label': label })))),
      labelled(`How far it is believed: ${Math.round(reliability * 100)} %`, el('input', { type: 'range', min: '0', max: '1', step: '0.05', value: String(reliability), 'aria-label': 'Reliability', on: { input: ({ target }) => { reliability = Number(target.value); target.previousElementSibling.textContent = `How far it is believed: ${Math.round(reliability * 100)} %`; } } })),
      labelled('Words or source', words),
    ].filter(Boolean));
  }

  async function params() {
    const given = numbers();
    if (kind === 'candidates') return { places: await sameName(place, given.accuracy_m) };
    if (kind === 'area' || kind === 'damage') return { shape: place, ...given };
    if (kind === 'near_line') return { line: place, ...given };
    const { ring_from: from, ring_to: to, q25, q50, q75, q95, ...rest } = given;
    const at = { lon: place.lon, lat: place.lat, ...rest };
    if (kind === 'cell_sector' && to !== undefined) return { ...at, ring_m: [from ?? 0, to] };
    if (kind === 'last_known') return { ...at, category: '', quantiles: [[0.25, q25], [0.5, q50], [0.75, q75], [0.95, q95]] };
    if (kind === 'footprint') return { ...at, landmarks };
    if (kind === 'sighting') return { ...at, at: new Date().toISOString() };
    return at;
  }

  async function save() {
    if (!place) return notify(`Give the place first: ${TOOL[FORMS[kind][0]] ?? 'find it by name'}.`, { bad: true });
    enter.disabled = true;
    const done = await send({ kind, params: await params(), reliability, words: words.value.trim(), source: 'Entered on Respond' });
    enter.disabled = false;
    if (!done) return undefined;
    place = null;
    landmarks = [];
    words.value = '';
    show();
    return undefined;
  }

  show();
  return {
    node,
    /** Forget what was begun: it was about another household. */
    clear() {
      place = null;
      landmarks = [];
      show();
    },
  };
}

/** Return the outline of what a camera sees, flat: from where it is, as far as it sees. */
function wedge({ lon, lat }, { heading_deg: heading = 0, fov_deg: fov = 60, range_m: range = 3000 }) {
  const at = (degrees) => {
    const turn = (degrees * Math.PI) / 180;
    return [lon + (range * Math.sin(turn)) / (111_320 * Math.cos((lat * Math.PI) / 180)), lat + (range * Math.cos(turn)) / 111_320];
  };
  const arc = Array.from({ length: 17 }, (_, step) => at(heading - fov / 2 + (fov * step) / 16));
  return { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[lon, lat], ...arc, [lon, lat]] } };
}

/** All places of a name weigh in: whoever said it may have meant another one. */
async function sameName(chosen, accuracy_m) {
  const found = await ask(`/api/v1/search?${new URLSearchParams({ q: chosen.label })}`).catch(() => ({ results: [] }));
  const others = (found.results ?? []).filter((one) => one.kind === chosen.kind && Number.isFinite(one.lon) && (one.lon !== chosen.lon || one.lat !== chosen.lat));
  return [chosen, ...others].slice(0, 8).map((one, rank) => ({ name: one.label, lon: one.lon, lat: one.lat, accuracy_m, weight: 1 / (rank + 1) }));
}
