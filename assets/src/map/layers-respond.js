/** How the search is drawn: households by urgency, where they may be, ground to search, what is closed. */

export const RESPOND = {
  expected: 'wf-respond-expected', rings: 'wf-respond-rings', areas: 'wf-respond-areas', segments: 'wf-respond-segments',
  pockets: 'wf-respond-pockets', closures: 'wf-respond-closures', tasks: 'wf-respond-tasks', isochrones: 'wf-respond-isochrones', points: 'wf-respond-points', chosen: 'wf-respond-chosen', marks: 'wf-respond-marks', draft: 'wf-respond-draft',
};

/** The switches of the page and the style layers behind each. */
export const RESPOND_SWITCHES = {
  expected: ['wf-respond-expected-fill'],
  rings: ['wf-respond-ring-line', 'wf-respond-chosen-ring'],
  segments: ['wf-respond-segment-fill', 'wf-respond-segment-line', 'wf-respond-segment-name'],
  tasks: ['wf-respond-task-way', 'wf-respond-task-number'],
};

/** Of many households, those beside each other are told together until one looks closer. */
export const TOGETHER = { clusterRadius: 34, clusterMaxZoom: 12, clusterProperties: { people: ['+', ['get', 'people']], score: ['max', ['get', 'score']] } };

const SOLID = { 'line-join': 'round', 'line-cap': 'round' };
const LETTER = { 'text-font': ['Inter SemiBold'], 'text-allow-overlap': true, 'text-ignore-placement': true };
const URGENCY = ['step', ['get', 'score'], '#237ACF', 30, '#FF8918', 60, '#FF181E'];

/**
 * Return the style layers, lowest first.
 * @param {import('./palette.js').Palette} colors
 */
export function respondLayers(colors) {
  const many = ['has', 'point_count'];
  const halo = { 'text-halo-color': colors.ground, 'text-halo-width': 1.5 };
  const ramp = ['interpolate', ['linear'], ['get', 'share'], ...colors.ramp.slice(1).flatMap((color, place, all) => [place / (all.length - 1), color])];
  return [
    { id: 'wf-respond-expected-fill', type: 'fill', source: RESPOND.expected, filter: ['>=', ['get', 'share'], 0.2], paint: { 'fill-color': ramp, 'fill-opacity': ['interpolate', ['linear'], ['get', 'share'], 0, 0.25, 0.5, 0.7, 1, 0.85], 'fill-antialias': false } },
    { id: 'wf-respond-isochrone-fill', type: 'fill', source: RESPOND.isochrones, paint: { 'fill-color': colors.accent, 'fill-opacity': 0.1 } },
    { id: 'wf-respond-isochrone-line', type: 'line', source: RESPOND.isochrones, layout: SOLID, paint: { 'line-color': colors.accent, 'line-width': 1.5 } },
    { id: 'wf-respond-isochrone-minutes', type: 'symbol', source: RESPOND.isochrones, layout: { 'symbol-placement': 'line', 'text-field': ['concat', ['get', 'minutes'], ' min'], 'text-size': 12, 'text-font': ['Inter SemiBold'], 'text-keep-upright': true }, paint: { 'text-color': colors.accent, ...halo } },
    { id: 'wf-respond-pocket-fill', type: 'fill', source: RESPOND.pockets, paint: { 'fill-color': colors.text, 'fill-opacity': 0.08 } },
    { id: 'wf-respond-pocket-line', type: 'line', source: RESPOND.pockets, layout: SOLID, paint: { 'line-color': colors.text, 'line-width': 1.5, 'line-dasharray': [3, 2] } },
    { id: 'wf-respond-segment-fill', type: 'fill', source: RESPOND.segments, paint: { 'fill-color': ['case', ['get', 'over'], colors.accent, colors.text], 'fill-opacity': ['case', ['get', 'over'], 0.3, 0.03] } },
    { id: 'wf-respond-segment-line', type: 'line', source: RESPOND.segments, layout: SOLID, paint: { 'line-color': colors.muted, 'line-width': 1, 'line-opacity': ['interpolate', ['linear'], ['zoom'], 10, 0.25, 13, 0.8] } },
    { id: 'wf-respond-segment-name', type: 'symbol', source: RESPOND.segments, minzoom: 12, layout: { 'text-field': ['get', 'name'], 'text-size': 11, 'text-font': ['Inter Regular'] }, paint: { 'text-color': colors.muted, ...halo } },
    { id: 'wf-respond-area-fill', type: 'fill', source: RESPOND.areas, paint: { 'fill-color': colors.accent, 'fill-opacity': ['step', ['get', 'level'], 0.22, 0.75, 0.1, 0.9, 0.05] } },
    { id: 'wf-respond-area-line', type: 'line', source: RESPOND.areas, layout: SOLID, paint: { 'line-color': colors.accent, 'line-width': ['step', ['get', 'level'], 2.5, 0.75, 1.5, 0.9, 1] } },
    { id: 'wf-respond-ring-line', type: 'line', source: RESPOND.rings, layout: SOLID, paint: { 'line-color': URGENCY, 'line-width': 1, 'line-opacity': 0.45 } },
    { id: 'wf-respond-chosen-ring', type: 'line', source: RESPOND.chosen, filter: ['==', ['geometry-type'], 'Polygon'], layout: SOLID, paint: { 'line-color': URGENCY, 'line-width': 2 } },
    { id: 'wf-respond-closure-fill', type: 'fill', source: RESPOND.closures, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': colors.text, 'fill-opacity': 0.14 } },
    { id: 'wf-respond-closure-line', type: 'line', source: RESPOND.closures, paint: { 'line-color': colors.text, 'line-width': 5, 'line-dasharray': [0.4, 0.8], 'line-opacity': ['case', ['get', 'active'], 1, 0.35] } },
    { id: 'wf-respond-task-way', type: 'line', source: RESPOND.tasks, filter: ['==', ['geometry-type'], 'LineString'], layout: SOLID, paint: { 'line-color': colors.accent, 'line-width': 1.5, 'line-dasharray': [1, 2] } },
    { id: 'wf-respond-many', type: 'circle', source: RESPOND.points, filter: many, paint: { 'circle-radius': ['step', ['get', 'point_count'], 13, 20, 16, 200, 20], 'circle-color': colors.ink, 'circle-stroke-color': URGENCY, 'circle-stroke-width': 4 } },
    { id: 'wf-respond-many-people', type: 'symbol', source: RESPOND.points, filter: many, layout: { ...LETTER, 'text-field': ['to-string', ['get', 'people']], 'text-size': 12 }, paint: { 'text-color': '#FFFFFF' } },
    { id: 'wf-respond-point', type: 'circle', source: RESPOND.points, filter: ['!', many], paint: { 'circle-radius': 9, 'circle-color': colors.ink, 'circle-stroke-color': URGENCY, 'circle-stroke-width': ['case', ['>=', ['get', 'score'], 30], 3, 2] } },
    { id: 'wf-respond-chosen', type: 'circle', source: RESPOND.chosen, filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 17, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': colors.accent, 'circle-stroke-width': 2.5 } },
    { id: 'wf-respond-letter', type: 'symbol', source: RESPOND.points, filter: ['!', many], layout: { ...LETTER, 'text-field': ['to-string', ['get', 'people']], 'text-size': 10 }, paint: { 'text-color': '#FFFFFF' } },
    { id: 'wf-respond-cut', type: 'symbol', source: RESPOND.points, filter: ['==', ['get', 'cut_off'], true], layout: { ...LETTER, 'text-field': 'Cut off', 'text-size': 10, 'text-offset': [0, 1.9], 'text-allow-overlap': false }, paint: { 'text-color': colors.text, ...halo } },
    { id: 'wf-respond-task-number', type: 'symbol', source: RESPOND.tasks, filter: ['==', ['geometry-type'], 'Point'], layout: { ...LETTER, 'text-field': ['get', 'label'], 'text-size': 12, 'text-offset': [0, -1.6], 'text-allow-overlap': false, 'text-ignore-placement': false }, paint: { 'text-color': colors.accent, ...halo } },
    { id: 'wf-respond-draft-line', type: 'line', source: RESPOND.draft, filter: ['!=', ['geometry-type'], 'Point'], layout: SOLID, paint: { 'line-color': colors.accent, 'line-width': 2, 'line-dasharray': [2, 2] } },
    { id: 'wf-respond-draft-point', type: 'circle', source: RESPOND.draft, filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 6, 'circle-color': colors.accent, 'circle-stroke-color': colors.ground, 'circle-stroke-width': 2 } },
    { id: 'wf-respond-draft-name', type: 'symbol', source: RESPOND.draft, filter: ['==', ['geometry-type'], 'Point'], layout: { ...LETTER, 'text-field': ['get', 'name'], 'text-size': 11, 'text-offset': [0, 1.3] }, paint: { 'text-color': colors.text, ...halo } },
    { id: 'wf-respond-mark', type: 'circle', source: RESPOND.marks, paint: { 'circle-radius': 5, 'circle-color': colors.ground, 'circle-stroke-color': ['match', ['get', 'kind'], 'base', colors.text, colors.accent], 'circle-stroke-width': 2 } },
    { id: 'wf-respond-mark-name', type: 'symbol', source: RESPOND.marks, layout: { 'text-field': ['get', 'name'], 'text-size': 11, 'text-font': ['Inter Medium'], 'text-offset': [0, 1.2], 'text-optional': true }, paint: { 'text-color': colors.text, ...halo } },
  ];
}
