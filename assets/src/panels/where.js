/** The geography filter: an area by name, a shape drawn on the map, or a radius round a place. */
import { button, debounce, el } from './dom.js';
import { ask, givenUp, latest } from './api.js';
import { pickOnce } from './pick.js';
import { list, toggled } from './query.js';

const TOOLS = [['polygon', 'Polygon'], ['rectangle', 'Rectangle'], ['circle', 'Circle'], ['lasso', 'Lasso']];

/**
 * Make the group.
 * @param {{state: object, map: object, names: object}} context
 */
export function whereGroup({ state, map, names }) {
  const areas = finder('Town, county, neighborhood …', 'Area by name', findAreas, (area) => {
    names.learn(area.id, area.name);
    state.set(toggled(state.params(), 'area', area.id, true));
  });
  const tools = TOOLS.map(([mode, label]) => button(label, { 'aria-label': `Draw a ${label.toLowerCase()}`, on: { click: () => map.draw(mode) } }));
  const radius = el('select', { class: 'field', 'aria-label': 'Radius' },
    ...[[250, '250 m'], [500, '500 m'], [1000, '1 km'], [2000, '2 km'], [5000, '5 km'], [10000, '10 km'], [25000, '25 km']]
      .map(([metres, label]) => el('option', { value: String(metres), text: label })));
  radius.value = '1000';
  const circle = ({ lon, lat }) => addShape(`c:${lon.toFixed(6)},${lat.toFixed(6)},${radius.value}`);
  const places = finder('Address …', 'Place for the radius', findPlaces, circle);
  const pick = button('Point', { title: 'Click the middle on the map', on: { click: () => pickOnce(map, circle) } });
  const node = el('div', { class: 'pad' },
    areas.node,
    el('div', { class: 'draw-tools', role: 'group', 'aria-label': 'Draw on the map' }, ...tools),
    el('div', { class: 'with-button' }, el('div', { class: 'pair' }, radius, places.input), pick),
    places.results);

  function addShape(shape) {
    const now = state.params().shape;
    state.patch({ shape: now ? `${now}|${shape}` : shape });
  }
  return {
    node,
    addShape,
    show: () => {},
    hint: (params) => {
      const parts = list(params, 'area').length + (params.shape ? params.shape.split('|').length : 0);
      return parts ? `${parts} ${parts === 1 ? 'place' : 'places'}` : '';
    },
  };
}

async function findAreas(asked, text) {
  const answer = await asked(`/api/v1/areas?${new URLSearchParams({ q: text, limit: '8' })}`);
  const found = answer.items ?? answer.areas ?? answer.results ?? [];
  return found.map((area) => ({ ...area, label: [area.name, area.parent].filter(Boolean).join(', '), detail: area.kind }));
}

async function findPlaces(asked, text) {
  const answer = await asked(`/api/v1/search?${new URLSearchParams({ q: text })}`);
  return (answer.results ?? []).filter((result) => Number.isFinite(result.lon)).slice(0, 8);
}

/** An input whose suggestions come from the server. */
export function finder(placeholder, label, find, choose) {
  const asked = latest();
  const results = el('div', { class: 'suggestions' });
  const search = debounce(async () => {
    const text = input.value.trim();
    if (text.length < 2) return results.replaceChildren();
    try {
      const found = await find(asked, text);
      results.replaceChildren(...(found.length
        ? found.map((entry) => el('button', { type: 'button', on: { click: () => take(entry) } }, entry.label, el('span', { class: 'muted', text: entry.detail ? `  ${entry.detail}` : '' })))
        : [el('p', { class: 'note', text: 'Nothing of that name is stored here. Check the spelling, or draw it on the map.' })]));
    } catch (error) {
      if (!givenUp(error)) results.replaceChildren(el('p', { class: 'note', text: `${error.message} ${error.hint ?? ''}` }));
    }
    return undefined;
  }, 180);
  const input = el('input', { class: 'field', type: 'search', maxlength: '120', autocomplete: 'off', placeholder, 'aria-label': label, on: { input: search, keydown: (event) => {
    if (event.key === 'Enter') results.querySelector('button')?.click();
  } } });
  function take(entry) {
    results.replaceChildren();
    input.value = '';
    choose(entry);
  }
  return { node: el('div', {}, input, results), input, results };
}

/** Names of areas by id: learnt when chosen, asked for when a link brought the id. */
export function areaNames() {
  const known = new Map();
  return {
    learn: (id, name) => known.set(id, Promise.resolve(name)),
    area(id) {
      if (!known.has(id)) {
        known.set(id, ask(`/api/v1/areas/${encodeURIComponent(id)}/geometry`)
          .then((feature) => feature.properties?.name ?? feature.name ?? 'area').catch(() => 'an area that is gone'));
      }
      return known.get(id);
    },
  };
}

/** Return a little more than the extent, and never less than a neighborhood: one report is no reason to see its roof. */
export function padded(extent) {
  if (!extent) return undefined;
  const [west, south, east, north] = extent;
  const [x, y] = [Math.max((east - west) * 0.04, 0.01), Math.max((north - south) * 0.04, 0.01)];
  return [Math.max(-180, west - x), Math.max(-85, south - y), Math.min(180, east + x), Math.min(85, north + y)];
}
