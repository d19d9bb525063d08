/** Density and Gi* cells of the view and the filter, asked for again when either changes. */
import { DENSITY_SOURCE, HOTSPOT_SOURCE } from './layers-ground.js';
import { collection } from './shapes.js';

const SETTLE_MS = 150;
/** From this z-score on a cell stands out; below it nothing is drawn, for nothing is said. */
const Z_SHOWN = 1.65;
const KINDS = [
  { layer: 'density', kind: 'density', source: DENSITY_SOURCE, prepare: shade },
  { layer: 'hotspots', kind: 'gi_star', source: HOTSPOT_SOURCE, prepare: stand },
];

/**
 * Keep the surfaces that are switched on in step with the view and the filter.
 * @param {{map: import('maplibre-gl').Map, state: object, setData: (id: string, data: object) => void}} context
 * @param {(layer: string, words: string) => void} onNote  what the server says that a surface does not know
 */
export function createHotspots({ map, state, setData }, onNote) {
  const requests = new Map();
  const shownFor = new Map();
  let timer = 0;

  async function load({ layer, kind, source, prepare }) {
    if (!state.layers[layer]) return;
    const [[west, south], [east, north]] = map.getBounds().toArray();
    const bbox = [west, south, east, north].map((degree) => degree.toFixed(4)).join(',');
    const address = `/api/v1/hotspots?${state.query ? `${state.query}&` : ''}kind=${kind}&bbox=${bbox}`;
    const mark = `${address}&v=${state.token}`;
    if (shownFor.get(kind) === mark) return;
    requests.get(kind)?.abort();
    const request = new AbortController();
    requests.set(kind, request);
    try {
      const answer = await fetch(address, { signal: request.signal });
      if (!answer.ok) return;
      const found = await answer.json();
      setData(source, collection(prepare(found)));
      onNote(layer, noteOf(found));
      shownFor.set(kind, mark);
    } catch {
      // Overtaken or cut off: the last surface stays until the next answer.
    }
  }

  return {
    refresh() {
      clearTimeout(timer);
      timer = setTimeout(() => KINDS.forEach(load), SETTLE_MS);
    },
    destroy() {
      clearTimeout(timer);
      requests.forEach((request) => request.abort());
    },
  };
}

/** Give each cell its place `t` on the ramp; the square root keeps the quiet half readable beside one great peak. */
function shade({ features }) {
  const value = ({ properties }) => Number(properties.smoothed ?? properties.count) || 0;
  const most = features.reduce((peak, feature) => Math.max(peak, value(feature)), Number.MIN_VALUE);
  return features.map((feature) => ({ ...feature, properties: { t: Math.sqrt(value(feature) / most) } }));
}

/** Keep the cells that stand out; only what the server tested is drawn as a claim. */
function stand({ features, tested }) {
  const kept = tested
    ? features.filter(({ properties }) => properties.claim)
    : features.filter(({ properties }) => properties.z >= Z_SHOWN);
  const most = kept.reduce((peak, { properties }) => Math.max(peak, properties.z), Z_SHOWN + 1);
  return kept.map((feature) => {
    const t = Math.sqrt(Math.max(0, feature.properties.z - Z_SHOWN) / (most - Z_SHOWN));
    return { ...feature, properties: { t, claim: tested === true } };
  });
}

function noteOf({ note, default_points_left_out: without }) {
  const left = without ? ` ${Number(without).toLocaleString('en-US')} reports without a known place are left out.` : '';
  return `${note ?? ''}${left}`;
}
