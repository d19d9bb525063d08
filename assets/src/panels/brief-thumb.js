/** Small pictures of a brief's pages: enough to tell one from the other, drawn without a map. */

const NS = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT] = [72, 44];
const MOST_DOTS = 160;

/** Return the picture of a page; the words beside it say the same. */
export function thumb(page) {
  const svg = node('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'brief-thumb', 'aria-hidden': 'true' });
  if (page.map) svg.append(...mapMarks(page.map));
  else if (page.chart) svg.append(...bars(page.chart));
  else svg.append(...lines(page.table ? 6 : 4));
  return svg;
}

function mapMarks({ bbox: [west, south, east, north], points = [], shapes = [], sites = [] }) {
  const fit = Math.min((WIDTH - 6) / Math.max(1e-9, east - west), (HEIGHT - 6) / Math.max(1e-9, north - south));
  const x = (lon) => WIDTH / 2 + (lon - (west + east) / 2) * fit;
  const y = (lat) => HEIGHT / 2 - (lat - (south + north) / 2) * fit;
  const marks = [];
  for (const { geometry } of shapes.slice(0, 40)) {
    const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.type === 'MultiPolygon' ? geometry.coordinates.flat() : geometry.type === 'LineString' ? [geometry.coordinates] : [];
    for (const ring of rings) marks.push(node('path', { d: `M${ring.map(([lon, lat]) => `${x(lon).toFixed(1)} ${y(lat).toFixed(1)}`).join('L')}`, class: 'thumb-shape' }));
  }
  const step = Math.max(1, Math.ceil(points.length / MOST_DOTS));
  for (const one of sites.slice(0, 30)) marks.push(node('rect', { x: x(one.lon) - 1, y: y(one.lat) - 1, width: 2, height: 2, class: 'thumb-site' }));
  for (let at = 0; at < points.length; at += step) marks.push(node('circle', { cx: x(points[at].lon).toFixed(1), cy: y(points[at].lat).toFixed(1), r: Math.min(5, 1 + Math.log10(points[at].count ?? 1)), class: (points[at].count ?? 1) === 1 && points[at].severity >= 4 ? 'thumb-dot loud' : 'thumb-dot' }));
  return marks;
}

function bars({ series }) {
  const values = (series.find((one) => !one.usual)?.values ?? []).map((value) => value ?? 0).slice(-24);
  const most = Math.max(1, ...values);
  const wide = (WIDTH - 8) / Math.max(1, values.length);
  return values.map((value, place) => node('rect', { x: 4 + place * wide, y: HEIGHT - 4 - (value / most) * (HEIGHT - 10), width: Math.max(0.8, wide - 1), height: (value / most) * (HEIGHT - 10), class: 'thumb-bar' }));
}

function lines(count) {
  return Array.from({ length: count }, (_, place) => node('rect', { x: 6, y: 7 + place * (32 / count), width: place === count - 1 ? 34 : 60, height: 2, class: 'thumb-bar' }));
}

function node(tag, attributes) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
