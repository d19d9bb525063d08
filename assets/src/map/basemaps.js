/** Which ground lies under the records: the choice among basemaps, and what is said when one cannot be read. */
import { make } from './events.js';

const REMEMBERED_AS = 'wf-basemap';
const LIST_URL = '/api/v1/basemap';
const RECORDS = /^wf-/;

/** Return the id of the basemap that was chosen in this browser, empty for the installation's own. */
export function rememberedBasemap() {
  try {
    return localStorage.getItem(REMEMBERED_AS) ?? '';
  } catch {
    return '';
  }
}

/** @param {string} id empty for the installation's own */
export function rememberBasemap(id) {
  try {
    if (id) localStorage.setItem(REMEMBERED_AS, id);
    else localStorage.removeItem(REMEMBERED_AS);
  } catch {
    // Private windows refuse storage: the choice then lasts as long as the page.
  }
}

/**
 * Put the choice into the legend; with one basemap there is nothing to choose.
 * @param {{append: (node: HTMLElement) => void}} legend
 * @param {{current: () => string, onChoose: (id: string) => void}} options
 */
export async function offerBasemaps(legend, { current, onChoose }) {
  const answer = await fetch(LIST_URL).catch(() => null);
  const basemaps = answer?.ok ? (await answer.json()).basemaps : [];
  if (basemaps.length < 2) return;
  const row = make('label', 'wf-legend-row wf-legend-ground');
  const select = make('select', 'wf-legend-select');
  for (const { id, name, state, message } of basemaps) {
    const option = make('option', '', state === 'ready' ? name : `${name} (cannot be read)`);
    option.value = id;
    option.disabled = state !== 'ready';
    option.title = message ?? '';
    select.append(option);
  }
  select.value = basemaps.some(({ id }) => id === current()) ? current() : basemaps[0].id;
  select.addEventListener('change', () => onChoose(select.value));
  row.append(make('span', 'wf-legend-label', 'Basemap'), select);
  legend.append(row);
}

/**
 * Say on the map what is wrong with its ground; the records are drawn whatever it is.
 * @param {{map: import('maplibre-gl').Map, state: {base: object}, element: HTMLElement}} context
 */
export function createGroundNotice({ map, state, element }) {
  const note = make('div', 'wf-ground-notice');
  note.setAttribute('role', 'status');
  element.append(note);
  let broken = null;

  function show() {
    const { metadata = {}, sources } = state.base;
    const told = metadata['watchfloor:notice'] ?? '';
    const parts = broken && sources[broken] ? `Parts of the basemap${nameOf(metadata)} cannot be read.` : '';
    const words = told || parts;
    note.textContent = words && `${words} Reports and sites are drawn all the same.`;
    note.hidden = !words;
  }
  function onError({ sourceId, error }) {
    if (!sourceId || RECORDS.test(sourceId) || error?.name === 'AbortError') return;
    broken = sourceId;
    show();
  }
  function onData({ sourceId, tile }) {
    if (!tile || sourceId !== broken) return;
    broken = null;
    show();
  }
  map.on('error', onError);
  map.on('sourcedata', onData);
  show();
  return {
    /** Another ground was laid. */
    renewed() {
      broken = null;
      show();
    },
    remove: () => note.remove(),
  };
}

function nameOf(metadata) {
  const name = metadata['watchfloor:basemap'];
  return name ? ` “${name}”` : '';
}
