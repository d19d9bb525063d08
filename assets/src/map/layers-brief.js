/** How a frozen map is drawn: the same symbols as the live one, from what the brief kept. */
import { LOUD_FROM, SEVERITY_COLORS } from './palette.js';

export const BRIEF = { shapes: 'wf-brief-shapes', sites: 'wf-brief-sites', points: 'wf-brief-points' };

const ROLE = ['get', 'role'];
const COUNT = ['get', 'count'];
const SEVERITY = ['get', 'severity'];
const SURFACES = ['in', ROLE, ['literal', ['hotspot', 'surface', 'expected']]];
const AREA = ['==', ['geometry-type'], 'Polygon'];
const CLAIM = ['==', ['get', 'claim'], true];
const ROUND = { 'line-join': 'round', 'line-cap': 'round' };
const DONE = ['==', ['get', 'done'], true];
const COLOR = ['case', ['any', DONE, ['<', SEVERITY, LOUD_FROM]], '#AEB7C3', ['match', SEVERITY, ...SEVERITY_COLORS.flatMap((color, level) => [level, color]), SEVERITY_COLORS[0]]];
// What is over stays on the map but steps back, as on the live one.
const PRESENCE = ['case', DONE, 0.42, 1];
const CLUSTER = ['step', COUNT, '12', 10, '14', 30, '17', 100, '19', 1000, '22', 10000, '26'];

/**
 * Return the style layers, lowest first.
 * @param {import('./palette.js').Palette} colors
 */
export function briefLayers(colors) {
  const halo = { 'text-halo-color': colors.ground, 'text-halo-width': 1.5 };
  const ramp = ['interpolate', ['linear'], ['get', 'level'], ...colors.ramp.flatMap((color, place, all) => [place / (all.length - 1), color])];
  const shapes = { source: BRIEF.shapes };
  const points = { source: BRIEF.points };
  return [
    { ...shapes, id: 'wf-brief-surface', type: 'fill', filter: ['all', AREA, SURFACES], paint: { 'fill-color': ramp, 'fill-opacity': ['case', CLAIM, 0.78, 0.5], 'fill-antialias': false } },
    // Hatch and outline are the sign of a claim, here as on the live map.
    { ...shapes, id: 'wf-brief-hatch', type: 'fill', filter: ['all', AREA, SURFACES, CLAIM], paint: { 'fill-pattern': 'wf:hatch', 'fill-opacity': 0.55 } },
    { ...shapes, id: 'wf-brief-claim', type: 'line', filter: ['all', AREA, SURFACES, CLAIM], layout: ROUND, paint: { 'line-color': colors.text, 'line-width': 1.75 } },
    { ...shapes, id: 'wf-brief-area', type: 'fill', filter: ['all', AREA, ['!', SURFACES]], paint: { 'fill-color': colors.text, 'fill-opacity': 0.06 } },
    { ...shapes, id: 'wf-brief-outline', type: 'line', filter: ['all', ['!', SURFACES], ['!=', ROLE, 'closure']], layout: ROUND, paint: { 'line-color': ['match', ROLE, 'segment', colors.muted, 'watch_area', colors.accent, colors.text], 'line-width': 1.5 } },
    { ...shapes, id: 'wf-brief-closure', type: 'line', filter: ['==', ROLE, 'closure'], paint: { 'line-color': colors.text, 'line-width': 5, 'line-dasharray': [0.4, 0.8] } },
    { ...shapes, id: 'wf-brief-shape-name', type: 'symbol', filter: ['!=', ['get', 'label'], ''], layout: { 'text-field': ['get', 'label'], 'text-size': 12, 'text-font': ['Inter SemiBold'], 'text-max-width': 12 }, paint: { 'text-color': colors.text, ...halo } },
    {
      id: 'wf-brief-site', type: 'symbol', source: BRIEF.sites,
      layout: {
        'icon-image': ['concat', 'wf:site:', ['get', 'glyph'], ':', ['get', 'sector'], ':', ['to-string', ['get', 'status']]], 'icon-size': 0.9, 'icon-padding': 1, 'icon-overlap': 'never',
        'symbol-sort-key': ['-', 10, ['get', 'status']],
        'text-field': ['step', ['zoom'], '', 12, ['get', 'name']], 'text-font': ['Inter Regular'], 'text-size': 11, 'text-optional': true,
        'text-variable-anchor': ['top', 'right', 'left', 'bottom'], 'text-radial-offset': 1.5, 'text-max-width': 12,
      },
      paint: { 'text-color': colors.muted, ...halo },
    },
    { ...points, id: 'wf-brief-dot', type: 'circle', filter: ['==', COUNT, 1], paint: { 'circle-radius': 4, 'circle-color': COLOR, 'circle-opacity': PRESENCE, 'circle-stroke-color': colors.ink, 'circle-stroke-width': 1.25 } },
    {
      ...points, id: 'wf-brief-point', type: 'symbol', filter: ['==', COUNT, 1],
      layout: {
        'icon-image': ['concat', 'wf:incident:', ['get', 'shape'], ':', ['get', 'glyph'], ':', ['to-string', SEVERITY], ':', ['get', 'certainty']],
        'icon-size': 0.9, 'icon-overlap': 'never', 'icon-padding': 4, 'symbol-sort-key': ['-', 10, SEVERITY],
        'text-field': ['step', ['zoom'], '', 14, ['get', 'label']], 'text-font': ['Inter Medium'], 'text-size': 12, 'text-optional': true,
        'text-variable-anchor': ['top', 'right', 'left', 'bottom'], 'text-radial-offset': 1.8, 'text-max-width': 14,
      },
      paint: { 'icon-opacity': PRESENCE, 'text-color': colors.text, ...halo },
    },
    {
      ...points, id: 'wf-brief-many', type: 'symbol', filter: ['>', COUNT, 1],
      layout: {
        'icon-image': ['concat', 'wf:cluster:', CLUSTER, ':', ['to-string', ['get', 'share']]], 'icon-overlap': 'always', 'text-overlap': 'always', 'icon-ignore-placement': false,
        'text-field': ['to-string', COUNT], 'text-font': ['Inter Medium'], 'text-size': 11, 'symbol-sort-key': COUNT,
      },
      paint: { 'text-color': colors.text },
    },
  ];
}

const STATUS = { grey: 0, unknown: 0, green: 1, yellow: 2, red: 3 };
const feature = (geometry, properties) => ({ type: 'Feature', properties, geometry });
const point = ({ lon, lat }) => ({ type: 'Point', coordinates: [lon, lat] });

/** Return what a frozen map holds as features by source. */
export function pictureFeatures(picture) {
  const { points = [], sites = [], shapes = [] } = picture ?? {};
  return {
    [BRIEF.shapes]: shapes.map((one) => feature(one.geometry, { role: one.role, level: one.level ?? 0, claim: one.claim === true, label: one.label ?? '' })),
    [BRIEF.sites]: sites.map((one) => feature(point(one), { glyph: one.glyph ?? '', sector: one.sector ?? '', status: STATUS[one.status] ?? 0, name: one.name ?? '' })),
    [BRIEF.points]: points.map((one) => feature(point(one), {
      glyph: one.glyph || 'circle-stroked', severity: one.severity ?? 0, count: one.count ?? 1, label: one.label ?? '', certainty: one.unplaced ? 'hollow' : one.accuracy_m > 0 ? 'solid' : 'dashed',
      shape: one.alert ? 'alert' : 'hazard', done: one.done === true, share: one.high > 0 ? Math.max(1, Math.min(16, Math.round((16 * one.high) / (one.count ?? 1)))) : 0,
    })),
  };
}
