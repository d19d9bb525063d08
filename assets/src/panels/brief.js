/** The Brief page in the browser: its address says whether it lists, edits, presents, or speaks. */
import { IDS } from './ids.js';
import { byId } from './dom.js';
import { showMarking } from './topbar.js';
import { editBrief } from './brief-edit.js';
import { listBriefs } from './brief-list.js';
import { present } from './present.js';
import { speak } from './present-speaker.js';

const MODES = { present, speaker: speak };

/**
 * Bring the page to life.
 * @param {HTMLElement} root
 * @param {{map: object, token: () => string|null}} context
 */
export function startBrief(root, { map, token }) {
  const stopping = new AbortController();
  const words = JSON.parse(root.dataset.words);
  let part = null;
  let shown = null;

  function route() {
    if (!root.isConnected || !window.location.pathname.startsWith('/brief')) return;
    const [, , id = '', mode = ''] = window.location.pathname.split('/');
    const wanted = `${id}/${mode}`;
    if (wanted === shown) return;
    shown = wanted;
    part?.stop();
    for (const name of ['briefList', 'briefHead', 'briefSide', 'briefPanel']) byId(IDS[name]).replaceChildren();
    const name = id ? (MODES[mode] ? mode : 'edit') : 'list';
    root.dataset.mode = name;
    document.documentElement.classList.toggle('presenting', name === 'present');
    part = (MODES[mode] ?? (id ? editBrief : listBriefs))({ root, map, token, id, words, marked, signal: stopping.signal });
  }

  /** Say the marking of what is shown. */
  function marked(text) {
    root.dataset.wfMarking = text || 'none';
    showMarking('page', root.dataset.wfMarking);
  }

  for (const name of ['popstate', '_dashprivate_pushstate']) window.addEventListener(name, () => setTimeout(route), { signal: stopping.signal });
  window.addEventListener('wf:theme', ({ detail }) => { map.setTheme(detail); part?.repaint?.(); }, { signal: stopping.signal });
  route();

  return {
    listed: () => part?.listed?.() ?? null,
    make: () => part?.make?.() ?? false,
    back: () => part?.back?.(),
    keys: (event) => part?.keys?.(event),
    changed(newToken) {
      map.setToken(newToken);
      part?.changed?.();
    },
    stop() {
      document.documentElement.classList.remove('presenting');
      stopping.abort();
      part?.stop();
    },
  };
}
