/** The map of the Respond page: it is given what to draw, and says which household was pressed. */
import { IDS } from './ids.js';
import { byId, button, debounce, el, memory, notify } from './dom.js';
import { theme } from './topbar.js';
import { givenUp, latest } from './api.js';
import { setData } from './alerts-map.js';
import { extentOf } from './alerts-where.js';
import { palette } from '../map/palette.js';
import { RESPOND, RESPOND_SWITCHES, TOGETHER, respondLayers } from '../map/layers-respond.js';
import { circleRing, collection } from '../map/shapes.js';

const NAMES = [['expected', 'Expected people'], ['rings', 'Uncertainty'], ['segments', 'Segments'], ['tasks', 'Tasks']];
/** From so many households on, those beside each other are told together, and rings are more lines than anybody can read. */
const MANY = 300;
/** What a resource may be sent to, by the layer that shows it: the topmost first. */
const GOALS = [['wf-respond-point', 'household'], ['wf-respond-task-number', 'task'], ['wf-respond-segment-fill', 'segment']];
const FINGER = 8;
/** The map is asked for finer cells once it shows less than this of what it was asked for. */
const CLOSER = 0.5;

/**
 * Draw the map.
 * @param {{map: object, token: () => string|null, choose: (id: string) => void, send: (goal: object, resource?: string) => boolean}} context
 *   `send` is told of a household, task or segment that was pressed, or that a resource was dropped on; it says whether it took it
 */
export function createRespondMap({ map, token, choose, send }) {
  const data = Object.fromEntries(Object.values(RESPOND).map((id) => [id, collection()]));
  const shown = { expected: true, rings: true, segments: true, tasks: true, ...memory.get('respond.layers', {}) };
  const [askedCells, askedPoints] = [latest(), latest()];
  let gone = false;
  let households = [];
  let then = null;
  let chosen = null;
  let first = true;
  let looksAt = '';
  let cellsOf = null;
  let together = false;

  Promise.resolve(map.mount(byId(IDS.respondMap), { theme: theme(), token: token() ?? undefined }))
    .then(() => {
      if (gone) return;
      map.setLayer('incidents', false);
      map.setLayer('sites', false);
      map.engine?.on('styledata', put);
      map.engine?.on('click', pressed);
      for (const layer of ['wf-respond-point', 'wf-respond-many']) {
        map.engine?.on('mouseenter', layer, () => { map.engine.getCanvas().style.cursor = 'pointer'; });
        map.engine?.on('mouseleave', layer, () => { map.engine.getCanvas().style.cursor = ''; });
      }
      map.engine?.on('moveend', moved);
      put();
      if (document.querySelector(`#${IDS.respondMap} .wf-legend:not(.wf-legend-folded)`)) map.toggleLegend();
      lookAtAll();
    })
    .catch((error) => notify(`The map could not be drawn: ${error.message}. Lists still work.`, { bad: true }));

  const host = byId(IDS.respondMap);
  const held = (event) => event.dataTransfer.types.includes('text/wf-resource');
  host.addEventListener('dragover', (event) => {
    if (!held(event)) return;
    event.preventDefault();
    over(goalAt(event));
  });
  host.addEventListener('dragleave', () => over(null));
  host.addEventListener('drop', (event) => {
    const goal = goalAt(event);
    over(null);
    if (!held(event)) return;
    event.preventDefault();
    if (goal) send(goal, event.dataTransfer.getData('text/wf-resource'));
    else notify(manyAt(event) ? 'Several households lie there: come closer first.' : 'There is no household, task or segment just there.', { bad: true });
  });

  /** What lies under a pointer that a resource may be sent to. */
  function goalAt({ clientX, clientY }) {
    const engine = map.engine;
    if (!engine) return null;
    const box = engine.getCanvas().getBoundingClientRect();
    return goalUnder(engine, clientX - box.left, clientY - box.top);
  }

  /** Whether households that are told together lie under a pointer. */
  function manyAt({ clientX, clientY }) {
    const box = map.engine.getCanvas().getBoundingClientRect();
    return map.engine.queryRenderedFeatures([clientX - box.left, clientY - box.top], { layers: ['wf-respond-many'] }).length > 0;
  }

  function goalUnder(engine, x, y) {
    for (const [layer, kind] of GOALS) {
      const near = kind === 'segment' ? 0 : FINGER;
      const [found] = engine.getLayer(layer) ? engine.queryRenderedFeatures([[x - near, y - near], [x + near, y + near]], { layers: [layer] }) : [];
      if (found) return { kind, id: String(found.properties.id).split(' ')[0] };
    }
    return null;
  }

  function over(goal) {
    const id = goal?.kind === 'segment' ? goal.id : null;
    if (data[RESPOND.segments].features.every((one) => one.properties.over === (one.properties.id === id))) return;
    set(RESPOND.segments, data[RESPOND.segments].features.map((one) => ({ ...one, properties: { ...one.properties, over: one.properties.id === id } })));
  }

  function pressed({ point }) {
    if (map.drawing()) return;
    const { engine } = map;
    const [many] = engine.getLayer('wf-respond-many') ? engine.queryRenderedFeatures(point, { layers: ['wf-respond-many'] }) : [];
    if (many) return void comeCloser(many);
    const goal = goalUnder(engine, point.x, point.y);
    if (goal && !send(goal) && goal.kind === 'household') choose(goal.id);
    return undefined;
  }

  /** Go where households that are told together come apart. */
  async function comeCloser({ properties, geometry: { coordinates: [lon, lat] } }) {
    const zoom = await map.engine.getSource(RESPOND.points).getClusterExpansionZoom(properties.cluster_id).catch(() => null);
    if (zoom && !gone) map.flyTo({ lon, lat, zoom: zoom + 0.5 });
  }

  /** What the map shows, a little wider, as west, south, east, north. */
  function around() {
    const box = map.engine?.getBounds();
    if (!box) return null;
    const [west, south, east, north] = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
    const [wide, high] = [(east - west) / 4, (north - south) / 4];
    return [Math.max(-180, west - wide), Math.max(-85, south - high), Math.min(180, east + wide), Math.min(85, north + high)];
  }

  /** Ask for the cells of what the map shows now, where those that are there are too coarse or lie beside it. */
  const moved = debounce(() => {
    const box = map.engine?.getBounds();
    if (gone || then || !box) return;
    // What was asked before the map was there is the whole ground.
    const [west, south, east, north] = cellsOf ?? [0, 0, 0, 0];
    const inside = box.getWest() >= west && box.getEast() <= east && box.getSouth() >= south && box.getNorth() <= north;
    if (!inside || (box.getEast() - box.getWest()) < CLOSER * (east - west) / 1.5) expected();
  }, 400);

  async function expected() {
    if (then) return;
    const box = around();
    try {
      const found = await askedCells(`/api/v1/respond/expected.geojson${box ? `?bbox=${box.map((degree) => degree.toFixed(5)).join(',')}` : ''}`);
      cellsOf = box;
      if (!gone && !then) drawExpected(found);
    } catch (error) {
      if (!givenUp(error)) set(RESPOND.expected, []);
    }
  }

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
    for (const [id, held] of Object.entries(data)) if (!setData(engine, id, held, id === RESPOND.points ? { ...TOGETHER, cluster: together } : {})) return;
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
    // The most urgent lies on top.
    tellTogether(households.length > MANY);
    set(RESPOND.points, [...households].reverse().map((one) => feature({ type: 'Point', coordinates: [one.lon, one.lat] }, { ...one, cut_off: one.cut_off === true })));
    set(RESPOND.rings, households.length > MANY ? [] : households.filter((one) => one.accuracy_m > 0).map(ring));
    drawChosen();
  }

  function drawChosen() {
    const one = households.find((other) => other.id === chosen);
    set(RESPOND.chosen, one ? [feature({ type: 'Point', coordinates: [one.lon, one.lat] }, { score: one.score }), ...(one.accuracy_m > 0 ? [ring(one)] : [])] : []);
  }

  function ring(one) {
    return feature({ type: 'Polygon', coordinates: [circleRing(one.lon, one.lat, one.accuracy_m)] }, { score: one.score });
  }

  function tellTogether(on) {
    if (together === on) return;
    together = on;
    map.engine?.getSource(RESPOND.points)?.setClusterOptions({ cluster: on, clusterRadius: TOGETHER.clusterRadius, clusterMaxZoom: TOGETHER.clusterMaxZoom });
  }

  function drawExpected(found) {
    const most = Math.max(0, ...found.features.map((one) => one.properties.people));
    set(RESPOND.expected, found.features.map((one) => ({ ...one, properties: { ...one.properties, share: (one.properties.people / most) ** 0.35 } })));
  }

  function lookAtAll() {
    const box = extentOf(data[RESPOND.points].features);
    if (!first || !box || !map.engine || gone) return;
    first = false;
    map.flyTo({ bbox: box });
  }

  return {
    /** Ask again where those who wait are: all of them, however long the list is. */
    async households() {
      if (then) return;
      try {
        const found = await askedPoints('/api/v1/respond/households.geojson');
        if (gone || then) return;
        households = found.features.map(({ geometry, properties: { id, score, people, cut_off, accuracy_m } }) => ({ id, score, people, cut_off, accuracy_m, lon: geometry.coordinates[0], lat: geometry.coordinates[1] }));
        drawHouseholds();
        lookAtAll();
      } catch (error) {
        if (!givenUp(error)) notify(`Households cannot be put on the map: ${error.message}`, { bad: true });
      }
    },
    /** Draw the search as it stood at a time; null goes back to now. */
    replay(found) {
      const was = then;
      then = found;
      if (!found) return void (was && (set(RESPOND.areas, []), this.households(), expected()));
      households = found.households.filter((one) => one.open && Number.isFinite(one.place.lon)).map((one) => ({ id: one.id, score: one.priority.score, people: one.people_count, cut_off: false, accuracy_m: one.place.accuracy_m, lon: one.place.lon, lat: one.place.lat }));
      drawHouseholds();
      // Which ground was divided how at that time is not kept.
      set(RESPOND.segments, []);
      return void drawExpected(found.expected);
    },
    choose(id) {
      chosen = id;
      drawChosen();
    },
    /** Draw where the chosen household may be; look there once per household. */
    surface(found, id) {
      set(RESPOND.areas, [...(found?.areas ?? [])].reverse().map((one) => feature(one.geometry, { level: one.level })));
      const box = extentOf(data[RESPOND.areas].features);
      if (id && looksAt !== id && box) map.flyTo({ bbox: box });
      if (id && looksAt !== id && !box) {
        const one = households.find((other) => other.id === id);
        if (one) map.flyTo({ lon: one.lon, lat: one.lat });
      }
      looksAt = id ?? '';
    },
    expected,
    segments: (items) => set(RESPOND.segments, items.map((one) => feature(one.geometry, { id: one.id, name: one.name, over: false }))),
    /** Show what is being entered: the place of a piece of evidence, and what belongs to it. */
    draft: (features) => set(RESPOND.draft, features),
    isochrones: (features) => set(RESPOND.isochrones, features),
    /** Where a geometry lies is where the map looks. */
    lookAt(geometry) {
      const box = extentOf([feature(geometry, {})]);
      if (box) map.flyTo({ bbox: box });
    },
    view: () => {
      const around = map.engine?.getBounds();
      return around ? [around.getWest(), around.getSouth(), around.getEast(), around.getNorth()].map((degree) => Number(degree.toFixed(5))) : null;
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
        labels.set(key, { at: [one.lon, one.lat], ids: [...(labels.get(key)?.ids ?? []), one.id], numbers: [...(labels.get(key)?.numbers ?? []), one.order] });
      }
      set(RESPOND.tasks, [...[...ways.values()].filter((way) => way.length > 1).map((coordinates) => feature({ type: 'LineString', coordinates }, {})),
        ...[...labels.values()].map(({ at, ids, numbers }) => feature({ type: 'Point', coordinates: at }, { id: ids.join(' '), label: numbers.join(', ') }))]);
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
