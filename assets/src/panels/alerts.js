/** The Alerts page in the browser: watch areas, their map, their alerts, and the editor. */
import { IDS } from './ids.js';
import { byId, memory, notify, throttle } from './dom.js';
import { may } from './format.js';
import { fillAreas } from './alerts-areas.js';
import { openEditor } from './alerts-editor.js';
import { fillAlerts } from './alerts-list.js';
import { createAlertMap } from './alerts-map.js';
import { createPlaces } from './alerts-where.js';
import { lastFilter, wanted } from './alerts-watch.js';

const KEPT = 'watch.draft';

/**
 * Bring the page to life.
 * @param {HTMLElement} root
 * @param {{map: object, token: () => string|null, desk: object}} context
 */
export function startAlerts(root, { map, token, desk }) {
  const words = JSON.parse(root.dataset.words);
  const places = createPlaces();
  const stopping = new AbortController();
  const on = (name, run) => window.addEventListener(name, run, { signal: stopping.signal });
  const side = byId(IDS.alertsSide);
  const panel = byId(IDS.alertsPanel);
  let editor = null;
  let areas = null;
  let list = null;
  const drawing = createAlertMap({ map, token, places, chosen: (id) => !editor && areas.pick(id) });

  function overview() {
    editor = null;
    root.classList.remove('editing');
    areas?.stop();
    list?.stop();
    areas = fillAreas(side, { words, places, edit, choose, changed: (listed) => !editor && drawing.show(listed, { at: areas.chosen()?.id ?? null }) });
    list = fillAlerts(panel, { desk, map: drawing, area: () => areas.chosen(), edit: (id) => edit(areas.find(id)), showAll: () => areas.pick(null) });
    areas.refresh();
    list.refresh();
    map.resize();
  }

  function choose(area) {
    drawing.show(areas.all(), { at: area?.id ?? null }).then(() => drawing.look(area?.id ?? null));
    drawing.setFilter(area?.filter ?? '');
    list.refresh();
  }

  function edit(area, asked = null) {
    if (area === undefined) return notify('This watch area is gone; its alerts stay in the log.', { bad: true });
    areas.stop();
    list.stop();
    root.classList.add('editing');
    drawing.ring([]);
    editor = openEditor({ side, panel }, {
      map, words, places, area, asked, watchFilter: lastFilter, preview: (draft, { look = false } = {}) => drawing.show([], { draft }).then(() => look && drawing.look('draft')),
      done(saved) {
        memory.set(KEPT, null);
        overview();
        if (saved) areas.refresh().then(() => areas.pick(saved.id));
      },
    });
    map.resize();
    window.dispatchEvent(new CustomEvent('wf:alerts-listed'));
    if (area || asked) drawing.show([], { draft: area ?? editor.unsaved()?.draft ?? {} }).then(() => drawing.look('draft'));
    return undefined;
  }

  const changes = throttle(() => {
    if (editor || stopping.signal.aborted) return;
    areas.refresh();
    list.refresh();
  }, 1000);

  // Reports come all the time; what a colleague does to a watch area may wait a little.
  const calm = throttle(changes, 20_000);

  on('wf:theme', ({ detail }) => map.setTheme(detail));
  on('wf:alerts', changes);
  on('wf:show-alert', () => !editor && list.refresh());
  on('wf:watch-wanted', async () => {
    if (editor) await editor.leave();
    if (!editor) edit(null, wanted());
  });

  overview();
  const asked = wanted();
  if (asked) edit(null, asked);
  else takeUp();

  /** What was being typed when the page was left without asking (back, a reload) is still there. */
  async function takeUp() {
    const kept = memory.get(KEPT);
    if (!kept) return;
    memory.set(KEPT, null);
    notify('A watch area was left unsaved.', { seconds: 20, action: { label: 'Go on with it', async run() {
      await areas.refresh();
      const area = kept.id ? areas.find(kept.id) : null;
      edit(area ?? null);
      editor.restore(kept.draft);
    } } });
  }

  return {
    listed: () => (editor ? null : list),
    forBrief: () => (!editor && list.opened() ? { kind: 'alert', id: list.opened().id } : null),
    acknowledge: () => (editor ? false : list.acknowledge()),
    make: () => (editor || !may('triage') ? false : edit(null)),
    back() {
      // After the key is done with: the same Escape would close the question that it opens.
      if (editor) return void setTimeout(() => editor?.leave(), 0);
      if (list.shut()) return undefined;
      if (areas.chosen()) areas.pick(null);
      return undefined;
    },
    changed(newToken) {
      map.setToken(newToken);
      calm();
    },
    stop() {
      const unsaved = editor?.unsaved();
      if (unsaved) memory.set(KEPT, unsaved);
      editor?.stop();
      areas.stop();
      list.stop();
      stopping.abort();
      drawing.stop();
      // What was in the list needs its card again.
      queueMicrotask(() => window.dispatchEvent(new CustomEvent('wf:alerts-listed')));
    },
  };
}
