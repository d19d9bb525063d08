/** Icon outlines (Maki and Temaki, CC0) by name, drawn on a canvas of any size and colour. */
import sites from '../../../layers/style/site_glyphs.json';
import inside from 'watchfloor:glyphs';

/**
 * Make a look-up of icon outlines; the whole set is fetched only when a name outside the bundle is asked for.
 * @returns {(name: string, fallback?: string) => Promise<[number, number, string]>} width, height and SVG path
 */
export function glyphBook() {
  let everyGlyph = null;
  const fetchAll = async () => {
    const answer = await fetch(new URL('./glyphs.json', import.meta.url));
    return answer.ok ? answer.json() : {};
  };
  return async (name, fallback = 'circle-stroked') => {
    if (Object.hasOwn(inside, name)) return inside[name];
    everyGlyph ??= fetchAll().catch(() => ({}));
    const all = await everyGlyph;
    if (Object.hasOwn(all, name)) return all[name];
    return inside[fallback] ?? inside['circle-stroked'];
  };
}

/**
 * Return the name of the icon that stands for a sector when a site has none of its own.
 * @param {string} sector
 */
export function sectorGlyph(sector) {
  return Object.hasOwn(sites.sectors, sector) ? sites.sectors[sector] : 'marker';
}

/**
 * Fill an icon into a square of the canvas.
 * @param {CanvasRenderingContext2D} pen
 * @param {[number, number, string]} outline
 * @param {{x: number, y: number, size: number, color: string}} at centre and side of the square
 */
export function drawGlyph(pen, [width, height, path], { x, y, size, color }) {
  const scale = size / Math.max(width, height);
  pen.save();
  pen.translate(x - (width * scale) / 2, y - (height * scale) / 2);
  pen.scale(scale, scale);
  pen.fillStyle = color;
  pen.fill(new Path2D(path));
  pen.restore();
}
