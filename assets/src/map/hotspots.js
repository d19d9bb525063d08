/** Density and Gi* cells of the view and the filter, asked for again when either changes. */
import { DENSITY_SOURCE, HOTSPOT_SOURCE } from './layers-ground.js';
import { collection } from './shapes.js';

const SETTLE_MS = 150;
const KINDS = [
  { layer: 'density', kind: 'density', source: DENSITY_SOURCE, prepare: shade },
  { layer: 'hotspots', kind: 'gi_star', source: HOTSPOT_SOURCE, prepare: claim },
];

/**
 * Keep the surfaces that are switched on in step with the view and the filter.
 * @param {{map: import('maplibre-gl').Map, state: object, setData: (id: string, data: object) => void}} context
 */
export function createHotspots({ map, state, setData }) {
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
      setData(source, collection(prepare((await answer.json()).features ?? [])));
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
function shade(features) {
  const value = ({ properties }) => Number(properties.value ?? properties.density ?? properties.count ?? properties.n) || 0;
  const most = Math.max(...features.map(value), Number.MIN_VALUE);
  return features
    .filter((feature) => value(feature) > 0)
    .map((feature) => ({ ...feature, properties: { ...feature.properties, t: Math.sqrt(value(feature) / most) } }));
}

/** Give each cell that passed its test the claim that is drawn: hot or cold, at a level of 1 to 3. */
function claim(features) {
  return features.map((feature) => {
    const bin = Number(feature.properties.bin ?? feature.properties.level ?? 0);
    const properties = { ...feature.properties, claim: bin > 0 ? 'hot' : bin < 0 ? 'cold' : '', level: Math.abs(bin) };
    return { ...feature, properties };
  }).filter((feature) => feature.properties.claim);
}
