/** The panels round the map: starts what every page has, and each page's own part when it appears. */
import { IDS } from './ids.js';
import { ask } from './api.js';
import { byId, el, memory, notify, setStore } from './dom.js';
import { takeFacts } from './format.js';
import { closeMenus, forgetMarkings, showMarking, startClocks, tendMenus, theme, useTheme } from './topbar.js';
import { delegate } from './delegate.js';
import { fillSearch } from './search.js';
import { followLive } from './live.js';
import { go, listenToKeys, showHelp } from './keys.js';
import { acknowledge } from './selection.js';
import { isWall, toggleWall } from './wall.js';
import { addToBrief } from './brief-add.js';
import { startAlerts } from './alerts.js';
import { createDesk } from './alerts-desk.js';
import { showAlerts } from './alerts-live.js';
import { createSound } from './alerts-sound.js';
import { listenToWatchThis, offerWatching } from './alerts-watch.js';
import { startBrief } from './brief.js';
import { startImports } from './imports.js';
import { sayRefusals } from './refusals.js';
import { startReport } from './report.js';
import { startRespond } from './respond.js';
import { sanitise } from './share-sanitise.js';
import { startShare } from './share.js';
import { startWatch } from './watch.js';

sayRefusals();
document.documentElement.dataset.theme = memory.get('theme', 'dark');
if (isWall()) document.documentElement.classList.add('wall');

const PAGES = [[IDS.watch, startWatch], [IDS.reportForm, startReport], [IDS.imports, startImports], [IDS.alerts, startAlerts], [IDS.respond, startRespond], [IDS.brief, startBrief], [IDS.share, startShare]];
const map = () => window.watchfloor?.map ?? null;
let page = null;
let live = null;
let started = false;
let alerts = null;
const desk = createDesk();
const sound = createSound();
let lastChange = 0;

function changed(token) {
  page?.part.changed?.(token);
  // The list of sources is a callback: at most every ten seconds is enough for ages in minutes.
  if (Date.now() - lastChange > 10_000) {
    lastChange = Date.now();
    setStore(IDS.live, { token, at: lastChange });
  }
}

function tend() {
  const app = document.querySelector('[data-wf-app]');
  if (!app || !map()) return;
  // Once only: what fails to start would add to the page at each try, and each addition calls for another try.
  if (!started) {
    started = true;
    startShell(app);
  }
  if (!live) return;
  fillFields();
  readMarkings();
  alerts.showBadge();
  sound.show();
  const found = PAGES.map(([id, start]) => [byId(id), start]).find(([node]) => node);
  const root = found?.[0] ?? null;
  if (page?.root === root) return;
  page?.part.stop?.();
  page = root ? { root, part: found[1](root, { map: map(), token: live.token, desk }) } : null;
  if (page?.part.state) offerWatching(page.part);
  const goal = page?.part.selection ? memory.get('goto') : null;
  if (goal) {
    memory.set('goto', null);
    page.part.ready.then(() => showResult(goal));
  }
}

/** What the server says in its own corner of the page is shown where everything else is said. */
function echoNotices() {
  new MutationObserver(() => {
    const said = byId(IDS.notice)?.querySelector('[data-wf-notice]');
    if (said) notify(said.textContent, { bad: said.classList.contains('bad') });
  }).observe(byId(IDS.notice), { childList: true, subtree: true, attributes: true, attributeFilter: ['data-wf-notice'] });
}

/** Pages and panels made by the server say themselves what marking they show. */
let marked = null;
function readMarkings() {
  const own = document.querySelector('main[data-wf-marking]');
  if (own !== marked) {
    marked = own;
    forgetMarkings();
  }
  if (own) showMarking('page', own.dataset.wfMarking);
  showMarking('details', ...[...document.querySelectorAll('main [data-wf-marking]')].map((part) => part.dataset.wfMarking));
}

/** Dash has no bare input: where the server leaves room for one, it is put in here. */
function fillFields() {
  for (const room of document.querySelectorAll('[data-wf-file]:empty')) {
    room.append(el('input', { class: 'upload', type: 'file', accept: room.dataset.wfFile, 'aria-label': 'Photo' }));
  }
  for (const room of document.querySelectorAll('[data-wf-field]:empty')) {
    room.append(el('input', { class: 'field', type: 'text', maxlength: '120', placeholder: room.dataset.wfField, 'aria-label': room.dataset.wfField }));
  }
}

function startShell(app) {
  takeFacts(JSON.parse(app.dataset.wfApp));
  useTheme(theme(), { remember: false });
  startClocks();
  echoNotices();
  tendMenus();
  fillSearch({ map, chosen: showResult });
  alerts = showAlerts({ desk, sound });
  listenToWatchThis();
  live = followLive(changed);
}

/** Select a record; from another page, go to the map first. */
function showRecord(target, node) {
  if (page?.part.selection) page.part.selection.select(target, { fly: true });
  // Leaving a form for a look at a likely duplicate would lose what was typed: its own map shows the place.
  else if (page?.root.id === IDS.reportForm && !node?.closest('[data-wf-made]')) {
    if (Number.isFinite(target.lon)) map().flyTo({ lon: target.lon, lat: target.lat, zoom: 16 });
  } else showResult(target);
}

/** Show a search result on the map; from another page, go to the map first. */
function showResult(result) {
  if (!page?.part.selection) {
    memory.set('goto', result);
    go('/');
    return;
  }
  const { selection } = page.part;
  if (result.bbox) map().flyTo({ bbox: result.bbox });
  else if (Number.isFinite(result.lon)) map().flyTo({ lon: result.lon, lat: result.lat, zoom: result.kind === 'place' ? 12 : 16 });
  const fid = result.fid ?? fidOf(result.id);
  if (['site', 'incident'].includes(result.kind) && fid) selection.select({ kind: result.kind, fid, lon: result.lon, lat: result.lat });
  if (result.kind === 'area' && result.id) {
    page.part.names.learn(result.id, result.label);
    page.part.state.patch({ area: result.id });
  }
}

/** Tiles name a record by the low 52 bits of its id, which a number holds exactly. */
const fidOf = (id) => (id ? parseInt(id.replaceAll('-', '').slice(-13), 16) : null);

const part = () => page?.part ?? {};

/** Enter a map in the dissemination log before it goes on paper; without its line it does not. */
async function entered() {
  try {
    await ask('/api/v1/export/print', { method: 'POST', body: { filter: part().state?.text() ?? '' } });
    return true;
  } catch (error) {
    notify(`${error.message} ${error.hint ?? ''}`, { bad: true });
    return false;
  }
}
window.addEventListener('wf:print', ({ detail }) => detail.waits.push(entered()));
const commands = {
  theme: () => useTheme(theme() === 'dark' ? 'light' : 'dark'),
  wall: toggleWall,
  sound: () => notify(sound.toggle() ? 'Alerts sound from now on in this browser.' : 'Alerts are silent now.'),
  help: showHelp,
  'sign-out': async () => {
    await fetch('/logout', { method: 'POST', credentials: 'same-origin' }).catch(() => null);
    window.location.assign('/login');
  },
  'add-brief': () => void addToBrief(page, map()),
  sanitise: (node) => sanitise(JSON.parse(node.dataset.wfOf)),
  'fold-rail': () => part().sides?.toggle('rail'),
  'fold-panel': () => part().sides?.toggle('panel'),
  table: () => part().table?.toggle(),
  'keep-theirs': () => {
    window.dash_clientside.set_props(IDS.conflict, { opened: false });
    part().selection?.refresh();
  },
  export: () => part().table?.exportCsv(),
};

delegate(commands, {
  select: showRecord,
  query(text, view) {
    part().state?.set(text);
    if (view?.bbox) map()?.flyTo({ bbox: view.bbox });
    // A view of before surfaces were kept says nothing of one.
    if (typeof view?.hotspots === 'string') part().hotspots?.use(view.hotspots);
  },
  move: (target) => map()?.dragIncident(target),
  viewAction(action) {
    setStore(IDS.viewAction, { ...action, query: part().state?.text() ?? '', map: { ...map()?.state(), hotspots: part().hotspots?.text() ?? '' }, at: Date.now() });
  },
});

listenToKeys({
  '/': () => byId('wf-search-input')?.focus(),
  '?': showHelp,
  j: () => part().listed?.()?.step(1),
  k: () => part().listed?.()?.step(-1),
  Enter: () => part().listed?.()?.open(),
  n: () => (part().make ? part().make() : false),
  a() {
    if (part().acknowledge) return part().acknowledge();
    const item = part().listed?.()?.current();
    if (!item) return false;
    return void acknowledge(item, () => part().feed.refresh({ live: true }));
  },
  b: () => void addToBrief(page, map()),
  p: (event) => part().keys?.(event) ?? false,
  f() {
    part().sides?.show('rail');
    document.querySelector('#wf-rail-body .segments button')?.focus();
  },
  h: () => part().hotspots?.showList(),
  l: () => map()?.toggleLegend?.(),
  d: () => map()?.draw('polygon'),
  t: () => part().playback?.toggle(),
  undo: () => (part().state?.canUndo() ? part().state.undo() : false),
  back() {
    if (isWall()) return toggleWall();
    if (closeMenus()) return undefined;
    if (part().back) return part().back();
    map()?.draw(null);
    if (part().playback?.playing()) return part().playback.end();
    if (part().table?.shown()) return part().table.close();
    if (part().sides?.closeDrawers()) return undefined;
    if (part().hotspots?.back()) return undefined;
    if (part().selection?.current()) part().selection.select(null);
    document.activeElement?.blur?.();
    return undefined;
  },
});

document.addEventListener('wf:add-brief', () => addToBrief(page, map()));
window.addEventListener('wf:signed-out', () => notify('Your session has ended. Nothing you sent was lost.', {
  bad: true, seconds: 3600, action: { label: 'Sign in', run: () => window.location.assign('/login') },
}));
new MutationObserver(tend).observe(document.documentElement, { childList: true, subtree: true });
window.addEventListener('wf:loaded', tend);

/** What other scripts and tests may ask of the page. */
export const current = () => page?.part ?? null;
