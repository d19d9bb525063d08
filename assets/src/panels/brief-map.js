/** The map of a brief's page: what it kept, drawn again; or, when asked, what is there now. */
import { IDS } from './ids.js';
import { byId, el, notify, still } from './dom.js';
import { theme } from './topbar.js';
import { setData } from './alerts-map.js';
import { palette } from '../map/palette.js';
import { BRIEF, briefLayers, pictureFeatures } from '../map/layers-brief.js';
import { collection } from '../map/shapes.js';

const FLIGHT_MS = 1600;
const FIT = { padding: 24, maxZoom: 16 };

/**
 * Draw the map.
 * @param {{map: object, token: () => string|null}} context
 */
export function createBriefMap({ map, token }) {
  const host = byId(IDS.briefMap);
  const data = Object.fromEntries(Object.values(BRIEF).map((id) => [id, collection()]));
  let mounted = null;
  let gone = false;
  let live = false;
  let held = null;
  let looked = null;

  /** The map is only made when a page has one; what was kept is drawn before the ground is complete. */
  function mount(bbox) {
    let failed = false;
    Promise.resolve(map.mount(host, { theme: theme(), token: token() ?? undefined, bbox, layers: { incidents: false, sites: false, areas: false } }))
      .then(() => !gone && put())
      .catch((error) => {
        failed = true;
        notify(`The map could not be drawn: ${error.message}. The words and figures stand.`, { bad: true });
      });
    return new Promise((resolve) => {
      const wait = () => {
        map.engine?.on('styledata', put);
        if (map.engine || failed || gone) resolve();
        else requestAnimationFrame(wait);
      };
      wait();
    });
  }

  function put() {
    const engine = map.engine;
    if (!engine || gone) return;
    for (const [id, features] of Object.entries(data)) if (!setData(engine, id, features)) return;
    if (engine.getLayer('wf-brief-point')) return;
    for (const layer of briefLayers(palette(theme()))) engine.addLayer(layer);
    showFrozen();
  }

  function showFrozen() {
    for (const { id } of briefLayers(palette(theme()))) if (map.engine?.getLayer(id)) map.engine.setLayoutProperty(id, 'visibility', live ? 'none' : 'visible');
  }

  function showKind() {
    map.setLayer('incidents', live);
    map.setLayer('sites', live && Boolean(held?.map?.sites?.length));
    if (live) map.setFilter(held?.view?.filter ?? '');
    showFrozen();
  }

  function look(bbox, fly) {
    if (!bbox || gone) return;
    const [west, south, east, north] = bbox;
    map.engine?.fitBounds([[west, south], [east, north]], { ...FIT, duration: fly && !still() ? FLIGHT_MS : 0, essential: false });
  }

  return {
    /** Show the map of a page, flying there from the one before. */
    async show(page, { fly = false } = {}) {
      held = page;
      const picture = page?.map;
      if (!picture) return;
      const drawn = pictureFeatures(picture);
      for (const [id, features] of Object.entries(drawn)) data[id] = collection(features);
      const first = !mounted;
      mounted ??= mount(picture.bbox);
      await mounted;
      if (gone || held !== page) return;
      map.resize();
      put();
      if (live) showKind();
      const at = JSON.stringify([page.id, picture.bbox]);
      if (first || looked !== at) look(picture.bbox, fly && !first);
      looked = at;
    },
    live: () => live,
    /** Change between what was kept and what is there now. */
    setLive(on) {
      live = on;
      showKind();
    },
    again: () => held?.map && look(held.map.bbox, false),
    resize: () => mounted && map.resize(),
    state: () => map.state(),
    stop() {
      gone = true;
      map.setFilter('');
      map.unmount?.();
    },
  };
}

/** Fill the key of a frozen map: the lines it kept, each with its sign. */
export function mapKey(picture, { live, at }) {
  if (!picture) return [];
  return [
    el('div', { class: 'brief-key-at' }, el('b', { text: live ? 'Live' : 'Frozen' }), at),
    live ? null : el('ul', {}, ...(picture.legend ?? []).map((line) => el('li', {}, sign(line.key),
      el('span', { text: line.label }), Number.isFinite(line.count) ? el('span', { class: 'count', text: line.count.toLocaleString('en-US') }) : null))),
    !live && picture.note ? el('p', { text: picture.note }) : null,
  ].filter(Boolean);
}

const LETTERS = ['–', 'L', 'N', 'M', 'W', 'H', 'X'];
function sign(key) {
  const [kind, what] = String(key).split(':');
  if (kind === 'severity') return el('span', { class: `sev sev-${Number(what) || 0}`, 'aria-hidden': 'true' }, el('span', { class: 'sev-letter', text: LETTERS[what] ?? '–' }));
  return el('span', { class: `brief-sign brief-sign-${kind === 'role' ? String(what).replace(/[^a-z_]/g, '') : kind.replace(/[^a-z_]/g, '')}`, 'aria-hidden': 'true' });
}
