/** Density, Gi*, trend and difference of the filter, asked for again when anything that they rest on changes. */
import { tell } from './events.js';
import { drawnCells, outlines } from './hotspot-cells.js';
import { factorOf, isOfEarlier, plainOptions, tidyOptions } from './hotspot-options.js';
import { cellLines } from './hotspot-words.js';
import { CELL_HITS, DENSITY_SOURCE, HOTSPOT_FOUND, HOTSPOT_LINES, HOTSPOT_SOURCE } from './layers-ground.js';
import { collection } from './shapes.js';

const SETTLE_MS = 120;
/** In a surge reports come all the time: the surface follows them this often at most, the filter at once. */
const LIVE_EVERY_MS = 4000;
const SLOW_MS = 400;
const SHOWN_RANKS = 20;

/**
 * Keep the surface that is switched on in step with the filter, the token and the options.
 * @param {{map: import('maplibre-gl').Map, state: object, setData: (id: string, data: object) => void}} context
 * @param {() => object|undefined} legend  where it says what it shows
 */
export function createHotspots({ map, state, setData }, legend) {
  state.hotspots = plainOptions();
  let request = null;
  let timer = 0;
  let shown = { mark: '', query: '', at: 0, answer: null, cells: new Map() };
  /** The cell size that the data choose, by what they chose it for. */
  const chosen = new Map();
  let found = { items: [], hovered: null, held: null };

  const layer = () => (state.layers.hotspots ? 'hotspots' : state.layers.density ? 'density' : null);
  const kind = () => (state.layers.hotspots ? state.hotspots.kind : 'density');

  function address(cell_m) {
    const { against, bbox, exposure } = state.hotspots;
    const more = new URLSearchParams({ kind: kind() });
    // Where reports are is a picture of the view; a test is of all that is filtered, wherever one looks.
    if (kind() === 'density') more.set('bbox', viewBox());
    else if (bbox) more.set('bbox', bbox);
    if (isOfEarlier(kind())) more.set('against', against);
    if (kind() === 'gi_star' && exposure) more.set('exposure', exposure);
    if (cell_m) more.set('cell_m', String(cell_m));
    return `/api/v1/hotspots?${[state.query, more.toString()].filter(Boolean).join('&')}`;
  }

  function viewBox() {
    const [[west, south], [east, north]] = map.getBounds().toArray();
    return [west, south, east, north].map((degree) => degree.toFixed(4)).join(',');
  }

  async function ask(cell_m) {
    const answer = await fetch(address(cell_m), { signal: request.signal });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refused(body.message ?? `The server answered ${answer.status}.`, body.hint ?? '');
    if (!cell_m) chosen.set(address(), body.cell_m);
    return body;
  }

  async function answerFor(cell) {
    const factor = factorOf(cell);
    if (factor === null) return ask(Number(cell));
    if (factor === 1) return ask(null);
    const own = chosen.get(address()) ?? (await ask(null)).cell_m;
    return own ? ask(Math.round(own * factor)) : ask(null);
  }

  async function load() {
    if (!layer()) {
      request?.abort();
      tell('hotspots', { on: false, options: { ...state.hotspots } });
      return;
    }
    const mark = `${address()}&${state.hotspots.cell}&v=${state.token}`;
    if (shown.mark === mark) {
      tell('hotspots', told());
      return;
    }
    request?.abort();
    request = new AbortController();
    const mine = request;
    const slow = setTimeout(() => legend()?.hotspots.busy(), SLOW_MS);
    const asked = { mark, query: state.query, at: performance.now(), kind: kind(), layer: layer() };
    try {
      show({ ...asked, answer: await answerFor(state.hotspots.cell) });
    } catch (error) {
      if (mine.signal.aborted) return;
      if (error instanceof Refused) refuse(asked, error);
      // Cut off: the last surface stays until the next answer.
    } finally {
      clearTimeout(slow);
    }
  }

  function show({ answer, ...asked }) {
    const cells = drawnCells(asked.kind, answer.features ?? []);
    shown = { ...asked, answer, cells: new Map((answer.features ?? []).map((feature) => [String(feature.id), feature])) };
    setData(asked.kind === 'density' ? DENSITY_SOURCE : HOTSPOT_SOURCE, collection(cells));
    if (asked.kind !== 'density') setData(HOTSPOT_LINES, collection(outlines(cells)));
    legend()?.hotspots.say(asked.kind, answer, state.hotspots);
    drawFound();
    tell('hotspots', told());
  }

  /** What cannot be answered is said, and nothing is drawn: an old surface would speak for another filter. */
  function refuse(asked, { message, hint }) {
    shown = { ...asked, answer: null, cells: new Map() };
    for (const source of [DENSITY_SOURCE, HOTSPOT_SOURCE, HOTSPOT_LINES]) setData(source, collection());
    legend()?.hotspots.refuse(message, hint);
    tell('hotspots', { ...told(), refused: { message, hint } });
  }

  function told() {
    const { features, ...about } = shown.answer ?? {};
    return { on: true, layer: layer(), kind: kind(), options: { ...state.hotspots }, about, claims: (features ?? []).filter(({ properties }) => properties.claim).length };
  }

  function drawFound() {
    const { items, hovered, held } = found;
    const outline = (geometry, isChosen) => ({ type: 'Feature', properties: { part: 'outline', chosen: isChosen }, geometry });
    const ranks = kind() !== 'density' && kind() !== 'trend' ? items.slice(0, SHOWN_RANKS).map(({ rank, lon, lat }) => ({
      type: 'Feature', properties: { part: 'rank', rank }, geometry: { type: 'Point', coordinates: [lon, lat] },
    })) : [];
    const box = kind() !== 'density' && state.hotspots.bbox ? [{ type: 'Feature', properties: { part: 'box' }, geometry: boxOf(state.hotspots.bbox) }] : [];
    setData(HOTSPOT_FOUND, collection([...box, ...ranks, ...(hovered ? [outline(hovered, false)] : []), ...(held ? [outline(held, true)] : [])]));
  }

  function refresh({ live = false } = {}) {
    clearTimeout(timer);
    const rest = live ? Math.max(0, shown.at + LIVE_EVERY_MS - performance.now()) : 0;
    timer = setTimeout(load, Math.max(SETTLE_MS, rest));
  }

  return {
    refresh,
    /** The view has moved: only what is drawn for the view is asked for again. */
    moved() {
      if (layer() === 'density') refresh();
    },
    /** @param {Partial<import('./hotspot-options.js').Options> & {here?: boolean, cell_m?: number|null}} change  `here` takes the present view as the box */
    set({ here, cell_m, ...change }) {
      const box = here === undefined ? {} : { bbox: here ? viewBox() : '' };
      const metres = cell_m === undefined ? {} : { cell: cell_m ? String(cell_m) : 'auto' };
      state.hotspots = tidyOptions({ ...state.hotspots, ...change, ...metres, ...box });
      legend()?.hotspots.choose(state.hotspots);
      drawFound();
      refresh();
    },
    /** @param {{items?: object[], hovered?: object|null, held?: object|null}} change  ranked hotspots, and geometries in hand */
    mark(change) {
      found = { ...found, ...change };
      drawFound();
    },
    /** Return the cell of the surface under a point of the screen, or null. */
    cellAt(point) {
      const layers = layer() ? CELL_HITS.filter((id) => map.getLayer(id)) : [];
      const [hit] = layers.length ? map.queryRenderedFeatures([point.x, point.y], { layers }) : [];
      const cell = hit && shown.cells.get(hit.properties.cell);
      if (!cell) return null;
      const about = { against: state.hotspots.against, cell_m: shown.answer.cell_m, cell_km2: shown.answer.cell_km2 };
      return { id: String(cell.id), kind: shown.kind, about, properties: cell.properties, geometry: cell.geometry,
        lines: cellLines(shown.kind, cell.properties, about) };
    },
    destroy() {
      clearTimeout(timer);
      request?.abort();
    },
  };
}

function boxOf(text) {
  const [west, south, east, north] = text.split(',').map(Number);
  return { type: 'Polygon', coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] };
}

class Refused extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}
