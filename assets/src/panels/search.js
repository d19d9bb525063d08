/** The search box: ranked results with the keyboard, shown on the map. */
import { IDS } from './ids.js';
import { byId, debounce, el, icon } from './dom.js';
import { givenUp, latest } from './api.js';

const KINDS = { site: 'Site', place: 'Place', address: 'Address', incident: 'Report', coordinates: 'Coordinates', area: 'Area' };

/**
 * Fill the search box of the top bar.
 * @param {{map: () => object|null, chosen: (result: object) => void}} context
 */
export function fillSearch({ map, chosen }) {
  const host = byId(IDS.search);
  if (!host || host.childElementCount) return;
  const asked = latest();
  let results = [];
  let at = -1;
  const listbox = el('ul', { class: 'search-results', role: 'listbox', id: 'wf-search-list', 'aria-label': 'Search results', hidden: true });
  const input = el('input', {
    class: 'field', type: 'search', id: 'wf-search-input', role: 'combobox', autocomplete: 'off', spellcheck: 'false', maxlength: '200',
    placeholder: 'Site, place, id, 42.36,-71.06, 19T CG …', 'aria-label': 'Search', 'aria-expanded': 'false', 'aria-controls': 'wf-search-list', 'aria-autocomplete': 'list',
  });
  const search = debounce(async () => {
    const text = input.value.trim();
    if (!text) return close();
    const center = map()?.state?.()?.center ?? [];
    const [lon, lat] = Array.isArray(center) ? center : [center.lng ?? center.lon, center.lat];
    const params = new URLSearchParams({ q: text });
    if (Number.isFinite(lon)) { params.set('lon', lon.toFixed(4)); params.set('lat', lat.toFixed(4)); }
    const waiting = setTimeout(() => { results = []; show('Searching …'); }, 300);
    try {
      results = (await asked(`/api/v1/search?${params}`)).results ?? [];
      show(results.length ? '' : 'Nothing found. Try a site, a town, an address, a report’s id, 42.36,-71.06 or a USNG reference.');
    } catch (error) {
      if (givenUp(error)) return undefined;
      results = [];
      show(`${error.message} ${error.hint ?? ''}`);
    } finally {
      clearTimeout(waiting);
    }
    return undefined;
  }, 140);

  function show(message) {
    at = results.length ? 0 : -1;
    const rows = results.map((result, place) => el('li', { role: 'option', id: `wf-search-${place}`, on: { mousedown: (event) => { event.preventDefault(); choose(place); } } },
      el('span', { class: 'kind', text: KINDS[result.kind] ?? result.kind }), el('span', { class: 'what', text: result.label }), el('span', { class: 'detail', text: result.detail ?? '' })));
    listbox.replaceChildren(...(message ? [el('li', { class: 'none', role: 'option', 'aria-disabled': 'true', text: message })] : rows));
    listbox.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    mark();
  }
  function mark() {
    [...listbox.children].forEach((row, place) => row.setAttribute('aria-selected', String(place === at)));
    if (at >= 0) {
      input.setAttribute('aria-activedescendant', `wf-search-${at}`);
      listbox.children[at]?.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  }
  function close() {
    listbox.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }
  function choose(place) {
    const result = results[place];
    if (!result) return;
    input.value = result.label;
    close();
    input.blur();
    chosen(result);
  }
  input.addEventListener('input', search);
  input.addEventListener('focus', () => input.value && results.length && show(''));
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      at = Math.max(0, Math.min(results.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)));
      mark();
    } else if (event.key === 'Enter') choose(at);
    else if (event.key === 'Escape') { event.stopPropagation(); if (listbox.hidden) input.value = ''; close(); input.blur(); }
  });
  host.replaceChildren(icon('search'), input, el('kbd', { text: '/', 'aria-hidden': 'true' }), listbox);
}
