/** The editor's geography: drawn on the map, an area by name, round sites, or along a route. */
import { button, el, notify } from './dom.js';
import { ask } from './api.js';
import { count } from './format.js';
import { finder } from './where.js';
import { choice, group, number, segments } from './alerts-fields.js';
import { geographyText } from './alerts-words.js';

const KINDS = [['drawn', 'Drawn'], ['area', 'Area'], ['sites', 'Round sites'], ['route', 'Route']];
const MOST_SITES = 200;

/**
 * Make the group; `change(geography)` is called with what it means now.
 * @param {{map: object, words: object, places: object, draft: object, signal: AbortSignal, change: (geography: object|null) => void}} context
 */
export function placeGroup({ map, words, places, draft, signal, change }) {
  let kind = draft.geography?.kind ?? 'drawn';
  let metres = draft.geography?.metres ?? 500;
  let waiting = null;
  const said = el('p', { class: 'edit-said', role: 'status' });
  const tools = el('div', { class: 'edit-tools' });

  function set(geography) {
    change(geography);
    say();
    show();
  }
  async function say() {
    const geography = draft.geography;
    said.textContent = geographyText(geography);
    const name = await places.name(geography).catch(() => '');
    if (geography === draft.geography && name) said.textContent = geographyText(geography, name);
  }

  window.addEventListener('wf:shape', ({ detail }) => {
    const use = waiting;
    waiting = null;
    if (detail?.shape && use) use(detail.shape);
  }, { signal });

  function draw(tool, use) {
    map.draw(tool);
    waiting = use;
  }

  const panes = {
    drawn() {
      const add = (shape) => set({ kind: 'drawn', shape: draft.geography?.kind === 'drawn' ? `${draft.geography.shape}|${shape}` : shape });
      const has = draft.geography?.kind === 'drawn';
      return [el('div', { class: 'edit-row', role: 'group', 'aria-label': 'Draw on the map' },
        ...[['polygon', 'Polygon'], ['rectangle', 'Rectangle'], ['circle', 'Circle']].map(([tool, label]) => button(label, { 'aria-label': `Draw a ${label.toLowerCase()}`, on: { click: () => draw(tool, add) } })),
        has ? button('Clear', { class: 'button quiet', 'aria-label': 'Clear what is drawn', on: { click: () => set(null) } }) : null),
      el('p', { class: 'note', text: has ? 'Draw again to add another shape.' : 'Press a tool, then draw on the map.' })];
    },
    area() {
      const found = finder('Town, county, neighborhood …', 'Area by name', async (asked, text) => {
        const answer = await asked(`/api/v1/areas?${new URLSearchParams({ q: text, limit: '8' })}`);
        return answer.items.map((area) => ({ ...area, label: [area.name, area.parent].filter(Boolean).join(', '), detail: area.kind }));
      }, (area) => set({ kind: 'area', area_id: area.id }));
      return [found.node];
    },
    sites() {
      const chosen = draft.geography?.kind === 'sites' ? draft.geography.sites : [];
      const add = (ids) => {
        const all = [...new Set([...chosen, ...ids])];
        if (all.length > MOST_SITES) notify(`${count(all.length)} sites are too many to watch one by one: the first ${MOST_SITES} are taken. For a whole sector, use the rule “near a site of a sector”.`, { bad: true });
        set({ kind: 'sites', sites: all.slice(0, MOST_SITES), metres });
      };
      const found = finder('Name of a site', 'Site by name', async (asked, text) => {
        const answer = await asked(`/api/v1/sites?${new URLSearchParams({ q: text, limit: '8' })}`);
        return answer.items.map((site) => ({ ...site, label: site.name, detail: site.kind }));
      }, (site) => add([site.id]));
      const sector = choice('All sites of a sector', [['', 'All sites of a sector …'], ...words.sectors.map(({ code, label }) => [code, label])], '', async (code) => {
        if (!code) return;
        try {
          const answer = await ask(`/api/v1/sites?${new URLSearchParams({ sector: code, limit: String(MOST_SITES) })}`);
          add(answer.items.map((site) => site.id));
          if (answer.total > MOST_SITES) notify(`${count(answer.total)} sites: the first ${MOST_SITES} are taken. For a whole sector, use the rule “near a site of a sector”.`, { bad: true });
        } catch (error) {
          notify(`${error.message} ${error.hint ?? ''}`, { bad: true });
        }
      });
      return [found.node, sector, distance((m) => chosen.length && set({ kind: 'sites', sites: chosen, metres: m })),
        chosen.length ? el('div', { class: 'edit-row' }, el('span', { class: 'note grow', text: `${count(chosen.length)} chosen` }), button('Clear', { class: 'button quiet', 'aria-label': 'Clear the sites', on: { click: () => set(null) } })) : null];
    },
    route() {
      const line = draft.geography?.kind === 'route' ? draft.geography.line : null;
      const take = (shape) => set({ kind: 'route', line: shape.slice(2).split(';').map((pair) => pair.split(',').map(Number)), metres });
      return [el('div', { class: 'edit-row' }, button(line ? 'Draw it again' : 'Draw the route', { on: { click: () => draw('route', take) } })),
        distance((m) => line && set({ kind: 'route', line, metres: m }))];
    },
  };

  function distance(use) {
    const field = number('Distance in metres', metres, { min: 10, max: 100_000, step: 10 }, (m) => { metres = m; later(() => use(m)); });
    return el('label', { class: 'edit-inline' }, 'Within', field, 'metres');
  }
  let timer = 0;
  // Somebody who types 1500 does not mean 1, 15 and 150.
  const later = (run) => { clearTimeout(timer); timer = setTimeout(run, 500); };

  function show() {
    const inside = tools.contains(document.activeElement) ? document.activeElement.getAttribute('aria-label') : null;
    tools.replaceChildren(...panes[kind]().filter(Boolean));
    if (inside) tools.querySelector(`[aria-label="${inside}"]`)?.focus();
  }
  show();
  say();
  return {
    node: group('Where', segments('Kind of place', KINDS, kind, (next) => { kind = next; map.draw(null); show(); }), tools, said),
    stop: () => { clearTimeout(timer); map.draw(null); },
  };
}
