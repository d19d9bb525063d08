/** The map of the page: `createMap()` gives the object that the page knows as `window.watchfloor.map`. */
import { setWorkerUrl } from 'maplibre-gl';
import { assemble, firstBase } from './stage.js';

/** Of calls that nobody will ever hear, only the latest are kept. */
const MOST_WAITING = 30;

/**
 * @typedef {object} MountOptions
 * @property {'dark'|'light'} [theme]
 * @property {string} [styleUrl]  address of the basemap style; `theme=` is added to it
 * @property {[number, number]} [center] lon, lat
 * @property {number} [zoom]
 * @property {[number, number, number, number]} [bbox] west, south, east, north; instead of center and zoom
 * @property {{top: number, right: number, bottom: number, left: number}} [padding]  pixels kept free round `bbox`
 * @property {boolean} [wall]  no controls, and the view is never moved by the map itself
 * @property {string} [query]  canonical filter
 * @property {string} [token]
 * @property {Record<string, boolean>} [layers]  which layers are on to begin with
 */

/** Make the map of a page; nothing is drawn before `mount`. */
export function createMap() {
  setWorkerUrl(new URL('./maplibre-gl-worker.mjs', import.meta.url).href);
  /** @type {ReturnType<typeof assemble>|null} */
  let parts = null;
  /** Calls that came before the map was there: the page need not wait for it. */
  let waiting = [];
  let turn = 0;
  const withParts = (work) => (...args) => {
    if (parts) return work(...args);
    waiting = [...waiting, () => work(...args)].slice(-MOST_WAITING);
    return undefined;
  };
  const clear = () => {
    turn += 1;
    parts?.destroy();
    parts = null;
  };

  return {
    /**
     * Draw the map into an element and return when the first view is complete.
     * @param {HTMLElement} element
     * @param {MountOptions} [options]
     */
    async mount(element, options = {}) {
      clear();
      const mine = turn;
      const base = await firstBase(options);
      if (mine !== turn) return;
      parts = assemble(element, options, base);
      const calls = waiting;
      waiting = [];
      for (const call of calls) call();
      await parts.ready;
    },
    unmount() {
      clear();
      waiting = [];
    },
    setFilter: withParts((query) => parts.setFilter(query)),
    setToken: withParts((token) => parts.setToken(token)),
    setTheme: withParts((theme) => parts.setTheme(theme)),
    setBasemap: withParts((name) => parts.setBasemap(name)),
    setLayer: withParts((name, on) => parts.setLayer(name, on)),
    /** What the hotspot layer shows: `{kind, against, cell}`, each of them optional. */
    setHotspots: withParts((change) => parts.hotspots.set(change)),
    markHotspots: withParts((change) => {
      parts.hotspots.mark(change);
      if (change.items) parts.legend?.hotspots.rank(change.items);
    }),
    setCounts: withParts((counts) => parts.legend?.setCounts(counts)),
    select: withParts((target) => parts.marks.select(target)),
    /** A map that is not there yet shows no pulse later: it would point at what is no longer new. */
    pulse: (place) => parts?.pulse(place),
    flyTo: withParts((target) => parts.view.flyTo(target)),
    draw: withParts((mode) => parts.drawing.start(mode)),
    drawing: () => parts?.drawing.active() ?? false,
    showShape: withParts((shape) => parts.areas.showShape(shape)),
    dragIncident: withParts((target) => parts.mover.start(target)),
    toggleLegend: withParts(() => parts.legend?.toggle()),
    resize: withParts(() => parts.map.resize()),
    state: () => parts?.view.state() ?? null,
    /** The MapLibre map itself, for tests and for the console. */
    get engine() {
      return parts?.map ?? null;
    },
  };
}
