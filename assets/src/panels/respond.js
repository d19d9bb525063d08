/** The Respond page in the browser: households, their map, and the panes beside it. */
import { IDS } from './ids.js';
import { button, byId, el, memory, throttle } from './dom.js';
import { createTabs } from './tabs.js';
import { createDesk } from './respond-desk.js';
import { fillBoard } from './respond-board.js';
import { fillEvidence } from './respond-evidence.js';
import { fillHousehold } from './respond-household.js';
import { fillHouseholds } from './respond-list.js';
import { createRespondMap } from './respond-map.js';
import { fillPlan } from './respond-plan.js';
import { fillReach } from './respond-reach.js';
import { createReplay } from './respond-replay.js';
import { fillSegments } from './respond-segments.js';
import { createSender, dropOn } from './respond-send.js';

const PANES = [['household', 'Household'], ['evidence', 'Evidence'], ['plan', 'Plan'], ['resources', 'Resources'], ['segments', 'Segments'], ['reach', 'Reach']];

/**
 * Bring the page to life.
 * @param {HTMLElement} root
 * @param {{map: object, token: () => string|null}} context
 */
export function startRespond(root, { map, token }) {
  const stopping = new AbortController();
  const desk = createDesk({ map, signal: stopping.signal });
  const panes = Object.fromEntries(PANES.map(([name, label]) => [name, el('div', { class: 'respond-pane', role: 'tabpanel', 'aria-label': label, tabindex: '0' })]));
  const head = el('div', { class: 'panel-tabs' });
  byId(IDS.respondPanel).replaceChildren(head, ...Object.values(panes));
  let chosen = null;
  let detail = null;
  let tabs = null;

  const side = byId(IDS.respondSide);
  const panel = byId(IDS.respondPanel);
  const stage = byId(IDS.respondMap).parentElement;
  const drawing = createRespondMap({ map, token, choose, send: (goal, id) => sender.take(goal, id) });
  const list = fillHouseholds(side, { choose, listed: (items) => {
    if (!chosen && items.some((one) => one.id === memory.get('respond.at'))) choose(memory.get('respond.at'));
  } });
  const household = fillHousehold(panes.household, { desk, choose, changed: refresh, shown(one) {
    detail = one;
    evidence.refresh(one?.id ?? null, one?.calls ?? []);
  } });
  const evidence = fillEvidence(panes.evidence, { desk, map: drawing, changed: refresh });
  const board = fillBoard(panes.resources, { desk, changed: refresh, listed: (items) => drawing.bases(items), send: (one) => sender.start(one) });
  const plan = fillPlan(panes.plan, { desk, map: drawing, resources: board.items, household: () => detail, changed: refresh, listed: (open) => board.showTasks(open, (one) => sender.take({ kind: 'task', id: one.id }) || tabs.choose('plan')) });
  const segments = fillSegments(panes.segments, { desk, map: drawing, changed: refresh });
  const reach = fillReach(panes.reach, { desk, map: drawing, choose, find: (id) => list.items().find((one) => one.id === id) ?? null, bases, chosen: () => chosen, changed: refresh });
  const sender = createSender({ desk, host: stage, resources: board.items, tasks: plan.open, changed: refresh });
  const replay = createReplay({ host: stage, show: (then) => {
    panel.inert = then !== null;
    root.classList.toggle('replaying', then !== null);
    list.replay(then);
    drawing.replay(then);
    if (then) {
      drawing.tasks(then.tasks.filter((one) => !['done', 'cancelled'].includes(one.status)), board.items());
      evidence.at(then.at);
    } else refresh();
  } });
  byId(IDS.respondLayers).firstElementChild.append(button('History', { class: 'button', on: { click: replay.start } }));
  dropOn(side, (node) => {
    const row = node.closest('[data-household]');
    return row && { node: row, goal: { kind: 'household', id: row.dataset.household } };
  }, sender.take);
  dropOn(panel, (node) => {
    const row = node.closest('[data-task], [data-segment]');
    // A tab opens under what is dragged over it: its tasks and segments can be dropped on.
    const tab = node.closest('[role="tab"]');
    if (tab?.getAttribute('aria-selected') === 'false') tab.click();
    return row && { node: row, goal: row.dataset.task ? { kind: 'task', id: row.dataset.task } : { kind: 'segment', id: row.dataset.segment } };
  }, sender.take);
  tabs = createTabs(head, { chosen: (name) => name === 'reach' && reach.refresh() });
  for (const [name, label] of PANES) tabs.add({ name, label, nodes: [panes[name]] });

  /** The bases that resources start from, each once. */
  function bases() {
    return [...new Map(board.items().filter((one) => one.base).map((one) => [`${one.base.lon},${one.base.lat}`, one.base])).values()];
  }

  function choose(id) {
    if (sender.take({ kind: 'household', id })) return list.point(chosen);
    chosen = id;
    memory.set('respond.at', id);
    list.point(id);
    drawing.choose(id);
    household.refresh(id);
    if (!['household', 'evidence'].includes(tabs?.current())) tabs?.choose('household');
    return undefined;
  }

  function refresh() {
    if (stopping.signal.aborted || replay.on()) return;
    // Adding up the surfaces of thousands takes seconds: the list and the map of those who wait come first.
    Promise.allSettled([list.refresh(), drawing.households()]).then(() => drawing.expected());
    household.refresh();
    board.refresh().then(plan.refresh);
    reach.refresh({ shown: tabs.current() === 'reach' });
    segments.refresh();
  }

  const changes = throttle(refresh, 2000);
  // A change of anybody's is told at once; clocks run on without one.
  window.addEventListener('wf:people', changes, { signal: stopping.signal });
  const minute = setInterval(() => document.visibilityState === 'visible' && changes(), 30_000);
  window.addEventListener('wf:theme', ({ detail: name }) => map.setTheme(name), { signal: stopping.signal });
  refresh();

  return {
    listed: () => list,
    forBrief: () => (chosen ? { kind: 'household', id: chosen } : null),
    make: () => void window.open('/call', '_blank', 'noopener'),
    back() {
      if (map.drawing()) return void map.draw(null);
      if (sender.waiting()) return void sender.stop();
      if (replay.on()) return void replay.stop();
      if (!chosen) return undefined;
      chosen = null;
      memory.set('respond.at', null);
      list.point(null);
      drawing.choose(null);
      return void household.refresh(null);
    },
    changed(newToken) {
      map.setToken(newToken);
    },
    stop() {
      clearInterval(minute);
      list.stop();
      stopping.abort();
      drawing.stop();
    },
  };
}
