/** How incidents are drawn: quiet clusters, a dot for every report, a glyph wherever there is room for one. */
import { LOUD_FROM, SEVERITY_COLORS, SEVERITY_LABELS } from './palette.js';

export const INCIDENTS = 'wf-incidents';
const FONT = ['Inter Medium'];
/** Layers that answer to the pointer, in the order in which they are asked. */
export const INCIDENT_HITS = ['wf-incident-unplaced', 'wf-incident-glyphs', 'wf-incident-dots', 'wf-incident-lines',
  'wf-incident-fills'];
export const CLUSTER_HITS = ['wf-incident-clusters'];

/** Public alerts, whatever they warn of. */
export const ALERT_CODE = 'weather.alert';

const CODE = ['coalesce', ['get', 'code'], ''];
const SEVERITY = ['coalesce', ['get', 'sev'], 0];
const ACCURACY = ['coalesce', ['get', 'acc'], 0];
const COLOR = ['match', SEVERITY, ...SEVERITY_COLORS.flatMap((color, level) => [level, color]), SEVERITY_COLORS[0]];
const WORD = ['match', SEVERITY, ...SEVERITY_LABELS.flatMap((word, level) => [level, word]), ''];
// Resolved and closed stay on the map but step back.
const PRESENCE = ['case', ['>=', ['coalesce', ['get', 'st'], 0], 3], 0.42, 1];
/** `LocatedBy.DEFAULT_POINT`: the source's stand-in for "no place". */
export const DEFAULT_POINT = 7;
const IS_DEFAULT_POINT = ['==', ['get', 'loc'], DEFAULT_POINT];
const DONE = ['>=', ['coalesce', ['get', 'st'], 0], 3];
const CERTAINTY = ['case', IS_DEFAULT_POINT, 'hollow', ['<=', ACCURACY, 0], 'dashed', 'solid'];
// NAPSG: a triangle is a public alert, a diamond is what happened.
const IS_ALERT = ['==', ['slice', CODE, 0, ALERT_CODE.length], ALERT_CODE];
const SHAPE = ['case', IS_ALERT, 'alert', 'hazard'];
// The ordinary is grey: only what is moderate or worse, and not yet over, has a colour.
const IS_QUIET = ['any', DONE, ['<', SEVERITY, LOUD_FROM]];
const ICON = ['concat', 'wf:incident:', SHAPE, ':', ['coalesce', ['get', 'glyph'], 'circle-stroked'], ':',
  ['to-string', SEVERITY], ':', CERTAINTY];
/** From afar only watch, high and extreme have a glyph of their own. */
const GLYPH_FROM_AFAR = 4;
const COUNT = ['coalesce', ['get', 'n'], 1];
const CLUSTER_RADIUS = ['step', COUNT, '11', 10, '12', 30, '14', 100, '17', 300, '19', 1000, '22', 10000, '26', 100000, '30'];
const SHARE = ['case', ['>', ['coalesce', ['get', 'hi'], 0], 0],
  ['max', 1, ['min', 16, ['round', ['/', ['*', 16, ['coalesce', ['get', 'hi'], 0]], COUNT]]]], 0];

/** A count as people read it: 940, 1.3k, 24k, 1.2M. */
export const SHORT_COUNT = ['case',
  ['<', COUNT, 1000], ['to-string', COUNT],
  ['<', COUNT, 9950], ['concat', ['to-string', ['/', ['round', ['/', COUNT, 100]], 10]], 'k'],
  ['<', COUNT, 999500], ['concat', ['to-string', ['round', ['/', COUNT, 1000]]], 'k'],
  ['concat', ['to-string', ['/', ['round', ['/', COUNT, 100000]], 10]], 'M']];

/** Metres that one pixel covers at zoom 0 at the equator, in MapLibre's 512-px world. */
const METRES_PER_PIXEL = 78271.517;

/**
 * Return the radius, in pixels, of accuracy rings at a latitude.
 * @param {number} lat
 */
export function ringRadius(lat) {
  const pixels = (zoom) => ['/', ['*', ACCURACY, 2 ** zoom], METRES_PER_PIXEL * Math.cos((lat * Math.PI) / 180)];
  return ['interpolate', ['exponential', 2], ['zoom'], 0, pixels(0), 22, pixels(22)];
}

/**
 * Return the incident layers, from the bottom up.
 * @param {{colors: import('./palette.js').Palette, lat: number, layers: Record<string, boolean>}} look
 */
export function incidentLayers({ colors, lat, layers }) {
  return [
    ...shapeLayers(colors), ringLayer(colors, lat), dotLayer({ colors, layers }),
    ...symbolLayers(colors), ...clusterLayers({ colors, layers }),
  ];
}

function shapeLayers(colors) {
  const base = { source: INCIDENTS, 'source-layer': 'shapes' };
  const layout = { 'line-join': 'round', 'line-cap': 'round' };
  const color = ['case', IS_QUIET, colors.muted, COLOR];
  return [
    {
      ...base, id: 'wf-incident-fills', type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'],
      paint: {
        'fill-color': color,
        // An alert covers counties: a fill would colour the whole floor, its outline says the same.
        'fill-opacity': ['*', PRESENCE, ['case', IS_ALERT, 0.03, IS_QUIET, 0.06, 0.14]],
      },
    },
    {
      ...base, id: 'wf-incident-line-rims', type: 'line', layout,
      paint: { 'line-color': colors.ground, 'line-width': 4.5, 'line-opacity': ['*', 0.7, PRESENCE] },
    },
    {
      ...base, id: 'wf-incident-lines', type: 'line', layout,
      paint: { 'line-color': color, 'line-width': ['case', IS_ALERT, 1.25, 2], 'line-opacity': ['*', PRESENCE, ['case', IS_ALERT, 0.8, 1]] },
    },
    {
      // Severity is never told by colour alone.
      ...base, id: 'wf-incident-line-words', type: 'symbol', filter: ['!', IS_QUIET],
      layout: {
        'symbol-placement': 'line', 'symbol-spacing': 280, 'text-field': WORD,
        'text-font': FONT, 'text-size': 10, 'text-padding': 8,
      },
      paint: { 'text-color': colors.text, 'text-halo-color': colors.ground, 'text-halo-width': 2 },
    },
  ];
}

function ringLayer(colors, lat) {
  return {
    id: 'wf-incident-rings', type: 'circle', source: INCIDENTS, 'source-layer': 'points', minzoom: 14.5,
    // Rings wider than the screen would only be lines across it: those are drawn when a record is looked at.
    filter: ['all', ['>=', ACCURACY, 10], ['<=', ACCURACY, ['step', ['zoom'], 500, 16, 300, 17, 150]], ['!', IS_DEFAULT_POINT]],
    paint: {
      'circle-radius': ringRadius(lat),
      'circle-color': 'rgba(0,0,0,0)',
      'circle-stroke-color': colors.muted,
      'circle-stroke-width': 1,
      'circle-stroke-opacity': ['*', 0.45, PRESENCE],
      'circle-pitch-scale': 'map',
      'circle-pitch-alignment': 'map',
    },
  };
}

/**
 * Return how strongly dots are drawn; over a surface they step back, or nobody could see it.
 * @param {Record<string, boolean>} layers
 */
export function dotOpacity(layers) {
  const strength = layers.density || layers.hotspots ? 0.3 : 1;
  return ['*', strength, ['case', DONE, 0.45, ['<', SEVERITY, LOUD_FROM], 0.75, 1]];
}

/** Return how strongly circles of many reports are drawn, or their numbers; like dots they step back over a surface. */
export function clusterOpacity(layers, property) {
  if (!layers.density && !layers.hotspots) return 1;
  return property === 'icon-opacity' ? 0.4 : 0.75;
}

function dotLayer({ colors, layers }) {
  const size = (small, step) => ['+', small, ['*', step, ['max', 0, ['-', SEVERITY, 2]]]];
  const color = ['case', IS_QUIET, colors.muted, COLOR];
  return {
    id: 'wf-incident-dots', type: 'circle', source: INCIDENTS, 'source-layer': 'points',
    layout: { 'circle-sort-key': ['case', DONE, -1, SEVERITY] },
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 6, size(1.4, 0.4), 10, size(2, 0.6), 14, size(3.2, 0.7)],
      'circle-color': ['case', IS_DEFAULT_POINT, 'rgba(0,0,0,0)', color],
      'circle-opacity': dotOpacity(layers),
      'circle-stroke-color': ['case', IS_DEFAULT_POINT, color, colors.ground],
      'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 6, 0.5, 12, 1],
      'circle-stroke-opacity': dotOpacity(layers),
    },
  };
}

function symbolLayers(colors) {
  const base = { type: 'symbol', source: INCIDENTS, 'source-layer': 'points' };
  return [
    {
      ...base, id: 'wf-incident-glyphs', minzoom: 9,
      filter: ['all', ['!', IS_DEFAULT_POINT], ['>=', SEVERITY, ['step', ['zoom'], GLYPH_FROM_AFAR, 11, 0]]],
      layout: {
        'icon-image': ICON,
        'icon-size': ['interpolate', ['linear'], ['zoom'], 9, 0.78, 13, 0.9, 16, 1],
        'icon-overlap': ['step', ['zoom'], 'never', 15.5, 'always'],
        'icon-padding': ['step', ['zoom'], ['literal', [7]], 14, ['literal', [3]]],
        // Stacks and the gravest find room first.
        'symbol-sort-key': ['case', ['>', COUNT, 1], 0, DONE, 20, ['-', 10, SEVERITY]],
        'symbol-z-order': 'source',
      },
      paint: { 'icon-opacity': PRESENCE },
    },
    {
      // Never crowded out: many reports that have no place of their own are told apart from those that do.
      ...base, id: 'wf-incident-unplaced', minzoom: 11, filter: IS_DEFAULT_POINT,
      layout: { 'icon-image': ICON, 'icon-size': 0.9, 'icon-overlap': 'always' },
    },
    {
      // From afar only large stacks are told: twos and threes everywhere would be the loudest thing on the map.
      ...base, id: 'wf-incident-stacks', minzoom: 12, filter: ['>', COUNT, ['step', ['zoom'], 9, 14, 1]],
      layout: {
        'icon-image': 'wf:pill', 'icon-text-fit': 'both', 'icon-text-fit-padding': [1, 4, 1, 4],
        'text-field': SHORT_COUNT, 'text-font': FONT, 'text-size': 10,
        'text-offset': [1.9, -1.6], 'text-overlap': 'always', 'icon-overlap': 'always', 'text-ignore-placement': true, 'icon-ignore-placement': true,
      },
      paint: { 'text-color': colors.panel, 'icon-opacity': 0.95 },
    },
  ];
}

function clusterLayers({ colors, layers }) {
  return [
    {
      id: 'wf-incident-clusters', type: 'symbol', source: INCIDENTS, 'source-layer': 'clusters',
      layout: {
        'icon-image': ['concat', 'wf:cluster:', CLUSTER_RADIUS, ':', ['to-string', SHARE]],
        'icon-overlap': 'always', 'text-overlap': 'always', 'icon-ignore-placement': false,
        'text-field': SHORT_COUNT, 'text-font': FONT, 'text-size': ['step', COUNT, 10, 30, 11, 1000, 12, 10000, 13],
        'symbol-sort-key': COUNT,
      },
      paint: {
        'text-color': colors.text,
        'icon-opacity': clusterOpacity(layers, 'icon-opacity'), 'text-opacity': clusterOpacity(layers, 'text-opacity'),
      },
    },
  ];
}
