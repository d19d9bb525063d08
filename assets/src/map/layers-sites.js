/** How sites are drawn: NAPSG's rounded rectangle with the sector's glyph, status by letter and colour. */
import { SHORT_COUNT } from './layers-incidents.js';

export const SITES = 'wf-sites';
export const SITE_HITS = ['wf-site-glyphs'];
export const SITE_CLUSTER_HITS = ['wf-site-clusters'];

const STATUS = ['coalesce', ['get', 'status'], 0];

/**
 * Return the site layers, from the bottom up; they lie under the incidents.
 * @param {{colors: import('./palette.js').Palette}} look
 */
export function siteLayers({ colors }) {
  return [
    {
      id: 'wf-site-clusters', type: 'symbol', source: SITES, 'source-layer': 'site_clusters',
      layout: {
        'icon-image': ['concat', 'wf:sites:', ['to-string', STATUS]], 'icon-overlap': 'always', 'text-overlap': 'always',
        'text-field': SHORT_COUNT, 'text-font': ['Inter Medium'], 'text-size': 10,
        // Beside the incidents of the same cell, not hidden under their count.
        'icon-offset': [24, 20], 'text-offset': [2.25, 2.05],
      },
      paint: { 'text-color': colors.text },
    },
    {
      id: 'wf-site-dots', type: 'circle', source: SITES, 'source-layer': 'sites', maxzoom: 15,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 7, 1.25, 12, 2.5], 'circle-color': colors.panel,
        'circle-stroke-color': colors.muted, 'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 7, 0.75, 12, 1.25],
        'circle-stroke-opacity': 0.8,
      },
    },
    {
      id: 'wf-site-glyphs', type: 'symbol', source: SITES, 'source-layer': 'sites', minzoom: 7,
      layout: {
        'icon-image': ['concat', 'wf:site:', ['coalesce', ['get', 'glyph'], ''], ':',
          ['coalesce', ['get', 'sector'], ''], ':', ['to-string', STATUS]],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 7, 0.8, 12, 0.95, 15, 1],
        'icon-overlap': ['step', ['zoom'], 'never', 14, 'always'],
        'icon-padding': 1,
        'symbol-sort-key': ['-', 10, STATUS],
        'text-field': ['step', ['zoom'], '', 13, ['coalesce', ['get', 'name'], '']],
        'text-font': ['Inter Regular'], 'text-size': 11, 'text-optional': true,
        'text-variable-anchor': ['top', 'right', 'left', 'bottom'], 'text-radial-offset': 1.5, 'text-max-width': 12,
      },
      paint: { 'text-color': colors.muted, 'text-halo-color': colors.ground, 'text-halo-width': 1.5 },
    },
  ];
}
