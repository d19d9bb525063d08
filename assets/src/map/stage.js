/** Puts the parts of a map together, and keeps what they share: filter, token, colours, layers. */
import { Map as MapLibre } from 'maplibre-gl';
import { createAreas } from './areas.js';
import { createGroundNotice, offerBasemaps, rememberBasemap, rememberedBasemap } from './basemaps.js';
import { addControls } from './controls.js';
import { createDrawing } from './draw.js';
import { make, tell } from './events.js';
import { createHotspots } from './hotspots.js';
import { createHover } from './hover.js';
import { CLUSTER_HITS, clusterOpacity, dotOpacity, INCIDENTS } from './layers-incidents.js';
import { SITES } from './layers-sites.js';
import { createLegend } from './legend.js';
import { createMarks } from './marks.js';
import { createMover } from './mover.js';
import { palette } from './palette.js';
import { createPointer } from './pointer.js';
import { printMap } from './print.js';
import { createSprites } from './sprites.js';
import { composeStyle, fetchBase, isSwitch, layersOf } from './style.js';
import { createRefresher } from './refresher.js';
import { serveTiles } from './sources.js';
import { createView, firstView } from './view.js';

/** A wall is read from the back row: everything on it is drawn this much larger. */
const WALL_SCALE = 1.5;
/** What is not drawn after this long is printed without. */
const PATIENCE_MS = 6000;
const DOT_LAYER = 'wf-incident-dots';
const DEFAULT_STYLE_URL = '/api/v1/basemap/style.json';

/**
 * Fetch what must be there before the first frame: the ground and the font of the symbols.
 * @param {import('./index.js').MountOptions} options
 */
export async function firstBase(options) {
  const colors = palette(options.theme);
  const [base] = await Promise.all([
    fetchBase(styleAddress(options.styleUrl ?? rememberedStyle(), colors.theme), colors),
    // Letters on symbols are drawn with the page's font: wait for it rather than draw them twice.
    document.fonts.load('600 10px Inter').catch(() => []),
  ]);
  return base;
}

/**
 * Make a map in an element from its basemap style.
 * @param {HTMLElement} element
 * @param {import('./index.js').MountOptions} options
 * @param {object} base
 */
export function assemble(element, options, base) {
  const wall = options.wall === true;
  element.classList.add('wf-map');
  const state = {
    base,
    styleUrl: options.styleUrl ?? rememberedStyle(),
    colors: palette(options.theme),
    query: options.query ?? '',
    token: options.token ?? '0',
    lat: options.center?.[1] ?? 42,
    layers: { incidents: true, sites: true, areas: true, density: false, hotspots: false, ...options.layers },
    data: {},
  };
  const map = new MapLibre({
    container: wall ? enlarged(element) : element,
    ...(wall && { pixelRatio: window.devicePixelRatio * WALL_SCALE }),
    style: composeStyle(base, state),
    ...firstView(options),
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
  const tiles = serveTiles({ base: document.baseURI, onRecover: () => [INCIDENTS, SITES].forEach((id) => map.refreshTiles(id)) });

  const setData = (source, data) => {
    state.data[source] = data;
    map.getSource(source)?.setData(data);
  };
  const context = { map, state, setData, wall, element };
  const marks = createMarks(context);
  const areas = createAreas(context);
  const hotspots = createHotspots(context, () => legend);
  const setLayer = (name, on) => switchLayer(context, { name, on, hotspots, legend });
  const legend = wall ? null : createLegend(element, {
    state, onSwitch: setLayer, onPage: (name, on) => tell('layers', { [name]: on }), onHotspots: hotspots.set,
  });
  const hover = wall ? null : createHover(context, marks);
  const drawing = createDrawing(context);
  const mover = createMover(context);
  const pointer = wall ? null : createPointer(context, { marks, hover, drawing, mover, hotspots });
  const controls = wall ? null : addControls(context, {
    onMeasure: () => drawing.start('measure'), onPrint: () => printMap(context, () => onPaper(context, setTheme)),
  });
  const view = createView(context);
  const notice = createGroundNotice(context);
  async function setTheme(theme) {
    state.colors = palette(theme);
    await restyle(context, sprites);
    notice.renewed();
  }
  async function setBasemap(name) {
    state.styleUrl = withParameter(DEFAULT_STYLE_URL, 'name', name);
    rememberBasemap(name);
    await restyle(context, sprites);
    notice.renewed();
  }
  const onMoveEnd = () => {
    hotspots.moved();
    tell('view', view.state());
  };
  map.on('moveend', onMoveEnd);
  // What was switched or filled before the style was there is put into it now.
  map.once('style.load', () => {
    for (const name of Object.keys(state.layers)) showLayer(map, name, state.layers[name]);
    stepBack(map, state.layers);
    for (const [source, data] of Object.entries(state.data)) map.getSource(source)?.setData(data);
  });
  areas.follow();

  const refresher = createRefresher(context);

  return {
    map, marks, areas, legend, drawing, mover, view, hotspots,
    ready: new Promise((resolve) => {
      map.once('load', () => {
        tell('ready', view.state());
        if (legend) {
          countSites(legend);
          offerBasemaps(legend, { current: rememberedBasemap, onChoose: setBasemap });
        }
        resolve();
      });
    }),
    setFilter(query) {
      if (query === state.query) return;
      state.query = query;
      refresher.refresh();
      areas.follow();
      hotspots.refresh();
    },
    setToken(token) {
      if (token === state.token) return;
      state.token = token;
      refresher.refresh();
      hotspots.refresh({ live: true });
    },
    setTheme,
    setBasemap,
    /** Point once at a place where something is new, unless the reports are switched off. */
    pulse(place) {
      if (state.layers.incidents) marks.pulse(place);
    },
    setLayer,
    destroy() {
      tiles.close();
      refresher.destroy();
      controls?.destroy();
      pointer?.destroy();
      hotspots.destroy();
      drawing.destroy();
      mover.destroy();
      legend?.destroy();
      hover?.destroy();
      notice.remove();
      map.remove();
    },
  };
}

/** Put a dark map into light colours while it is printed: paper is white. */
async function onPaper({ map, state }, setTheme) {
  const { theme } = state.colors;
  if (theme === 'light') return () => {};
  await setTheme('light');
  await Promise.race([new Promise((resolve) => { map.once('idle', resolve); }), new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS); })]);
  return () => setTheme(theme);
}

function switchLayer({ map, state }, { name, on, hotspots, legend }) {
  if (!isSwitch(name)) return;
  // Two surfaces over each other say neither what is where nor what is certain.
  const other = { density: 'hotspots', hotspots: 'density' }[name];
  if (on && other && state.layers[other]) switchLayer({ map, state }, { name: other, on: false, hotspots, legend });
  state.layers[name] = Boolean(on);
  showLayer(map, name, on);
  legend?.setLayer(name, Boolean(on));
  if (name !== 'density' && name !== 'hotspots') return;
  stepBack(map, state.layers);
  hotspots.refresh();
}

function showLayer(map, name, on) {
  for (const id of layersOf(map, name)) map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none');
}

/** Over a surface the reports step back, or nobody could see it. */
function stepBack(map, layers) {
  if (!map.getLayer(DOT_LAYER)) return;
  for (const property of ['circle-opacity', 'circle-stroke-opacity']) map.setPaintProperty(DOT_LAYER, property, dotOpacity(layers));
  for (const property of ['icon-opacity', 'text-opacity']) map.setPaintProperty(CLUSTER_HITS[0], property, clusterOpacity(layers, property));
}

function enlarged(element) {
  const inner = make('div', 'wf-map wf-wall');
  inner.style.setProperty('--wall-scale', String(WALL_SCALE));
  element.replaceChildren(inner);
  return inner;
}

/** Say how many sites there are: unlike incidents they do not follow the filter, so nobody else counts them. */
async function countSites(legend) {
  const answer = await fetch('/api/v1/sites?limit=1').catch(() => null);
  if (!answer?.ok) return;
  const { total = null, unlocated } = await answer.json();
  legend.setCounts({ sites: total, unlocatedSites: unlocated });
}

async function restyle({ map, state }, sprites) {
  const base = await fetchBase(styleAddress(state.styleUrl, state.colors.theme), state.colors);
  if (!map.style) return; // the page was left meanwhile
  state.base = base;
  await sprites.tint(state.colors);
  if (!map.style) return;
  map.setStyle(composeStyle(base, state), { diff: true });
}

/** The style of the basemap that was chosen in this browser. */
function rememberedStyle() {
  const name = rememberedBasemap();
  return name ? withParameter(DEFAULT_STYLE_URL, 'name', name) : DEFAULT_STYLE_URL;
}

function styleAddress(url, theme) {
  return withParameter(url, 'theme', theme);
}

function withParameter(url, name, value) {
  const address = new URL(url, document.baseURI);
  address.searchParams.set(name, value);
  return address.href;
}
