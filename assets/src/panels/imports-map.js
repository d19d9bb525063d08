/** The rows of a file on the map before they are records: as dots; shared spots as rings. */
import { ask, givenUp } from './api.js';
import { notify } from './dom.js';

const SOURCE = 'wf-import-points';
const COLORS = { dark: ['#4C9AFF', '#0E1116', '#E6EAF0'], light: ['#1366D6', '#FFFFFF', '#1A212B'] };

/**
 * Draw the preview of a file with the page's map.
 * @param {{map: object, element: () => HTMLElement|null, theme: () => string, token: () => string|null}} context
 */
export function showPoints({ map, element, theme, token }) {
  let shown = null;
  let mounted = null;
  let data = null;

  /** Fetch the points of what is on screen now, once for each result that the server made. */
  async function follow(address, room) {
    if (room === shown) return;
    shown = room;
    try {
      const points = await ask(address);
      if (shown !== room) return;
      data = points;
      await drawn();
    } catch (error) {
      if (!givenUp(error)) notify(`The rows could not be drawn: ${error.message}`, { bad: true });
    }
  }

  async function drawn() {
    const box = extent(data.features);
    const host = element();
    if (!host) return;
    if (mounted !== host) {
      mounted = host;
      const ready = map.mount(host, { theme: theme(), token: token() ?? undefined, ...(box && { bbox: box }) });
      await ready;
      // What is in the store already would hide what is in the file.
      for (const layer of ['incidents', 'sites', 'areas']) map.setLayer(layer, false);
      map.engine?.on('styledata', put);
    } else if (box) map.flyTo({ bbox: box });
    put();
  }

  function put() {
    const engine = map.engine;
    if (!engine || !data) return;
    const source = engine.getSource(SOURCE);
    if (source) {
      if (source.wfData !== data) {
        source.wfData = data;
        source.setData(data);
      }
      return;
    }
    const [accent, ground, text] = COLORS[theme() === 'light' ? 'light' : 'dark'];
    try {
      engine.addSource(SOURCE, { type: 'geojson', data });
    } catch {
      return; // the style is being replaced: its next event comes here again
    }
    engine.getSource(SOURCE).wfData = data;
    engine.addLayer({
      id: 'wf-import-dots', type: 'circle', source: SOURCE, filter: ['!', ['has', 'rows']],
      paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 4, 2, 12, 4], 'circle-color': accent, 'circle-stroke-color': ground, 'circle-stroke-width': 0.5, 'circle-opacity': 0.85 },
    });
    engine.addLayer({
      id: 'wf-import-shared', type: 'circle', source: SOURCE, filter: ['has', 'rows'],
      paint: { 'circle-radius': 8, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': text, 'circle-stroke-width': 1.5 },
    });
  }

  return {
    follow,
    setTheme: (name) => mounted && map.setTheme(name),
    stop() {
      shown = null;
      if (mounted) map.unmount?.();
      mounted = null;
    },
  };
}

/** Return what nine tenths of the points lie in, so that a few stray ones do not show the whole world. */
function extent(features) {
  const spots = features.map((feature) => feature.geometry.coordinates);
  if (!spots.length) return null;
  const cut = (axis) => {
    const sorted = spots.map((spot) => spot[axis]).sort((a, b) => a - b);
    return [sorted[Math.floor(sorted.length * 0.02)], sorted[Math.ceil(sorted.length * 0.98) - 1]];
  };
  const [[west, east], [south, north]] = [cut(0), cut(1)];
  const [x, y] = [Math.max((east - west) * 0.08, 0.01), Math.max((north - south) * 0.08, 0.01)];
  return [Math.max(-180, west - x), Math.max(-85, south - y), Math.min(180, east + x), Math.min(85, north + y)];
}
