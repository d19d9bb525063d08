/** The outline of the filter's geography: areas by name, drawn shapes, and the dimmed rest of the world. */
import { AREA_SOURCE, MASK_SOURCE } from './layers-ground.js';
import { collection, outside, shapeRings } from './shapes.js';

/**
 * Follow the geography of the filter.
 * @param {{state: {query: string}, setData: (id: string, data: object) => void}} context
 */
export function createAreas({ state, setData }) {
  const known = new Map();
  let shown = null;
  let turn = 0;

  async function geometryOf(id) {
    if (!known.has(id)) {
      const answer = await fetch(`/api/v1/areas/${encodeURIComponent(id)}/geometry`).catch(() => null);
      if (!answer?.ok) return null;
      const body = await answer.json();
      known.set(id, body.geometry ?? body);
    }
    return known.get(id);
  }

  async function follow() {
    turn += 1;
    const mine = turn;
    const filter = new URLSearchParams(state.query);
    const inverted = new Set((filter.get('not') ?? '').split(','));
    const ids = (filter.get('area') ?? '').split(',').filter(Boolean);
    const rings = shapeRings(filter.get('shape') ?? '');
    const considered = shown && shown !== filter.get('shape') ? shapeRings(shown) : [];
    const areas = (await Promise.all(ids.map(geometryOf))).filter(Boolean);
    if (mine !== turn) return;
    const features = [
      ...areas.map((geometry) => ({ type: 'Feature', properties: { kind: 'area' }, geometry })),
      ...[...rings, ...considered].map((ring) => polygon([ring], 'shape')),
    ];
    setData(AREA_SOURCE, collection(features));
    setData(MASK_SOURCE, collection(mask(areas, rings, inverted)));
  }

  return {
    follow,
    /** @param {string|null} shape a shape that is being considered, whether or not it is in the filter yet */
    showShape(shape) {
      shown = shape;
      follow();
    },
  };
}

function mask(areas, rings, inverted) {
  const masks = [];
  if (areas.length) {
    if (inverted.has('area')) masks.push(...areas.map((geometry) => ({ type: 'Feature', properties: {}, geometry })));
    else masks.push(outside(areas.flatMap(outerRings)));
  }
  if (rings.length) {
    if (inverted.has('shape')) masks.push(...rings.map((ring) => polygon([ring], 'shape')));
    else masks.push(outside(rings));
  }
  return masks;
}

function outerRings(geometry) {
  if (geometry.type === 'Polygon') return [geometry.coordinates[0]];
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.map((part) => part[0]);
  return [];
}

function polygon(coordinates, kind) {
  return { type: 'Feature', properties: { kind }, geometry: { type: 'Polygon', coordinates } };
}
