/** The new-report form in the browser: the map that gives the place, the search that finds it, the photo that follows. */
import { IDS } from './ids.js';
import { ask } from './api.js';
import { byId, notify, setStore } from './dom.js';
import { finder, padded } from './where.js';
import { theme } from './topbar.js';

/** The tool's words above, the position below and the controls at the right cover this much of the map. */
const BESIDE = { top: 72, right: 56, bottom: 72, left: 24 };

/**
 * Bring the form to life.
 * @param {HTMLElement} root
 * @param {{map: object, token: () => string|null}} context
 */
export function startReport(root, { map, token }) {
  const stopping = new AbortController();
  let photo = null;
  const take = (place) => {
    setStore(IDS.reportPlace, place);
    map.showShape(place ? `c:${place.lon},${place.lat},${Math.max(place.accuracy_m ?? 50, 20)}` : null);
  };
  const search = finder('Address, site, place, 42.36,-71.06 or USNG', 'Find the place', async (asked, text) => {
    const answer = await asked(`/api/v1/search?${new URLSearchParams({ q: text })}`);
    return (answer.results ?? []).filter((result) => Number.isFinite(result.lon)).slice(0, 6);
  }, (result) => {
    map.flyTo({ lon: result.lon, lat: result.lat, zoom: 15 });
    take({ lon: result.lon, lat: result.lat, how: result.kind, label: result.label, accuracy_m: { address: 30, site: 50, coordinates: 10, place: 2000, area: 2000 }[result.kind] ?? 100 });
  });
  byId(IDS.reportWhere)?.replaceChildren(search.node);

  window.addEventListener('wf:pick', ({ detail }) => {
    take({ ...detail, how: 'drawn', label: 'Clicked on the map', accuracy_m: 50 });
    map.draw('pick');
  }, { signal: stopping.signal });
  // A tool that was put down, with Escape say, leaves the map ready for a click again.
  window.addEventListener('wf:shape', ({ detail }) => {
    if (!detail) queueMicrotask(() => { if (!map.drawing()) map.draw('pick'); });
  }, { signal: stopping.signal });
  window.addEventListener('wf:theme', ({ detail }) => map.setTheme(detail), { signal: stopping.signal });
  // The first sight is of where reports are; a map that cannot learn it looks where this tab looked last.
  ask('/api/v1/summary?bins=1', { signal: stopping.signal }).catch(() => ({}))
    .then(({ extent }) => {
      if (stopping.signal.aborted) return undefined;
      return map.mount(byId(IDS.reportMap), { theme: theme(), token: token() ?? undefined, bbox: padded(extent), padding: BESIDE });
    })
    .then(() => stopping.signal.aborted || map.draw('pick'))
    .catch((error) => notify(`The map could not be drawn: ${error.message}. Write coordinates instead.`, { bad: true }));

  root.addEventListener('change', (event) => {
    if (event.target.matches('input[type="file"]')) [photo] = event.target.files;
  }, { signal: stopping.signal });

  // The report is kept before its photo is sent: a photo that fails never loses a report.
  const watcher = new MutationObserver(async () => {
    const made = root.querySelector('[data-wf-made]');
    if (!made || !photo) return;
    const file = photo;
    photo = null;
    const body = new FormData();
    body.append('file', file, file.name);
    const response = await fetch(`/api/v1/incidents/${made.dataset.wfMade}/attachments`, { method: 'POST', body, credentials: 'same-origin' }).catch(() => null);
    if (response?.ok) notify('The photo is kept with the report.');
    else notify('The report is kept, its photo is not: open the report and send the photo again.', { bad: true, seconds: 30 });
  });
  watcher.observe(root, { childList: true, subtree: true });
  return {
    changed: (newToken) => map.setToken(newToken),
    stop() {
      stopping.abort();
      watcher.disconnect();
      map.unmount?.();
    },
  };
}
