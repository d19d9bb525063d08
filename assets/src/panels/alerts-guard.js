/** Nothing typed is lost by a slip: links and closing the window ask first, as long as something is unsaved. */
import { button, el } from './dom.js';

/**
 * Guard a form.
 * @param {{dirty: () => boolean, save: () => Promise<boolean>}} form
 */
export function createGuard({ dirty, save }) {
  const stopping = new AbortController();
  const { signal } = stopping;
  let let_through = false;

  /** Ask whether to leave; return whether the way is free. */
  async function free() {
    if (!dirty()) return true;
    const said = await askWhether();
    if (said === 'save') return save();
    return said === 'discard';
  }

  document.addEventListener('click', async (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || link.target || let_through || event.ctrlKey || event.metaKey || !dirty()) return;
    if (link.getAttribute('href').startsWith('#')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!await free()) return;
    let_through = true;
    link.click();
    let_through = false;
  }, { signal, capture: true });
  window.addEventListener('beforeunload', (event) => { if (dirty()) event.preventDefault(); }, { signal });
  return { free, stop: () => stopping.abort() };
}

function askWhether() {
  return new Promise((resolve) => {
    const dialog = el('dialog', { class: 'dialog', 'aria-label': 'Unsaved changes' }, el('h2', { text: 'The watch area is not saved yet.' }));
    const end = (value) => () => dialog.close(value);
    const stay = button('Keep editing', { on: { click: end('stay') } });
    dialog.append(el('p', { text: 'What you changed is lost if you leave without saving.' }),
      el('p', { class: 'edit-row edit-ask' }, button('Save and leave', { class: 'button primary', on: { click: end('save') } }), stay, button('Leave without saving', { on: { click: end('discard') } })));
    dialog.addEventListener('close', () => { dialog.remove(); resolve(dialog.returnValue || 'stay'); });
    document.body.append(dialog);
    dialog.showModal();
    stay.focus();
  });
}
