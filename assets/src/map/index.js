/** The map of the page: `createMap()` gives the object that the page knows as `window.watchfloor.map`. */
import { Map as MapLibre, setWorkerUrl } from 'maplibre-gl';
import { createAreas } from './areas.js';
import { addControls } from './controls.js';
import { createDrawing } from './draw.js';
import { tell } from './events.js';
import { createHotspots } from './hotspots.js';
import { createHover } from './hover.js';
import { dotOpacity, INCIDENTS, ringRadius } from './layers-incidents.js';
import { SITES } from './layers-sites.js';
import { createLegend } from './legend.js';
import { createMarks } from './marks.js';
import { createMover } from './mover.js';
import { palette } from './palette.js';
import { createPointer } from './pointer.js';
import { createSprites } from './sprites.js';
import { composeStyle, fetchBase, isSwitch, layersOf } from './style.js';
import { serveTiles, tileUrl } from './sources.js';

const RING_LAYER = 'wf-incident-rings';
const DOT_LAYER = 'wf-incident-dots';
const DEFAULT_STYLE_URL = '/api/v1/basemap/style.json';

/**
 * @typedef {object} MountOptions
 * @property {'dark'|'light'} [theme]
 * @property {string} [styleUrl]  address of the basemap style; `theme=` is added to it
 * @property {[number, number]} [center] lon, lat
 * @property {number} [zoom]
 * @property {[number, number, number, number]} [bbox] west, south, east, north; instead of center and zoom
 * @property {boolean} [wall]  no controls, and the view is never moved by the map itself
 * @property {string} [query]  canonical filter
 * @property {string} [token]
 */

/** Make the map of a page; nothing is drawn before `mount`. */
export function createMap() {
  setWorkerUrl(new URL('./maplibre-gl-worker.mjs', import.meta.url).href);
  /** @type {ReturnType<typeof assemble>|null} */
  let parts = null;
  const withParts = (work) => (...args) => (parts ? work(...args) : undefined);

  return {
    /**
     * Draw the map into an element and return when the first view is complete.
     * @param {HTMLElement} element
     * @param {MountOptions} [options]
     */
    async mount(element, options = {}) {
      parts?.destroy();
      parts = assemble(element, options, await firstBase(options));
      await parts.ready;
    },
    unmount: withParts(() => {
      parts.destroy();
      parts = null;
    }),
    setFilter: withParts((query) => parts.setFilter(query)),
    setToken: withParts((token) => parts.setToken(token)),
    setTheme: withParts((theme) => parts.setTheme(theme)),
    setBasemap: withParts((name) => parts.setBasemap(name)),
    setLayer: withParts((name, on) => parts.setLayer(name, on)),
    setCounts: withParts((counts) => parts.legend?.setCounts(counts)),
    select: withParts((target) => parts.marks.select(target)),
    flyTo: withParts((target) => parts.flyTo(target)),
    draw: withParts((mode) => parts.drawing.start(mode)),
    showShape: withParts((shape) => parts.areas.showShape(shape)),
    dragIncident: withParts((target) => parts.mover.start(target)),
    toggleLegend: withParts(() => parts.legend?.toggle()),
    resize: withParts(() => parts.map.resize()),
    state: () => (parts ? viewOf(parts.map) : null),
    /** The MapLibre map itself, for tests and for the console. */
    get engine() {
      return parts?.map ?? null;
    },
  };
}

async function firstBase(options) {
  const colors = palette(options.theme);
  const [base] = await Promise.all([
    fetchBase(styleAddress(options.styleUrl ?? DEFAULT_STYLE_URL, colors.theme), colors),
    // Letters on symbols are drawn with the page's font: wait for it rather than draw them twice.
    document.fonts.load('600 10px Inter').catch(() => []),
  ]);
  return base;
}

function assemble(element, options, base) {
  const wall = options.wall === true;
  const state = {
    base,
    styleUrl: options.styleUrl ?? DEFAULT_STYLE_URL,
    colors: palette(options.theme),
    query: options.query ?? '',
    token: options.token ?? '0',
    lat: options.center?.[1] ?? 42,
    layers: { incidents: true, sites: true, areas: true, density: false, hotspots: false },
    data: {},
  };
  const map = new MapLibre({
    container: element,
    style: composeStyle(base, state),
    ...(options.bbox ? { bounds: options.bbox } : { center: options.center ?? [-71.4, 42.2], zoom: options.zoom ?? 7.5 }),
    // On the wall the attribution is the only control; elsewhere it stands with the others.
    attributionControl: wall ? { compact: true } : false,
    maxPitch: 0,
    minZoom: 1,
    maxZoom: 20,
    fadeDuration: 120,
    renderWorldCopies: true,
    interactive: !wall,
    validateStyle: false,
    clickTolerance: 4,
    locale: { 'Map.Title': 'Map. Arrow keys move it, plus and minus zoom, Enter selects what is at the centre.' },
  });
  map.touchZoomRotate.disableRotation();
  const sprites = createSprites(map, state.colors);
  map.setMissingStyleImageResolver(sprites.resolve);
  // Faults of single tiles are told by wf:connection; anything else is worth one line in the console.
  map.on('error', ({ error }) => error?.name !== 'AbortError' && !error?.status && console.warn('map:', error?.message));
  serveTiles({ base: document.baseURI, onRecover: () => [INCIDENTS, SITES].forEach((id) => map.refreshTiles(id)) });

  const setData = (source, data) => {
    state.data[source] = data;
    map.getSource(source)?.setData(data);
  };
  const context = { map, state, setData, wall, element };
  const marks = createMarks(context);
  const areas = createAreas(context);
  const hotspots = createHotspots(context);
  const setLayer = (name, on) => switchLayer(context, { name, on, hotspots, legend });
  const legend = wall ? null : createLegend(element, { state, onSwitch: setLayer, onPage: (name, on) => tell('layers', { [name]: on }) });
  const hover = wall ? null : createHover(context, marks);
  const drawing = createDrawing(context);
  const mover = createMover(context);
  const pointer = wall ? null : createPointer(context, { marks, hover, drawing, mover });
  const controls = wall ? null : addControls(context);
  const onMoveEnd = () => {
    keepRingsTrue(map, state);
    hotspots.refresh();
    tell('view', viewOf(map));
  };
  map.on('moveend', onMoveEnd);
  areas.follow();

  const refreshTiles = () => {
    map.getSource(INCIDENTS)?.setTiles([tileUrl('incidents', state)]);
  };
  return {
    map, marks, areas, legend, drawing, mover,
    ready: new Promise((resolve) => {
      map.once('load', () => {
        tell('ready', viewOf(map));
        resolve();
      });
    }),
    setFilter(query) {
      if (query === state.query) return;
      state.query = query;
      refreshTiles();
      areas.follow();
      hotspots.refresh();
    },
    setToken(token) {
      if (token === state.token) return;
      state.token = token;
      refreshTiles();
      map.getSource(SITES)?.setTiles([tileUrl('sites', state)]);
      hotspots.refresh();
    },
    async setTheme(theme) {
      state.colors = palette(theme);
      await restyle(context, sprites);
    },
    async setBasemap(name) {
      state.styleUrl = withParameter(state.styleUrl, 'name', name);
      await restyle(context, sprites);
    },
    setLayer,
    flyTo: (target) => flyTo(map, target),
    destroy() {
      controls?.destroy();
      pointer?.destroy();
      hotspots.destroy();
      drawing.start(null);
      legend?.destroy();
      hover?.destroy();
      map.remove();
    },
  };
}

function switchLayer({ map, state }, { name, on, hotspots, legend }) {
  if (!isSwitch(name)) return;
  state.layers[name] = Boolean(on);
  for (const id of layersOf(map, name)) map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none');
  legend?.setLayer(name, Boolean(on));
  if (name !== 'density' && name !== 'hotspots') return;
  for (const property of ['circle-opacity', 'circle-stroke-opacity']) {
    if (map.getLayer(DOT_LAYER)) map.setPaintProperty(DOT_LAYER, property, dotOpacity(state.layers));
  }
  hotspots.refresh();
}

async function restyle({ map, state }, sprites) {
  const base = await fetchBase(styleAddress(state.styleUrl, state.colors.theme), state.colors);
  state.base = base;
  await sprites.tint(state.colors);
  map.setStyle(composeStyle(base, state), { diff: true });
}

function keepRingsTrue(map, state) {
  const { lat } = map.getCenter();
  // Half a per cent of scale is less than a pixel on any ring that fits the screen.
  if (Math.abs(Math.cos((lat * Math.PI) / 180) / Math.cos((state.lat * Math.PI) / 180) - 1) < 0.005) return;
  state.lat = lat;
  if (map.getLayer(RING_LAYER)) map.setPaintProperty(RING_LAYER, 'circle-radius', ringRadius(lat));
}

function flyTo(map, target) {
  if (!target) return;
  if (target.bbox) {
    const [west, south, east, north] = target.bbox;
    map.fitBounds([[west, south], [east, north]], { padding: 48, maxZoom: 16, duration: 500 });
  } else {
    map.flyTo({ center: [target.lon, target.lat], zoom: target.zoom ?? Math.max(map.getZoom(), 14), duration: 700 });
  }
}

function viewOf(map) {
  const [[west, south], [east, north]] = map.getBounds().toArray();
  const { lng, lat } = map.getCenter();
  return { center: [lng, lat], zoom: map.getZoom(), bbox: [west, south, east, north] };
}

function styleAddress(url, theme) {
  return withParameter(url, 'theme', theme);
}

function withParameter(url, name, value) {
  const address = new URL(url, document.baseURI);
  address.searchParams.set(name, value);
  return address.href;
}
