/** "How sure?": the method behind a surface, line by line, and as text to take along. */
import { IDS } from './ids.js';
import { button, byId, el, notify } from './dom.js';

/**
 * Show a method; Escape and Close go back to where the focus was.
 * @param {{title?: string, lines?: {label: string, text: string}[], text?: string}|null} method
 */
export function showHowSure(method) {
  const dialog = byId(IDS.howSure);
  if (!dialog || dialog.open) return;
  const title = el('h2', { id: 'wf-how-sure-title', text: 'How sure?' });
  const lines = method?.lines ?? [];
  const close = button('Close', { autofocus: true, on: { click: () => dialog.close() } });
  dialog.setAttribute('aria-labelledby', title.id);
  dialog.replaceChildren(title,
    el('p', { class: 'muted', text: method?.title ?? 'There is nothing to explain yet: the hotspot layer has no answer for this filter.' }),
    el('dl', { class: 'sure-lines', tabindex: '0', 'aria-label': 'Method' }, ...lines.flatMap(({ label, text }) => [el('dt', { text: label }), el('dd', { text })])),
    el('div', { class: 'sure-foot' }, method?.text ? button('Copy text', { on: { click: () => copy(method.text, dialog) } }) : null, close));
  dialog.showModal();
}

async function copy(text, dialog) {
  const done = await navigator.clipboard?.writeText(text).then(() => true, () => false) || copyByHand(text, dialog);
  notify(done ? 'The method is on the clipboard.' : 'The browser did not let it be copied. Select the text and copy it.', { bad: !done });
}

/** Without HTTPS there is no clipboard for scripts; a field that is selected can still be copied. */
function copyByHand(text, dialog) {
  const field = el('textarea', { class: 'visually-hidden', value: text });
  dialog.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}
