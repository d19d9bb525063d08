/** The form's fields as a call, and back: the names of the fields are the places in the call. */
import { newId } from './queue.js';
import { word } from './words.js';

const HOUR_MS = 3_600_000;
const LEFT = ['water', 'food', 'power'];

/** Return what was filled in as the API takes it. */
export function read(form, people) {
  const value = (name) => form.elements[name].value.trim();
  const now = Date.now();
  const until = (name) => (value(name) === '' ? null : new Date(now + Number(value(name)) * HOUR_MS).toISOString());
  const ago = value('last_contact');
  return {
    id: newId(),
    received: new Date(now).toISOString(),
    channel: 'form',
    language: document.documentElement.lang,
    tlp: form.dataset.tlp,
    caller: {
      name: value('caller_name'), phone: value('caller_phone'), relation: value('relation'),
      place_text: value('caller_place'), ...position(form.elements.caller_place),
    },
    people: [...people.children].map(person).filter((one) => one.name || one.age !== null || one.medical),
    people_count: value('people_count') === '' ? null : Number(value('people_count')),
    place_text: value('place_text'),
    ...located(form.elements.place_text),
    needs: {
      ...Object.fromEntries(LEFT.map((name) => [`${name}_until`, until(name)])),
      medical: value('medical'),
      hazards: [...form.querySelectorAll('[name="hazard"]:checked')].map((box) => box.value),
      pets: value('pets'),
      trapped: form.elements.trapped.checked,
      contact_windows: value('contact_windows'),
    },
    last_contact: ago === '' ? null : new Date(now - Number(ago) * HOUR_MS).toISOString(),
    narrative: value('story'),
  };
}

/** Put a call that was refused back into the form, to be mended. */
export function fill(form, people, body, template) {
  const set = (name, value) => { form.elements[name].value = value ?? ''; };
  set('caller_name', body.caller.name); set('caller_phone', body.caller.phone); set('relation', body.caller.relation);
  set('caller_place', body.caller.place_text); set('people_count', body.people_count); set('place_text', body.place_text);
  set('medical', body.needs.medical); set('pets', body.needs.pets); set('contact_windows', body.needs.contact_windows);
  set('story', body.narrative);
  form.elements.trapped.checked = body.needs.trapped;
  for (const box of form.querySelectorAll('[name="hazard"]')) box.checked = body.needs.hazards.includes(box.value);
  keepPosition(form.elements.caller_place, body.caller.lon, body.caller.lat);
  keepPosition(form.elements.place_text, body.lon, body.lat, body.accuracy_m);
  people.replaceChildren();
  for (const one of body.people) {
    const row = addPerson(people, template);
    row.querySelector('.person-name').value = one.name;
    row.querySelector('.person-age').value = one.age ?? '';
    row.querySelector('.person-medical').value = one.medical;
  }
}

/** Add fields for one more person; return them. */
export function addPerson(people, template) {
  const row = template.content.firstElementChild.cloneNode(true);
  for (const node of row.querySelectorAll('[data-word]')) node.textContent = word(node.dataset.word);
  row.querySelector('button').addEventListener('click', () => row.remove());
  people.append(row);
  return row;
}

/** Keep, with a field that describes a place, where this device is. */
export function keepPosition(field, lon, lat, accuracy) {
  for (const [name, value] of Object.entries({ lon, lat, accuracy })) {
    if (value === undefined || value === null) delete field.dataset[name];
    else field.dataset[name] = String(value);
  }
}

function person(row) {
  const age = row.querySelector('.person-age').value;
  return {
    name: row.querySelector('.person-name').value.trim(),
    age: age === '' ? null : Number(age),
    medical: row.querySelector('.person-medical').value.trim(),
  };
}

function position(field) {
  return field.dataset.lon ? { lon: Number(field.dataset.lon), lat: Number(field.dataset.lat) } : {};
}

function located(field) {
  const here = position(field);
  return here.lon === undefined ? {} : { ...here, accuracy_m: Number(field.dataset.accuracy ?? 0), located_by: 'gps' };
}
