/** The Import page in the browser: the file goes straight to the server, and its rows onto a map. */
import { IDS } from './ids.js';
import { byId, notify, setProps } from './dom.js';
import { theme } from './topbar.js';
import { createDrop } from './imports-drop.js';
import { showPoints } from './imports-map.js';

/**
 * Bring the page to life.
 * @param {HTMLElement} root
 * @param {{map: object, token: () => string|null}} context
 */
export function startImports(root, { map, token }) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const drop = createDrop(byId(IDS.importDrop), {
    sent: (upload) => window.dash_clientside.set_props(IDS.importUpload, { data: { token: upload.token, at: Date.now() } }),
    refused: (error) => notify(`${error.message} ${error.hint ?? ''}`, { bad: true, seconds: 30 }),
  });
  const points = showPoints({ map, element: () => byId(IDS.importMap), theme, token });
  const look = () => {
    const room = root.querySelector('[data-wf-points]');
    if (room && room.offsetParent) points.follow(room.dataset.wfPoints, room);
  };
  const watcher = new MutationObserver(look);
  watcher.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['hidden'] });
  look();

  root.addEventListener('click', (event) => {
    if (event.target.closest('[data-wf-close]')) setProps(IDS.importReport, { children: null });
    const tab = event.target.closest('[data-wf-tab]');
    if (tab) setProps(IDS.importTabs, { value: tab.dataset.wfTab });
    if (!event.target.closest('[data-wf-area="view"]')) return;
    const box = map.state()?.bbox;
    if (box) setProps(IDS.importArea, { value: box.map((side) => side.toFixed(4)).join(', ') });
  }, { signal });
  window.addEventListener('wf:theme', ({ detail }) => points.setTheme(detail), { signal });
  return {
    changed: () => {},
    stop() {
      stopping.abort();
      watcher.disconnect();
      drop.stop();
      points.stop();
    },
  };
}
