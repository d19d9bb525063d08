/** What lies between the basemap and the records: areas, drawn shapes, density and hotspots, selection. */

export const HOTSPOT_SOURCE = 'wf-hotspot-cells';
export const HOTSPOT_LINES = 'wf-hotspot-lines';
export const HOTSPOT_FOUND = 'wf-hotspot-found';
export const DENSITY_SOURCE = 'wf-density-cells';
export const AREA_SOURCE = 'wf-areas';
export const MASK_SOURCE = 'wf-mask';
export const MARK_SOURCE = 'wf-marks';
/** Surfaces that answer to the pointer, the tested one first. */
export const CELL_HITS = ['wf-hotspot-fills', 'wf-density'];

const evenly = (colors, from) => colors.flatMap((color, index) => [from + ((1 - from) * index) / (colors.length - 1), color]);
const CLAIM = ['==', ['get', 'claim'], true];
const FEWER = ['==', ['get', 'fewer'], true];

/**
 * Return the layers for the surface under the basemap's labels.
 * @param {{colors: import('./palette.js').Palette}} look
 */
export function surfaceLayers({ colors }) {
  const dark = colors.theme === 'dark';
  const ramp = ['interpolate', ['linear'], ['coalesce', ['get', 't'], 0], ...evenly(colors.ramp, 0)];
  const change = ['interpolate', ['linear'], ['get', 'd'], ...evenly(colors.change, -1)];
  const cells = { source: HOTSPOT_SOURCE };
  const lines = { source: HOTSPOT_LINES, type: 'line' };
  return [
    {
      id: 'wf-density', type: 'fill', source: DENSITY_SOURCE,
      paint: { 'fill-color': ramp, 'fill-opacity': dark ? 0.55 : 0.6, 'fill-antialias': false },
    },
    {
      ...cells, id: 'wf-hotspot-fills', type: 'fill',
      paint: {
        'fill-color': ['case', ['has', 'd'], change, ramp], 'fill-antialias': false,
        // What passed no test steps back: nobody should act on its colour.
        'fill-opacity': ['case', CLAIM, 0.78, ['has', 'd'], ['+', 0.06, ['*', 0.24, ['abs', ['get', 'd']]]], ['has', 'sign'], 0.22, 0.34],
      },
    },
    {
      // Hatch and outline are the sign of a claim: they are kept for what passed a test.
      ...cells, id: 'wf-hotspot-hatch', type: 'fill', filter: ['all', CLAIM, ['!', FEWER]],
      paint: { 'fill-pattern': 'wf:hatch', 'fill-opacity': 0.55 },
    },
    {
      ...cells, id: 'wf-hotspot-dots', type: 'fill', filter: ['all', CLAIM, FEWER],
      paint: { 'fill-pattern': 'wf:dots', 'fill-opacity': 0.7 },
    },
    {
      ...lines, id: 'wf-hotspot-outline-rim', layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': colors.ground, 'line-width': ['case', ['get', 'robust'], 5, 3], 'line-opacity': 0.8 },
    },
    {
      ...lines, id: 'wf-hotspot-outline', filter: ['!', ['get', 'edge']], layout: { 'line-cap': 'square' },
      paint: { 'line-color': colors.text, 'line-width': ['case', ['get', 'robust'], 2.75, 1.1] },
    },
    {
      ...lines, id: 'wf-hotspot-outline-edge', filter: ['get', 'edge'],
      paint: { 'line-color': colors.text, 'line-width': ['case', ['get', 'robust'], 2.75, 1.1], 'line-dasharray': [2.5, 1.5] },
    },
  ];
}

/** Return the layers that name what the surface says: letters of trends, ranks, and the outline in hand. */
export function hotspotMarkLayers({ colors }) {
  const found = { source: HOTSPOT_FOUND };
  const held = ['==', ['get', 'part'], 'outline'];
  return [
    {
      id: 'wf-hotspot-signs', type: 'symbol', source: HOTSPOT_SOURCE, filter: ['has', 'sign'], minzoom: 5,
      layout: {
        'icon-image': ['concat', 'wf:', ['get', 'sign']], 'icon-size': 0.9,
        // A sign says the same of the whole patch that it stands in; from near every cell has its own.
        'icon-padding': ['step', ['zoom'], ['literal', [20]], 12, ['literal', [8]], 14, ['literal', [2]]],
        'symbol-sort-key': ['case', CLAIM, 0, 1],
      },
    },
    {
      ...found, id: 'wf-hotspot-box', type: 'line', filter: ['==', ['get', 'part'], 'box'],
      paint: { 'line-color': colors.muted, 'line-width': 1, 'line-dasharray': [6, 4] },
    },
    { ...found, id: 'wf-mark-found-rim', type: 'line', filter: held, paint: { 'line-color': colors.ground, 'line-width': 6, 'line-opacity': 0.85 } },
    {
      ...found, id: 'wf-mark-found', type: 'line', filter: held,
      paint: { 'line-color': colors.accent, 'line-width': ['case', ['get', 'chosen'], 3.5, 2.25] },
    },
    {
      ...found, id: 'wf-hotspot-ranks', type: 'symbol', filter: ['==', ['get', 'part'], 'rank'],
      layout: {
        'icon-image': 'wf:plate', 'icon-text-fit': 'both', 'icon-text-fit-padding': [1, 5, 1, 5],
        'text-field': ['to-string', ['get', 'rank']], 'text-font': ['Inter SemiBold'], 'text-size': 12,
        'symbol-sort-key': ['get', 'rank'], 'icon-padding': 1,
      },
      paint: { 'text-color': colors.text },
    },
  ];
}

/** Return the layers that dim what the filter leaves out, and outline what it keeps. */
export function filterLayers({ colors }) {
  return [
    {
      id: 'wf-mask', type: 'fill', source: MASK_SOURCE,
      paint: { 'fill-color': colors.ground, 'fill-opacity': 0.5 },
    },
    {
      id: 'wf-area-outline', type: 'line', source: AREA_SOURCE, filter: ['==', ['get', 'kind'], 'area'],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colors.muted, 'line-width': 1.5 },
    },
    {
      id: 'wf-shape-outline', type: 'line', source: AREA_SOURCE, filter: ['==', ['get', 'kind'], 'shape'],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colors.accent, 'line-width': 2, 'line-dasharray': [3, 2] },
    },
  ];
}

/** Return the layers for what is selected or under the pointer; they lie on top. */
export function markLayers({ colors }) {
  return [
    {
      id: 'wf-mark-ring', type: 'fill', source: MARK_SOURCE, filter: ['==', ['get', 'part'], 'ring'],
      paint: { 'fill-color': colors.accent, 'fill-opacity': 0.08 },
    },
    {
      id: 'wf-mark-ring-line', type: 'line', source: MARK_SOURCE, filter: ['==', ['get', 'part'], 'ring'],
      paint: { 'line-color': colors.accent, 'line-width': ['case', ['get', 'chosen'], 1.75, 1], 'line-dasharray': [4, 2] },
    },
    {
      id: 'wf-mark-halo', type: 'circle', source: MARK_SOURCE, filter: ['==', ['get', 'part'], 'spot'],
      paint: {
        'circle-radius': 23, 'circle-color': 'rgba(0,0,0,0)',
        'circle-stroke-color': colors.accent, 'circle-stroke-width': ['case', ['get', 'chosen'], 2.5, 1.25],
      },
    },
  ];
}
