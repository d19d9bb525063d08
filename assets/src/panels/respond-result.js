/** What a search found: by form, or by the track that was recorded. */
import { button, el, notify } from './dom.js';
import { choice, labelled } from './alerts-fields.js';

/**
 * Make the form of one task.
 * @param {object} task
 * @param {{desk: object, household: object|null, done: () => void}} context
 */
export function resultForm(task, { desk, household, done }) {
  const who = task.household ?? (household ? { id: household.id, number: household.number } : null);
  let outcome = 'not_found';
  const number = (label, most) => el('input', { class: 'field', type: 'number', min: '0', max: most, step: 'any', 'aria-label': label });
  const [hours, pod] = [number('Hours searched', '240'), number('Searched how well, %', '100')];
  const note = el('textarea', { class: 'field', rows: '2', maxlength: '2000', 'aria-label': 'Note on the result' });
  const file = el('input', { class: 'field', type: 'file', accept: '.gpx,.xml,.cot', 'aria-label': 'Track of the search', on: { change: () => sendTrack(file.files[0]) } });

  async function sendTrack(track) {
    if (!track) return;
    const body = new FormData();
    body.append('file', track);
    try {
      const response = await fetch(`/api/v1/tasks/${task.id}/track`, { method: 'POST', credentials: 'same-origin', body });
      const answer = await response.json().catch(() => ({}));
      if (!response.ok) throw new Error(`${answer.message ?? `The server answered ${response.status}.`} ${answer.hint ?? ''}`);
      notify(`The track covers ${answer.km.toFixed(1)} km; it counts cell by cell.`);
    } catch (error) {
      notify(error.message, { bad: true });
    }
  }

  async function save() {
    if (outcome === 'found' && !who) return notify('Choose the household that was found in the list first.', { bad: true });
    const body = { outcome, household_ids: outcome !== 'not_found' && who ? [who.id] : [], note: note.value.trim(), ...(hours.value && { hours: Number(hours.value) }), ...(pod.value && { pod: Number(pod.value) / 100 }) };
    if (await desk.attempt(`/api/v1/tasks/${task.id}/result`, { method: 'POST', body }, 'The result is in; every surface follows it.')) done();
    return undefined;
  }

  return el('div', { class: 'edit-fields' },
    labelled('What was found', choice('What was found', [['not_found', 'Nobody'], ['found', who ? `Found household ${who.number}` : 'Found'], ['partial', 'Not all of it is searched']], outcome, (value) => { outcome = value; })),
    el('div', { class: 'edit-two' }, labelled('Hours searched', hours), labelled('Searched how well, %', pod)), labelled('Note', note),
    labelled('Track (GPX or CoT), before the result', file), el('div', { class: 'actions' }, button('Send the result', { class: 'button primary', on: { click: save } })));
}
