/** One style for the whole map: the basemap's ground and labels with our layers between and above them. */
import { rememberBasemap } from './basemaps.js';
import { AREA_SOURCE, DENSITY_SOURCE, HOTSPOT_FOUND, HOTSPOT_LINES, HOTSPOT_SOURCE, MARK_SOURCE, MASK_SOURCE } from './layers-ground.js';
import { filterLayers, hotspotMarkLayers, markLayers, surfaceLayers } from './layers-ground.js';
import { INCIDENTS, incidentLayers } from './layers-incidents.js';
import { SITES, siteLayers } from './layers-sites.js';
import { collection } from './shapes.js';
import { tileUrl } from './sources.js';

const TILE_MAX_ZOOM = 16;
const FONT_FILES = {
  'Inter Regular': 'inter-latin-400-normal.woff2',
  'Inter Medium': 'inter-latin-500-normal.woff2',
  'Inter SemiBold': 'inter-latin-600-normal.woff2',
};

/** The switchable layers of the contract and the style layers behind each. */
const SWITCHES = {
  incidents: /^wf-incident/,
  sites: /^wf-site/,
  areas: /^wf-area/,
  density: /^wf-density/,
  hotspots: /^wf-hotspot/,
};

/**
 * Fetch a basemap style; a server that cannot be reached gives bare ground, so that the records still show.
 * @param {string} url
 * @param {import('./palette.js').Palette} colors
 */
export async function fetchBase(url, colors) {
  try {
    const answer = await fetch(url);
    if (answer.ok) return withAddresses(await answer.json());
    // A basemap that was chosen once and is no longer in the settings: the installation's own takes its place.
    if (answer.status === 404 && new URL(url).searchParams.get('name')) {
      rememberBasemap('');
      return fetchBase(withoutName(url), colors);
    }
  } catch {
    // The ground alone is drawn below.
  }
  const ground = { id: 'ground', type: 'background', paint: { 'background-color': colors.ground } };
  return { version: 8, metadata: { 'watchfloor:notice': 'The basemap does not answer.' }, sources: {}, layers: [ground] };
}

function withoutName(url) {
  const address = new URL(url);
  address.searchParams.delete('name');
  return address.href;
}

/** Make the addresses of a style absolute: the worker that fetches tiles does not know the page's. */
function withAddresses(style) {
  const here = (address) => (address.startsWith('/') ? window.location.origin + address : address);
  const source = (entry) => ({
    ...entry,
    ...(entry.tiles && { tiles: entry.tiles.map(here) }),
    ...(entry.url && { url: here(entry.url) }),
    ...(typeof entry.data === 'string' && { data: here(entry.data) }),
  });
  const faces = (list) => list.map((face) => ({ ...face, url: here(face.url) }));
  const mapped = (object, change) => Object.fromEntries(Object.entries(object ?? {}).map(([key, value]) => [key, change(value)]));
  return { ...style, sources: mapped(style.sources, source), 'font-faces': mapped(style['font-faces'], faces) };
}

/**
 * Return the whole style of the map.
 * @param {object} base basemap style
 * @param {object} state
 * @param {import('./palette.js').Palette} state.colors
 * @param {string} state.query
 * @param {string} state.token
 * @param {Record<string, boolean>} state.layers
 * @param {Record<string, object>} state.data GeoJSON by source
 * @param {number} state.lat
 */
export function composeStyle(base, state) {
  const firstLabel = base.layers.findIndex((layer) => layer.type === 'symbol');
  const cut = firstLabel < 0 ? base.layers.length : firstLabel;
  const ours = [...filterLayers(state), ...siteLayers(state), ...incidentLayers(state), ...hotspotMarkLayers(state), ...markLayers(state)];
  const layers = [...base.layers.slice(0, cut), ...surfaceLayers(state), ...base.layers.slice(cut), ...ours];
  return {
    ...base,
    // Fonts come from our own bundle, so that labels need neither glyph files nor an outside host.
    'font-faces': { ...fontFaces(), ...base['font-faces'] },
    sources: { ...base.sources, ...ourSources(state) },
    layers: layers.map((layer) => switched(layer, state.layers)),
  };
}

/**
 * Return the ids of the style layers behind a switch.
 * @param {import('maplibre-gl').Map} map
 * @param {string} name
 */
export function layersOf(map, name) {
  return map.getLayersOrder().filter((id) => SWITCHES[name]?.test(id));
}

/** Tell whether a name is one of the layers that can be switched. */
export function isSwitch(name) {
  return Object.hasOwn(SWITCHES, name);
}

function switched(layer, on) {
  const name = Object.keys(SWITCHES).find((key) => SWITCHES[key].test(layer.id));
  if (!name || on[name]) return layer;
  return { ...layer, layout: { ...layer.layout, visibility: 'none' } };
}

function ourSources(state) {
  const vector = (layer) => ({ type: 'vector', tiles: [tileUrl(layer, state)], minzoom: 0, maxzoom: TILE_MAX_ZOOM });
  const cells = [DENSITY_SOURCE, HOTSPOT_SOURCE, HOTSPOT_LINES, HOTSPOT_FOUND, AREA_SOURCE, MASK_SOURCE, MARK_SOURCE];
  const drawn = cells.map((id) => [id, { type: 'geojson', data: state.data[id] ?? collection() }]);
  return { [INCIDENTS]: vector('incidents'), [SITES]: vector('sites'), ...Object.fromEntries(drawn) };
}

function fontFaces() {
  return Object.fromEntries(
    Object.entries(FONT_FILES).map(([name, file]) => [name, [{ url: new URL(`./fonts/${file}`, import.meta.url).href }]]),
  );
}
