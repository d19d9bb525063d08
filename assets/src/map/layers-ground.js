/** What lies between the basemap and the records: areas, drawn shapes, density and hotspots, selection. */
import { DENSITY_RAMP } from './palette.js';

export const HOTSPOT_SOURCE = 'wf-hotspot-cells';
export const DENSITY_SOURCE = 'wf-density-cells';
export const AREA_SOURCE = 'wf-areas';
export const MASK_SOURCE = 'wf-mask';
export const MARK_SOURCE = 'wf-marks';

const RAMP = ['interpolate', ['linear'], ['coalesce', ['get', 't'], 0],
  ...DENSITY_RAMP.flatMap((color, index) => [index / (DENSITY_RAMP.length - 1), color])];

/**
 * Return the layers for the surface under the basemap's labels.
 * @param {{colors: import('./palette.js').Palette}} look
 */
export function surfaceLayers({ colors }) {
  return [
    {
      id: 'wf-density', type: 'fill', source: DENSITY_SOURCE,
      paint: { 'fill-color': RAMP, 'fill-opacity': colors.theme === 'dark' ? 0.55 : 0.6, 'fill-antialias': false },
    },
    {
      id: 'wf-hotspot-fills', type: 'fill', source: HOTSPOT_SOURCE,
      paint: { 'fill-color': RAMP, 'fill-opacity': 0.45, 'fill-antialias': false },
    },
    {
      // Hatch and outline are the sign of a claim: they are kept for what passed a test.
      id: 'wf-hotspot-hatch', type: 'fill', source: HOTSPOT_SOURCE, filter: ['==', ['get', 'claim'], true],
      paint: { 'fill-pattern': 'wf:hatch', 'fill-opacity': 0.6 },
    },
    {
      id: 'wf-hotspot-outline', type: 'line', source: HOTSPOT_SOURCE, filter: ['==', ['get', 'claim'], true],
      paint: { 'line-color': colors.text, 'line-width': 1.5 },
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
