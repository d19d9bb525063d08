/** Where the map looks: the first view, moving on request, and what keeps its scale true. */
import { ringRadius } from './layers-incidents.js';

const RING_LAYER = 'wf-incident-rings';
const REMEMBERED_AS = 'wf-view';
const SOMEWHERE = { center: [-71.4, 42.2], zoom: 7.5 };

/**
 * Return where a new map looks: where it is told to, or where this tab looked last.
 * @param {import('./index.js').MountOptions} options
 */
export function firstView({ bbox, padding, center, zoom }) {
  if (bbox) return { bounds: bbox, ...(padding && { fitBoundsOptions: { padding } }) };
  if (center) return { center, zoom: zoom ?? 12 };
  try {
    return JSON.parse(sessionStorage.getItem(REMEMBERED_AS)) ?? SOMEWHERE;
  } catch {
    return SOMEWHERE;
  }
}

/**
 * Watch over the view of a map.
 * @param {{map: import('maplibre-gl').Map, state: object}} context
 */
export function createView({ map, state }) {
  let drawn = false;
  map.once('load', () => {
    drawn = true;
    keepRingsTrue(map, state);
  });

  function read() {
    const [[west, south], [east, north]] = map.getBounds().toArray();
    const { lng, lat } = map.getCenter();
    return { center: [lng, lat], zoom: map.getZoom(), bbox: [west, south, east, north] };
  }

  map.on('moveend', () => {
    const { center, zoom } = read();
    sessionStorage.setItem(REMEMBERED_AS, JSON.stringify({ center, zoom }));
    keepRingsTrue(map, state);
  });

  return {
    state: read,
    /** @param {{lon: number, lat: number, zoom?: number}|{bbox: number[]}} target */
    flyTo(target) {
      if (!target) return;
      // Before anything is drawn there is nothing to fly from.
      const motion = drawn ? {} : { duration: 0 };
      if (target.bbox) {
        const [west, south, east, north] = target.bbox;
        map.fitBounds([[west, south], [east, north]], { padding: 48, maxZoom: 16, duration: 500, ...motion });
      } else if (Number.isFinite(target.lon)) {
        const zoom = target.zoom ?? Math.max(map.getZoom(), 14);
        map.flyTo({ center: [target.lon, target.lat], zoom, duration: 700, ...motion });
      }
    },
  };
}

function keepRingsTrue(map, state) {
  const { lat } = map.getCenter();
  // Half a per cent of scale is less than a pixel on any ring that fits the screen.
  if (Math.abs(Math.cos((lat * Math.PI) / 180) / Math.cos((state.lat * Math.PI) / 180) - 1) < 0.005) return;
  state.lat = lat;
  if (map.getLayer(RING_LAYER)) map.setPaintProperty(RING_LAYER, 'circle-radius', ringRadius(lat));
}
