/** What is selected and what is under the pointer: a ring on the spot, and the ring of its accuracy to scale. */
import { Marker } from 'maplibre-gl';
import { make, prefersStillness } from './events.js';
import { MARK_SOURCE } from './layers-ground.js';
import { circleRing, collection } from './shapes.js';

const PULSE_MS = 900;

/**
 * @typedef {object} Target
 * @property {'incident'|'site'} kind
 * @property {number} fid
 * @property {number} lon
 * @property {number} lat
 * @property {number} [accuracy_m]
 */

/**
 * Draw selection and hover on a map; never moves the view.
 * @param {{map: import('maplibre-gl').Map, setData: (id: string, data: object) => void}} context
 */
export function createMarks({ map, setData }) {
  let chosen = null;
  let hovered = null;

  function draw() {
    const same = chosen && hovered && chosen.kind === hovered.kind && chosen.fid === hovered.fid;
    setData(MARK_SOURCE, collection([...features(same ? null : hovered, false), ...features(chosen, true)]));
  }

  /** Ask for the place and its accuracy when whoever selected knew only the record. */
  async function complete(target) {
    const answer = await fetch(`/api/v1/features/${target.kind}s/${target.fid}`).catch(() => null);
    if (!answer?.ok || chosen !== target) return;
    const { lon, lat, accuracy_m } = await answer.json();
    chosen = { ...target, lon: target.lon ?? lon, lat: target.lat ?? lat, accuracy_m: accuracy_m ?? null };
    draw();
  }

  return {
    /** @param {Target|null} target */
    select(target) {
      const changed = target?.fid !== chosen?.fid || target?.kind !== chosen?.kind;
      chosen = target;
      draw();
      if (target && changed) pulse(map, target);
      if (target && target.accuracy_m === undefined) complete(target);
    },
    /** @param {Target|null} target */
    hover(target) {
      if (target?.fid === hovered?.fid && target?.kind === hovered?.kind) return;
      hovered = target;
      draw();
    },
    /** Point once at a place where something is new. */
    pulse: (place) => pulse(map, place),
  };
}

function features(target, isChosen) {
  if (!target || !Number.isFinite(target.lon)) return [];
  const spot = {
    type: 'Feature',
    properties: { part: 'spot', chosen: isChosen },
    geometry: { type: 'Point', coordinates: [target.lon, target.lat] },
  };
  if (!(target.accuracy_m > 0)) return [spot];
  const ring = circleRing(target.lon, target.lat, target.accuracy_m);
  const geometry = { type: 'Polygon', coordinates: [ring] };
  return [{ type: 'Feature', properties: { part: 'ring', chosen: isChosen }, geometry }, spot];
}

function pulse(map, { lon, lat }) {
  if (prefersStillness() || !Number.isFinite(lon)) return;
  const element = make('div', 'wf-pulse');
  element.setAttribute('aria-hidden', 'true');
  const marker = new Marker({ element }).setLngLat([lon, lat]).addTo(map);
  setTimeout(() => marker.remove(), PULSE_MS);
}
