/** The keyboard: everything of the watch floor without a mouse. */
import { IDS } from './ids.js';
import { byId, el } from './dom.js';
import { appFacts } from './format.js';

const ALL = [
  ['/', 'Search'], ['j  k', 'Next, previous report, hotspot, alert or household'], ['Enter', 'Open it'], ['a', 'Acknowledge it'],
  ['f', 'Filters'], ['l', 'Layers'], ['h', 'Hotspots'], ['d', 'Draw an area'], ['t', 'Play through time'],
  ['g then w', 'Watch'], ['g then r', 'Respond'], ['g then b', 'Brief'], ['g then p', 'Reports'], ['g then s', 'Sites'], ['g then l', 'Alerts'], ['g then x', 'Share'], ['b', 'Add to the open brief'], ['n', 'New watch area (on Alerts), new call (on Respond)'], ['Ctrl Z', 'Undo the last filter change'],
  ['?', 'All keys'], ['Esc', 'Back'],
];

/**
 * Listen to the keyboard.
 * @param {Record<string, Function>} commands  by key; each may return false to say that it did nothing
 */
export function listenToKeys(commands) {
  let afterG = 0;
  document.addEventListener('keydown', (event) => {
    // A dialog has its own keys: Escape closes it, and nothing beneath it.
    if (event.defaultPrevented || event.altKey || document.querySelector('dialog[open]')) return;
    const inField = event.target.matches?.('input, textarea, select, [contenteditable="true"]');
    if ((event.ctrlKey || event.metaKey)) {
      if (event.key === 'z' && !event.shiftKey && (!inField || event.target.type === 'checkbox') && commands.undo?.() !== false) event.preventDefault();
      return;
    }
    if (event.key === 'Escape') return void commands.back?.(event);
    if (inField && event.target.type !== 'checkbox') return;
    if (event.key === 'Enter' && event.target !== document.body && !event.target.closest?.('[role="listbox"]')) return;
    if (afterG && Date.now() - afterG < 1500) {
      afterG = 0;
      const path = appFacts().pages[event.key];
      if (path) {
        event.preventDefault();
        go(path);
      }
      return;
    }
    if (event.key === 'g') {
      afterG = Date.now();
      return;
    }
    const run = commands[event.key];
    if (run && run(event) !== false) event.preventDefault();
  });
}

/** Go to a page the way a link does, without loading everything again. */
export function go(path) {
  const link = document.querySelector(`.nav a[href="${path}"]`);
  if (link) link.click();
  else window.location.assign(path);
}

/** Show all keys. */
export function showHelp() {
  const dialog = byId(IDS.help);
  if (!dialog || dialog.open) return;
  const close = el('button', { type: 'button', class: 'button', text: 'Close', on: { click: () => dialog.close() } });
  dialog.replaceChildren(el('h2', { text: 'Keys' }),
    el('div', { class: 'keys' }, ...ALL.map(([key, what]) => el('div', {}, el('span', { text: what }), el('kbd', { text: key })))),
    el('p', {}, close));
  dialog.showModal();
}
