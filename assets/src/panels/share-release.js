/** One release: what it was, its file and manifest, calling it back, and telling everybody who got it. */
import { button, el, notify } from './dom.js';
import { ask } from './api.js';
import { longTime, may } from './format.js';
import { labelled } from './alerts-fields.js';
import { refused } from './brief-desk.js';
import { kindOf, stateOf, toWhom } from './share-words.js';
import { markingOf } from './brief-marks.js';

/**
 * Return the parts of a panel on a release.
 * @param {object} release
 * @param {{changed: () => void, close: () => void}} actions
 */
export function openRelease(release, { changed, close }) {
  const facts = [
    ['To', toWhom(release)], ['When', release.at ? longTime(release.at) : ''], ['By', release.by], ['Held because', release.why_held],
    [release.state === 'refused' ? 'Refused by' : 'Approved by', [release.decided_by, release.decision_note].filter(Boolean).join(': ')],
    ['Form', String(release.form ?? '').toUpperCase()], ['Records', Number.isFinite(release.records) ? release.records.toLocaleString('en-US') : ''],
    ['Purpose', release.purpose], ['Authority', release.authority], ['Of', release.filter], ['File', release.file], ['SHA-256', release.sha256],
    ['Recalled', release.recalled ? [longTime(release.recalled), release.recalled_by, release.recall_reason].filter(Boolean).join(' · ') : ''],
  ].filter(([, value]) => value);
  const field = el('input', { class: 'field', type: 'text', maxlength: '500', 'aria-label': 'What to tell them', placeholder: 'What they will read' });
  const out = release.state === 'released';
  const kept = release.file && release.sha256 && (out || release.state === 'recalled');
  const notices = release.notices ?? [];
  const stale = Number(release.changed) || release.changed?.total || release.changed?.length || 0;
  return [
    el('div', { class: 'detail-head' }, el('div', { class: 'share-title' }, el('h2', { text: `${kindOf(release)} for ${toWhom(release)}` }), button('Close', { iconName: 'close', class: 'fold', on: { click: close } })),
      el('div', { class: 'marks' }, stateOf(release.state), release.marking ? markingOf(release.marking) : null)),
    stale ? el('p', { class: 'brief-stale', text: `${stale.toLocaleString('en-US')} of its records ${stale === 1 ? 'has' : 'have'} changed since it left.` }) : null,
    el('section', { class: 'part' }, el('dl', { class: 'facts' }, ...facts.map(([name, value]) => el('div', { class: 'fact' }, el('dt', { text: name }), el('dd', { class: name === 'SHA-256' ? 'mono' : null, text: value })))),
      el('div', { class: 'actions share-files' }, kept ? el('a', { class: 'button', href: `/api/v1/releases/${release.id}/file`, download: '', text: 'File' }) : null,
        kept ? el('a', { class: 'button', href: `/api/v1/releases/${release.id}/manifest`, download: '', text: 'Manifest' }) : null)),
    out && may('export') ? el('section', { class: 'part' }, el('h3', { text: 'Tell everybody who got it' }), labelled('In a sentence', field),
      el('div', { class: 'actions share-files' }, button('Send a correction', { on: { click: () => tell('correct', { note: field.value.trim() }, 'The correction is on its way.') } }),
        button('Recall it', { class: 'button danger', on: { click: () => tell('recall', { reason: field.value.trim() }, 'It is recalled; everybody who got it is told.') } }))) : null,
    el('section', { class: 'part' }, el('h3', { text: 'Notices' }), notices.length ? el('ul', { class: 'brief-rows' }, ...notices.map((one) => el('li', { class: 'brief-record' },
      el('span', { class: 'what', text: `${{ recall: 'Recall', file: 'Mailed' }[one.kind] ?? 'Correction'}: ${one.text}` }), el('span', { class: 'muted', text: [longTime(one.at), one.by, ...(one.deliveries ?? []).map(told)].filter(Boolean).join(' · ') }))))
      : el('p', { class: 'note', text: 'Nobody had to be told anything since.' })),
  ].filter(Boolean);

  async function tell(what, body, said) {
    if (!field.value.trim()) {
      field.focus();
      return notify('Say first what they will read.', { bad: true });
    }
    try {
      await ask(`/api/v1/releases/${release.id}/${what}`, { method: 'POST', body });
      notify(said);
      changed();
    } catch (error) {
      refused(error);
    }
    return undefined;
  }
}

const OUTCOMES = { waiting: 'waits', sending: 'is being sent', sent: 'told', failed: 'failed, will be tried again', given_up: 'given up' };
const told = ({ channel, address, outcome }) => `${channel === 'smtp' ? 'e-mail' : channel} ${address}: ${OUTCOMES[outcome] ?? outcome}`;
