/** Watch areas and the incidents of alerts on the page's map, and the draft while one is drawn. */
import { IDS } from './ids.js';
import { byId, notify } from './dom.js';
import { theme } from './topbar.js';
import { palette } from '../map/palette.js';
import { extentOf, middleOf } from './alerts-where.js';

const AREAS = 'wf-watch-areas';
const SPOTS = 'wf-alert-spots';
const none = { type: 'FeatureCollection', features: [] };

/**
 * Draw the map of the Alerts page.
 * @param {{map: object, token: () => string|null, places: object, chosen: (id: string) => void}} context
 */
export function createAlertMap({ map, token, places, chosen }) {
  let areas = none;
  let spots = none;
  let turn = 0;
  let first = true;
  let gone = false;
  const ready = Promise.resolve(map.mount(byId(IDS.alertsMap), { theme: theme(), token: token() ?? undefined }))
    .then(() => {
      if (gone) return;
      map.engine?.on('styledata', put);
      map.engine?.on('click', 'wf-watch-fill', ({ features }) => features?.[0] && chosen(features[0].properties.id));
      put();
      // The areas need the room more than the key of the layers, which stays one press away.
      if (document.querySelector(`#${IDS.alertsMap} .wf-legend:not(.wf-legend-folded)`)) map.toggleLegend();
    })
    .catch((error) => notify(`The map could not be drawn: ${error.message}. Lists still work.`, { bad: true }));

  /** Draw areas; `draft` is the one being edited, `at` the one that is chosen. */
  async function show(listed, { at = null, draft = null } = {}) {
    turn += 1;
    const mine = turn;
    const drawn = draft ? [{ ...draft, id: 'draft' }] : listed;
    const found = await Promise.all(drawn.map(async (area) => {
      const parts = await places.features(area.geography);
      const about = { id: area.id, active: area.active !== false, chosen: area.id === 'draft' || area.id === at };
      const named = parts.map((one) => ({ ...one, properties: { ...one.properties, ...about } }));
      // Its name stands once, however many tiles it lies in.
      return area.name && parts.length ? [...named, { type: 'Feature', properties: { ...about, name: area.name.length > 40 ? `${area.name.slice(0, 39)}…` : area.name }, geometry: { type: 'Point', coordinates: middleOf(parts) } }] : named;
    }));
    if (mine !== turn || gone) return;
    areas = { type: 'FeatureCollection', features: found.flat() };
    put();
    if (draft) first = false; // somebody draws here: the view is theirs
    if (first && areas.features.length) {
      first = false;
      ready.then(() => look(null));
    }
  }

  /** Look at one area, or at all of them. */
  function look(id) {
    const box = extentOf(areas.features.filter((one) => id === null || one.properties.id === id));
    if (box && !gone) map.flyTo({ bbox: box });
  }

  function put() {
    const engine = map.engine;
    if (!engine || gone) return;
    if (!setData(engine, AREAS, areas) || !setData(engine, SPOTS, spots)) return;
    if (engine.getLayer('wf-watch-fill')) return;
    for (const layer of layers(palette(theme()))) engine.addLayer(layer);
  }

  return {
    show,
    look,
    /** Ring the incidents of an alert, and go there. */
    ring(incidents) {
      const placed = incidents.filter((one) => Number.isFinite(one.lon));
      spots = { type: 'FeatureCollection', features: placed.map((one) => ({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [one.lon, one.lat] } })) };
      put();
      const box = extentOf(spots.features);
      if (box) map.flyTo({ bbox: box });
    },
    setFilter: (text) => map.setFilter(text),
    stop() {
      gone = true;
      map.unmount?.();
    },
  };
}

/** Put data into a source, made if it has to be; tell whether the style was ready for it. */
export function setData(engine, id, data, options = {}) {
  const source = engine.getSource(id);
  if (source) {
    if (source.wfData !== data) source.setData(data);
    source.wfData = data;
    return true;
  }
  try {
    engine.addSource(id, { type: 'geojson', data, ...options });
    engine.getSource(id).wfData = data;
    return true;
  } catch {
    return false; // the style is being replaced: its next event comes here again
  }
}

function layers(colors) {
  const isChosen = ['==', ['get', 'chosen'], true];
  const route = ['==', ['geometry-type'], 'LineString'];
  const color = ['case', isChosen, colors.accent, colors.text];
  const atScale = ['interpolate', ['exponential', 2], ['zoom'], 0, ['/', ['coalesce', ['get', 'wide'], 0], 2 ** 22], 22, ['coalesce', ['get', 'wide'], 0]];
  return [
    { id: 'wf-watch-fill', type: 'fill', source: AREAS, filter: ['!', route], paint: { 'fill-color': color, 'fill-opacity': ['case', isChosen, 0.12, 0.04] } },
    { id: 'wf-watch-way', type: 'line', source: AREAS, filter: route, layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': color, 'line-width': atScale, 'line-opacity': 0.14 } },
    { id: 'wf-watch-line', type: 'line', source: AREAS, filter: ['==', ['get', 'active'], true], layout: { 'line-join': 'round' }, paint: { 'line-color': color, 'line-width': ['case', isChosen, 2.5, 1.25] } },
    { id: 'wf-watch-paused', type: 'line', source: AREAS, filter: ['==', ['get', 'active'], false], paint: { 'line-color': color, 'line-width': ['case', isChosen, 2.5, 1.25], 'line-dasharray': [2, 2], 'line-opacity': 0.7 } },
    { id: 'wf-alert-ring', type: 'circle', source: SPOTS, paint: { 'circle-radius': 16, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': colors.accent, 'circle-stroke-width': 2.5 } },
    {
      id: 'wf-watch-name', type: 'symbol', source: AREAS, filter: ['has', 'name'], layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-font': ['Inter Medium'], 'text-max-width': 12, 'text-optional': true },
      paint: { 'text-color': colors.text, 'text-halo-color': colors.ground, 'text-halo-width': 1.5 },
    },
  ];
}
