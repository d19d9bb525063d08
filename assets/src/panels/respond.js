/** The Respond page in the browser: households, their map, and the panes beside it. */
import { IDS } from './ids.js';
import { byId, el, memory, throttle } from './dom.js';
import { createTabs } from './tabs.js';
import { createDesk } from './respond-desk.js';
import { fillBoard } from './respond-board.js';
import { fillEvidence } from './respond-evidence.js';
import { fillHousehold } from './respond-household.js';
import { fillHouseholds } from './respond-list.js';
import { createRespondMap } from './respond-map.js';
import { fillPlan } from './respond-plan.js';
import { fillReach } from './respond-reach.js';

const PANES = [['household', 'Household'], ['evidence', 'Evidence'], ['plan', 'Plan'], ['resources', 'Resources'], ['reach', 'Reach']];

/**
 * Bring the page to life.
 * @param {HTMLElement} _root
 * @param {{map: object, token: () => string|null}} context
 */
export function startRespond(_root, { map, token }) {
  const stopping = new AbortController();
  const desk = createDesk({ map, signal: stopping.signal });
  const panes = Object.fromEntries(PANES.map(([name, label]) => [name, el('div', { class: 'respond-pane', role: 'tabpanel', 'aria-label': label, tabindex: '0' })]));
  const head = el('div', { class: 'panel-tabs' });
  byId(IDS.respondPanel).replaceChildren(head, ...Object.values(panes));
  let chosen = null;
  let detail = null;
  let tabs = null;

  const drawing = createRespondMap({ map, token, choose });
  const list = fillHouseholds(byId(IDS.respondSide), { choose, listed: (items) => {
    drawing.households(items);
    if (!chosen && items.some((one) => one.id === memory.get('respond.at'))) choose(memory.get('respond.at'));
  } });
  const household = fillHousehold(panes.household, { desk, choose, changed: refresh, shown(one) {
    detail = one;
    evidence.refresh(one?.id ?? null, one?.calls ?? []);
  } });
  const evidence = fillEvidence(panes.evidence, { desk, map: drawing, changed: refresh });
  const board = fillBoard(panes.resources, { desk, changed: refresh, listed: (items) => drawing.bases(items) });
  const plan = fillPlan(panes.plan, { desk, map: drawing, resources: board.items, household: () => detail, changed: refresh });
  const reach = fillReach(panes.reach, { desk, map: drawing, choose, find: (id) => list.items().find((one) => one.id === id) ?? null, based: () => board.items().some((one) => one.base), chosen: () => chosen, changed: refresh });
  tabs = createTabs(head, { chosen: (name) => name === 'reach' && reach.refresh() });
  for (const [name, label] of PANES) tabs.add({ name, label, nodes: [panes[name]] });

  function choose(id) {
    chosen = id;
    list.point(id);
    drawing.choose(id);
    household.refresh(id);
    if (!['household', 'evidence'].includes(tabs?.current())) tabs?.choose('household');
  }

  function refresh() {
    if (stopping.signal.aborted) return;
    list.refresh();
    household.refresh();
    board.refresh().then(plan.refresh);
    reach.refresh({ shown: tabs.current() === 'reach' });
    drawing.expected();
    drawing.segments();
  }

  const changes = throttle(refresh, 3000);
  // What happens in the search is not told by the incidents' counter: it is looked at by the minute as well.
  const minute = setInterval(() => document.visibilityState === 'visible' && changes(), 30_000);
  window.addEventListener('wf:theme', ({ detail: name }) => map.setTheme(name), { signal: stopping.signal });
  refresh();

  return {
    listed: () => list,
    make: () => void window.open('/call', '_blank', 'noopener'),
    back() {
      if (map.drawing()) return void map.draw(null);
      if (!chosen) return undefined;
      chosen = null;
      memory.set('respond.at', null);
      list.point(null);
      drawing.choose(null);
      return void household.refresh(null);
    },
    changed(newToken) {
      map.setToken(newToken);
      changes();
    },
    stop() {
      clearInterval(minute);
      list.stop();
      stopping.abort();
      drawing.stop();
    },
  };
}
