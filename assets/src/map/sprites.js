/** Symbols drawn when the map first needs them, named by what they show: `wf:<kind>:<facts…>`. */
import { glyphBook, sectorGlyph } from './glyphs.js';
import { surfaceImage } from './hotspot-symbols.js';
import { drawCluster, drawIncident, drawPill, drawSite, drawSiteCluster } from './symbols.js';

/** Device pixels per CSS pixel of every symbol: sharp on a wall display without being redrawn. */
export const PIXEL_RATIO = 2;

/**
 * @typedef {object} Sprites
 * @property {(id: string) => Promise<void>} resolve  draw a missing image
 * @property {(colors: import('./palette.js').Palette) => Promise<void>} tint  redraw all in other colours
 */

/**
 * Draw symbols for a map on demand.
 * @param {import('maplibre-gl').Map} map
 * @param {import('./palette.js').Palette} colors
 * @returns {Sprites}
 */
export function createSprites(map, colors) {
  const outline = glyphBook();
  let current = colors;
  const known = new Set();

  async function resolve(id) {
    if (!id.startsWith('wf:')) return;
    const drawn = await draw(id, current, outline);
    // A page may be left, and its map with it, while a symbol is drawn.
    if (!drawn || !map.style) return;
    known.add(id);
    if (map.hasImage(id)) map.updateImage(id, drawn.image);
    else map.addImage(id, drawn.image, { pixelRatio: PIXEL_RATIO, ...drawn.options });
  }

  return {
    resolve,
    async tint(next) {
      current = next;
      await Promise.all([...known].filter((id) => map.hasImage(id)).map(resolve));
    },
  };
}

async function draw(id, colors, outline) {
  const [, kind, ...facts] = id.split(':');
  if (kind === 'incident') {
    const [shape, name, severity, certainty] = facts;
    const path = certainty === 'hollow' ? null : await outline(name);
    return paint(40, 40, (pen) => drawIncident(pen, colors, { shape, path, severity: Number(severity), certainty }));
  }
  if (kind === 'site') {
    const [name, sector, status] = facts;
    const path = await outline(name, sectorGlyph(sector));
    return paint(32, 32, (pen) => drawSite(pen, colors, { path, status: Number(status) }));
  }
  if (kind === 'cluster') {
    const radius = Number(facts[0]);
    return paint(radius * 2 + 6, radius * 2 + 6, (pen) => drawCluster(pen, colors, { radius, share: Number(facts[1]) }));
  }
  if (kind === 'sites') return paint(34, 30, (pen) => drawSiteCluster(pen, colors, Number(facts[0]) || 0));
  if (kind === 'pill') {
    const options = { stretchX: [[14, 18]], stretchY: [[14, 18]], content: [8, 6, 24, 26] };
    return { ...paint(16, 16, (pen) => drawPill(pen, colors)), options };
  }
  const sign = surfaceImage(kind, facts, colors);
  return sign && { ...paint(sign.width, sign.height, sign.work), options: sign.options };
}

function paint(width, height, work) {
  const canvas = document.createElement('canvas');
  canvas.width = width * PIXEL_RATIO;
  canvas.height = height * PIXEL_RATIO;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.scale(PIXEL_RATIO, PIXEL_RATIO);
  work(pen);
  return { image: pen.getImageData(0, 0, canvas.width, canvas.height) };
}
