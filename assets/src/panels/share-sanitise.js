/** A version for others: a tear-line text, a coarser place, a blurred photo, beside the original that keeps it all. */
import { button, el, notify } from './dom.js';
import { ask } from './api.js';
import { choice, labelled, segments } from './alerts-fields.js';
import { refused } from './brief-desk.js';
import { markingOf } from './brief-marks.js';
import { MARKINGS, placeText } from './share-words.js';

const PLACES = [['exact', 'Exact'], ['snapped', 'Within a cell'], ['town', 'The town'], ['left_out', 'Left out']];
const PHOTOS = [['left_out', 'Left out'], ['blurred', 'Blurred']];

/**
 * Open the editor of a report's sanitised version.
 * @param {{id: string}} of
 */
export async function sanitise({ id }) {
  const address = `/api/v1/incidents/${id}/sanitised`;
  let report = null;
  let kept = null;
  try {
    report = await ask(`/api/v1/incidents/${id}`);
    kept = await ask(address);
  } catch (error) {
    return refused(error);
  }
  const given = { text: kept?.text ?? report.narrative ?? '', place: kept?.place ?? 'town', photo: kept?.photo ?? 'left_out', marking: kept?.marking ?? 'green' };
  const words = el('textarea', { class: 'field', rows: '9', maxlength: '8000', 'aria-label': 'Text for others', on: { input: () => { given.text = words.value; } } });
  words.value = given.text;
  const dialog = el('dialog', { class: 'dialog sanitise', 'aria-label': 'Sanitised version', on: { close: () => dialog.remove() } });
  dialog.append(el('h2', { text: 'Sanitised version' }), el('div', { class: 'sanitise-sides' },
    el('section', { 'aria-label': 'The original' }, el('div', { class: 'share-title' }, el('b', { text: report.title }), markingOf(report.marking)),
      el('p', { class: 'muted', text: placeText({ lon: report.lon, lat: report.lat, accuracy_m: report.accuracy_m, text: report.address }) }), el('p', { class: 'story', tabindex: '0', text: report.narrative || 'There is no story.' })),
    el('section', { class: 'edit-fields', 'aria-label': 'What others get' }, labelled('Text for others', words), el('p', { class: 'note', text: 'Leave out who said it, how it is known, and whom it names.' }),
      el('span', { class: 'label', text: 'Place' }), segments('Place', PLACES, given.place, (value) => { given.place = value; }),
      el('span', { class: 'label', text: 'Photos' }), segments('Photos', PHOTOS, given.photo, (value) => { given.photo = value; }),
      labelled('Marked', choice('Marked', MARKINGS, given.marking, (value) => { given.marking = value; })))),
  el('div', { class: 'actions' }, button('Save this version', { class: 'button primary large', on: { click: save } }), button('Cancel', { class: 'button large', on: { click: () => dialog.close() } }),
    kept ? button('Take it back', { class: 'button large danger', on: { click: takeBack } }) : null));
  document.body.append(dialog);
  dialog.showModal();
  words.focus();
  return undefined;

  async function save() {
    if (!words.value.trim()) return words.focus();
    return send('PUT', { ...given, revision: report.revision }, 'The version for others is kept beside the original.');
  }

  async function takeBack() {
    return send('DELETE', undefined, 'There is no version for others any more.');
  }

  async function send(method, body, said) {
    try {
      await ask(address, { method, body });
      dialog.close();
      notify(said);
      window.dispatchEvent(new CustomEvent('wf:sanitised'));
    } catch (error) {
      refused(error);
    }
  }
}
