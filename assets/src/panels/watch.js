/** The Watch page in the browser: joins filter state, map, counts, timeline, feed and selection. */
import { IDS } from './ids.js';
import { byId, debounce, notify, setStore, throttle } from './dom.js';
import { givenUp, latest, withQuery } from './api.js';
import { createState } from './state.js';
import { fillRail } from './rail.js';
import { areaNames, padded } from './where.js';
import { createArrivals } from './arrivals.js';
import { fillFeed } from './feed.js';
import { createLook } from './look.js';
import { createTimeline } from './timeline.js';
import { createPlayback } from './playback.js';
import { createSelection } from './selection.js';
import { createTable } from './table.js';
import { createSides } from './sides.js';
import { createTabs } from './tabs.js';
import { startHotspots } from './hotspots.js';
import { isWall, showFacts } from './wall.js';
import { showMarking, theme } from './topbar.js';
import { count } from './format.js';

const ASK_AGAIN_MS = 10_000;

/**
 * Bring the Watch page to life.
 * @param {HTMLElement} root
 * @param {{map: object, token: () => string|null}} context
 */
export function startWatch(root, { map, token }) {
  const lookups = JSON.parse(root.dataset.lookups);
  const stopping = new AbortController();
  const on = (name, run) => window.addEventListener(name, run, { signal: stopping.signal });
  const state = createState();
  const look = createLook(lookups.last_look ?? 0);
  const names = areaNames();
  const sides = createSides(root, map);
  let feed = null;
  let hotspots = null;
  const selection = createSelection({ map, feed: () => feed, wall: isWall, chosen: () => hotspots?.recordChosen() });
  const context = { state, lookups, map, names, look };
  const rail = fillRail(byId(IDS.railBody), context);
  const timeline = createTimeline(context);
  const playback = createPlayback({ ...context, timeline });
  const table = createTable({ state, select: (target) => selection.select(target) });
  feed = fillFeed({ state, look, select: selection.select, table: table.toggle, arrivals: createArrivals(state, map.pulse) });
  const tabs = createTabs(byId(IDS.panelTabs), { fold: 'Fold reports', chosen: (name) => name === 'hotspots' && hotspots?.chosen() });
  tabs.add({ name: 'reports', label: 'Reports', nodes: [byId(IDS.feedHead), byId(IDS.feed)] });
  hotspots = startHotspots({ state, map, tabs, sides, selection, token: token(), on });

  const asked = latest();
  let extent = null;
  let total = null;
  let unlocated = 0;
  async function summarise() {
    try {
      const summary = await asked(withQuery('/api/v1/summary', state.text()));
      take(summary);
    } catch (error) {
      if (!givenUp(error)) notify(`${error.message} ${error.hint ?? ''} What is on screen is as it was.`, { bad: true });
    }
  }
  function take(summary) {
    rail.facets(summary);
    if (!playback.playing()) {
      timeline.draw(summary);
      playback.legend(timeline.data());
    }
    showMarking('page', summary.marking);
    showFacts(summary, lookups);
    total = summary.total;
    unlocated = summary.unlocated;
    map.setCounts?.({ incidents: total, unlocated });
    const text = count(total);
    for (const node of document.querySelectorAll('[data-wf-total]')) node.textContent = text;
    extent ??= summary.extent;
  }

  const soon = debounce(summarise, 60);
  const feedSoon = debounce(() => feed.refresh(), 60);
  const tableSoon = debounce(() => table.refresh(), 120);
  // In a surge something changes all the time: the first change shows at once, those after it together.
  const lists = throttle(() => { soon(); feed.refresh({ live: true }); table.refresh({ purge: false }); }, 1000);
  const panel = throttle(() => selection.refresh(), 5000);
  state.follow((params, text) => {
    map.setFilter(text);
    map.showShape(params.shape ?? null);
    soon();
    feedSoon();
    tableSoon();
  });

  on('wf:shape', ({ detail }) => {
    if (!detail?.shape) return;
    const now = state.params().shape;
    state.patch({ shape: now ? `${now}|${detail.shape}` : detail.shape });
  });
  on('wf:select', ({ detail }) => {
    if (!detail) hotspots.back();
    selection.select(detail, { fromMap: true });
  });
  on('wf:moved', ({ detail }) => selection.moveTo({ lon: detail.lon, lat: detail.lat }));
  on('wf:theme', ({ detail }) => { map.setTheme(detail); timeline.draw(null); });
  on('popstate', () => state.reload());

  setStore(IDS.query, state.text());
  // The first sight is of what the filter holds; after that the view belongs to whoever looks.
  const ready = summarise()
    .then(() => root.isConnected && map.mount(byId(IDS.map), { theme: theme(), wall: isWall(), query: state.text(), token: token() ?? undefined, bbox: state.again ? undefined : padded(extent) }))
    .then(() => {
      if (total !== null) map.setCounts?.({ incidents: total, unlocated });
      if (state.params().shape) map.showShape(state.params().shape);
    })
    .catch((error) => notify(`The map could not be drawn: ${error.message}. Lists and counts still work.`, { bad: true }));

  // Plotly and the table are large: they are fetched once the map stands, or could not be drawn.
  let filled = false;
  function afterMap() {
    if (filled || !root.isConnected) return;
    filled = true;
    timeline.appear();
    askAfterMap(1);
  }
  /** Ask until it is there: the line may be cut just then. */
  function askAfterMap(turn) {
    if (!root.isConnected || byId(IDS.timeline)) return;
    setStore(IDS.afterMap, turn);
    setTimeout(() => askAfterMap(turn + 1), ASK_AGAIN_MS);
  }
  ready.finally(afterMap);

  return {
    state, feed, selection, playback, table, sides, names, ready, tabs, hotspots,
    /** The list that j, k and Enter walk through. */
    listed: () => (tabs.current() === 'hotspots' ? hotspots.list : feed),
    /** Something that the actor may see has changed. */
    changed(newToken) {
      map.setToken(newToken);
      hotspots.changed(newToken);
      if (playback.playing()) return;
      lists();
      panel();
    },
    stop() {
      stopping.abort();
      feed.stop();
      playback.end();
      map.unmount?.();
    },
  };
}
