/** The map of the Respond page: it is given what to draw, and says which household was pressed. */
import { IDS } from './ids.js';
import { byId, button, el, memory, notify } from './dom.js';
import { theme } from './topbar.js';
import { ask, givenUp, latest } from './api.js';
import { setData } from './alerts-map.js';
import { extentOf } from './alerts-where.js';
import { palette } from '../map/palette.js';
import { RESPOND, RESPOND_SWITCHES, respondLayers } from '../map/layers-respond.js';
import { circleRing, collection } from '../map/shapes.js';

const NAMES = [['expected', 'Expected people'], ['rings', 'Uncertainty'], ['segments', 'Segments'], ['tasks', 'Tasks']];
/** Rings beyond these are more lines than anybody can read. */
const MOST_RINGS = 400;

/**
 * Draw the map.
 * @param {{map: object, token: () => string|null, choose: (id: string) => void}} context
 */
export function createRespondMap({ map, token, choose }) {
  const data = Object.fromEntries(Object.values(RESPOND).map((id) => [id, collection()]));
  const shown = { expected: true, rings: true, segments: true, tasks: true, ...memory.get('respond.layers', {}) };
  const askedCells = latest();
  let gone = false;
  let households = [];
  let chosen = null;
  let first = true;
  let looksAt = '';

  Promise.resolve(map.mount(byId(IDS.respondMap), { theme: theme(), token: token() ?? undefined }))
    .then(() => {
      if (gone) return;
      map.setLayer('incidents', false);
      map.setLayer('sites', false);
      map.engine?.on('styledata', put);
      map.engine?.on('click', 'wf-respond-point', ({ features }) => !map.drawing() && features?.[0] && choose(features[0].properties.id));
      map.engine?.on('mouseenter', 'wf-respond-point', () => { map.engine.getCanvas().style.cursor = 'pointer'; });
      map.engine?.on('mouseleave', 'wf-respond-point', () => { map.engine.getCanvas().style.cursor = ''; });
      put();
      if (document.querySelector(`#${IDS.respondMap} .wf-legend:not(.wf-legend-folded)`)) map.toggleLegend();
      lookAtAll();
    })
    .catch((error) => notify(`The map could not be drawn: ${error.message}. Lists still work.`, { bad: true }));

  const switches = NAMES.map(([name, label]) => button(label, { 'aria-pressed': String(shown[name]), on: { click: ({ currentTarget }) => {
    shown[name] = !shown[name];
    memory.set('respond.layers', shown);
    currentTarget.setAttribute('aria-pressed', String(shown[name]));
    showLayers();
  } } }));
  byId(IDS.respondLayers).className = 'respond-layers';
  byId(IDS.respondLayers).replaceChildren(el('div', { role: 'group', 'aria-label': 'On the map' }, ...switches));

  function put() {
    const engine = map.engine;
    if (!engine || gone) return;
    for (const [id, held] of Object.entries(data)) if (!setData(engine, id, held)) return;
    if (engine.getLayer('wf-respond-point')) return;
    for (const layer of respondLayers(palette(theme()))) engine.addLayer(layer);
    showLayers();
  }

  function showLayers() {
    for (const [name, layers] of Object.entries(RESPOND_SWITCHES)) {
      for (const id of layers) if (map.engine?.getLayer(id)) map.engine.setLayoutProperty(id, 'visibility', shown[name] ? 'visible' : 'none');
    }
  }

  function set(id, features) {
    data[id] = collection(features);
    put();
  }

  function drawHouseholds() {
    const properties = (one) => ({ id: one.id, score: one.priority.score, people: one.people_count, cut_off: one.cut_off === true, chosen: one.id === chosen });
    const placed = households.filter((one) => Number.isFinite(one.place.lon) && (one.open || one.id === chosen));
    // The most urgent lies on top.
    set(RESPOND.points, [...placed].reverse().map((one) => feature({ type: 'Point', coordinates: [one.place.lon, one.place.lat] }, properties(one))));
    set(RESPOND.rings, placed.slice(0, MOST_RINGS).filter((one) => one.place.accuracy_m > 0)
      .map((one) => feature({ type: 'Polygon', coordinates: [circleRing(one.place.lon, one.place.lat, one.place.accuracy_m)] }, properties(one))));
  }

  function lookAtAll() {
    const box = extentOf(data[RESPOND.points].features);
    if (!first || !box || !map.engine || gone) return;
    first = false;
    map.flyTo({ bbox: box });
  }

  return {
    households(items) {
      households = items;
      drawHouseholds();
      lookAtAll();
    },
    choose(id) {
      chosen = id;
      drawHouseholds();
    },
    /** Draw where the chosen household may be; look there once per household. */
    surface(found, id) {
      set(RESPOND.areas, [...(found?.areas ?? [])].reverse().map((one) => feature(one.geometry, { level: one.level })));
      const box = extentOf(data[RESPOND.areas].features);
      if (id && looksAt !== id && box) map.flyTo({ bbox: box });
      if (id && looksAt !== id && !box) {
        const one = households.find((other) => other.id === id);
        if (Number.isFinite(one?.place.lon)) map.flyTo({ lon: one.place.lon, lat: one.place.lat });
      }
      looksAt = id ?? '';
    },
    async expected() {
      try {
        const found = await askedCells('/api/v1/respond/expected.geojson');
        const most = Math.max(0, ...found.features.map((one) => one.properties.people));
        if (!gone) set(RESPOND.expected, found.features.map((one) => ({ ...one, properties: { ...one.properties, share: (one.properties.people / most) ** 0.35 } })));
      } catch (error) {
        if (!givenUp(error)) set(RESPOND.expected, []);
      }
    },
    async segments() {
      const found = await ask('/api/v1/segments').catch(() => null);
      if (found && !gone) set(RESPOND.segments, found.items.map((one) => feature(one.geometry, { id: one.id, name: one.name })));
    },
    closures: (items) => set(RESPOND.closures, items.map((one) => feature(one.geometry, { active: one.active, name: one.name }))),
    pockets: (items) => set(RESPOND.pockets, items.map((one) => feature(one.geometry, {}))),
    bases(resources) {
      const named = new Map(resources.filter((one) => one.base).map((one) => [`${one.base.lon},${one.base.lat}`, one.base]));
      set(RESPOND.marks, [...named.values()].map((base) => feature({ type: 'Point', coordinates: [base.lon, base.lat] }, { kind: 'base', name: base.name || 'Base' })));
    },
    /** Draw tasks with their numbers, and the way of each resource from its base through its tasks. */
    tasks(tasks, resources) {
      const placed = tasks.filter((one) => Number.isFinite(one.lon));
      const ways = new Map(resources.filter((one) => one.base).map((one) => [one.id, [[one.base.lon, one.base.lat]]]));
      const labels = new Map();
      for (const one of placed) {
        ways.get(one.resource?.id)?.push([one.lon, one.lat]);
        const key = `${one.lon},${one.lat}`;
        labels.set(key, { at: [one.lon, one.lat], numbers: [...(labels.get(key)?.numbers ?? []), one.order] });
      }
      set(RESPOND.tasks, [...[...ways.values()].filter((way) => way.length > 1).map((coordinates) => feature({ type: 'LineString', coordinates }, {})),
        ...[...labels.values()].map(({ at, numbers }) => feature({ type: 'Point', coordinates: at }, { label: numbers.join(', ') }))]);
    },
    look: (target) => map.flyTo(target),
    resize: () => map.resize(),
    stop() {
      gone = true;
      map.unmount?.();
    },
  };
}

function feature(geometry, properties) {
  return { type: 'Feature', properties, geometry };
}
