/** The last step: why it leaves and by what authority, then out, or to a second person first. */
import { button, el } from './dom.js';
import { ask } from './api.js';
import { labelled, text } from './alerts-fields.js';
import { refused } from './brief-desk.js';
import { markingOf } from './brief-marks.js';

/**
 * Return the form.
 * @param {{preview: object, recipient: object, given: {purpose: string, authority: string}, question: () => object, done: (release: object) => void}} context
 */
export function sendForm({ preview, recipient, given, question, done }) {
  const held = preview.needs_approval;
  const send = button(held ? 'Ask for approval' : `Send to ${recipient?.name ?? 'them'}`, { class: 'button primary large', on: { click: go } });
  const purpose = text('Purpose', given.purpose, { placeholder: 'Why they need it', maxlength: '300' }, (value) => { given.purpose = value; });
  const authority = text('Authority', given.authority, { placeholder: 'Agreement, order or law', maxlength: '300' }, (value) => { given.authority = value; });

  async function go() {
    if (!given.purpose.trim()) return purpose.focus();
    send.disabled = true;
    try {
      done(await ask('/api/v1/releases', { method: 'POST', body: { ...question(), purpose: given.purpose.trim(), authority: given.authority.trim() } }));
    } catch (error) {
      refused(error);
    } finally {
      send.disabled = false;
    }
    return undefined;
  }

  return el('div', { class: 'share-send' }, el('div', { class: 'share-send-mark' }, el('span', { class: 'label', text: 'It will be marked' }), preview.marking ? markingOf(preview.marking) : el('span', { text: 'nothing to mark' })),
    labelled('Purpose', purpose), labelled('Authority', authority),
    el('div', { class: 'share-send-do' }, send, held ? el('span', { class: 'muted', text: typeof held === 'string' ? `A second person has to say yes: ${held}` : 'A second person has to say yes to this one.' }) : null));
}
