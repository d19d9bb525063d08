/** Turns the pointer and the keyboard into selection: click, Enter at the centre, zoom into a cluster. */
import { tell } from './events.js';
import { ALERT_CODE, CLUSTER_HITS, INCIDENT_HITS } from './layers-incidents.js';
import { SITE_CLUSTER_HITS, SITE_HITS } from './layers-sites.js';

const REACH_PX = 6;
const CENTRE_REACH_PX = 28;

/**
 * @typedef {object} Hit
 * @property {'incident'|'site'|'cluster'|'cell'} kind
 * @property {number|string} [fid]
 * @property {number} lon
 * @property {number} lat
 * @property {number} [accuracy_m]
 * @property {object} properties
 * @property {object|null} [cell]  of the hotspot surface, beneath it
 */

/** Over a surface dots step back: from afar they do not answer in its place. */
const DOTS_FROM = 13;

/**
 * Return what lies nearest to a point of the screen, records before clusters, incidents before sites.
 * @param {import('maplibre-gl').Map} map
 * @param {{x: number, y: number}} at
 * @param {number} [reach] pixels
 * @param {string[]} [without] layers that do not answer
 * @returns {Hit|null}
 */
export function hitAt(map, at, reach = REACH_PX, without = []) {
  const box = [[at.x - reach, at.y - reach], [at.x + reach, at.y + reach]];
  const layers = [...INCIDENT_HITS, ...SITE_HITS, ...CLUSTER_HITS, ...SITE_CLUSTER_HITS].filter((id) => map.getLayer(id) && !without.includes(id));
  const found = map.queryRenderedFeatures(box, { layers }).filter((feature) => !isInsideAlert(feature));
  for (const group of [INCIDENT_HITS, SITE_HITS, [...CLUSTER_HITS, ...SITE_CLUSTER_HITS]]) {
    const features = found.filter((feature) => group.includes(feature.layer.id));
    if (features.length) return hitOf(map, nearest(map, features, at), at);
  }
  return null;
}

/**
 * Let people select what they see.
 * @param {object} context
 * @param {object} parts
 */
export function createPointer({ map }, { marks, hover, drawing, mover, hotspots }) {
  const canvas = map.getCanvas();
  const busy = () => drawing.active() || mover.active();

  function look(point, reach) {
    const cell = hotspots.cellAt(point);
    const hit = hitAt(map, point, reach, cell && map.getZoom() < DOTS_FROM ? ['wf-incident-dots'] : []);
    if (hit || !cell) return hit && { ...hit, cell };
    const [lon, lat] = map.unproject([point.x, point.y]).toArray();
    return { kind: 'cell', fid: cell.id, lon, lat, properties: {}, cell };
  }

  function choose(hit) {
    if (hit?.kind === 'cell') {
      tell('hotspot', { ...hit.cell, lon: hit.lon, lat: hit.lat });
      return;
    }
    if (hit?.kind === 'cluster') {
      map.easeTo({ center: [hit.lon, hit.lat], zoom: Math.min(map.getZoom() + 2, 16), duration: 350 });
      return;
    }
    const detail = hit && { kind: hit.kind, fid: hit.fid, lon: hit.lon, lat: hit.lat };
    marks.select(hit);
    tell('select', detail);
  }

  const onClick = ({ point }) => {
    if (!busy()) choose(look(point));
  };
  const onMove = ({ point }) => {
    if (busy()) {
      hover.show(null);
      return;
    }
    const hit = look(point);
    canvas.style.cursor = hit ? 'pointer' : '';
    hover.show(hit, point);
  };
  const onLeave = () => hover.show(null);
  const onKey = (event) => {
    if (busy()) return;
    if (event.key === 'Enter') {
      const centre = { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 };
      const hit = look(centre, CENTRE_REACH_PX);
      if (hit) choose(hit);
    } else if (event.key === 'Escape') choose(null);
  };
  map.on('click', onClick);
  map.on('mousemove', onMove);
  map.on('mouseout', onLeave);
  map.on('movestart', onLeave);
  canvas.addEventListener('keydown', onKey);
  return { destroy: () => canvas.removeEventListener('keydown', onKey) };
}

/** An alert over whole counties answers at its outline; inside, everything would be the alert. */
function isInsideAlert({ layer, properties }) {
  return layer.type === 'fill' && String(properties.code).startsWith(ALERT_CODE);
}

function nearest(map, features, at) {
  const distance = (feature) => {
    if (feature.geometry.type !== 'Point') return REACH_PX;
    const spot = map.project(feature.geometry.coordinates);
    return Math.hypot(spot.x - at.x, spot.y - at.y);
  };
  return features.reduce((best, feature) => (distance(feature) < distance(best) ? feature : best));
}

function hitOf(map, feature, at) {
  const { properties } = feature;
  const where = feature.geometry.type === 'Point' ? feature.geometry.coordinates : map.unproject([at.x, at.y]).toArray();
  const place = { lon: where[0], lat: where[1], properties };
  if ([...CLUSTER_HITS, ...SITE_CLUSTER_HITS].includes(feature.layer.id)) return { kind: 'cluster', ...place };
  const kind = SITE_HITS.includes(feature.layer.id) ? 'site' : 'incident';
  return { kind, fid: feature.id, accuracy_m: Number(properties.acc) || undefined, ...place };
}
