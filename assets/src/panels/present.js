/** A brief on the wall: one page at a time, the map flying from one to the next, by keys or by a clicker. */
import { IDS } from './ids.js';
import { button, byId, el, notify } from './dom.js';
import { nothing } from './respond-desk.js';
import { createBriefDesk, visit } from './brief-desk.js';
import { createBriefMap } from './brief-map.js';
import { createStage } from './brief-stage.js';
import { keyGoal, openChannel } from './present-channel.js';

const QUIET_AFTER_MS = 3000;

/** Present the brief that the address names. */
export function present({ root, map, token, id, marked, signal }) {
  const stopping = new AbortController();
  const on = (target, name, run, options = {}) => target.addEventListener(name, run, { signal: stopping.signal, ...options });
  const started = Date.now();
  let at = Math.max(0, Number(new URLSearchParams(window.location.search).get('page') ?? 1) - 1) || 0;
  let pages = [];
  const desk = createBriefDesk(id, { changed: taken, lost });
  const drawing = createBriefMap({ map, token });
  const stage = createStage({ drawing });
  const channel = openChannel(id, (message) => {
    if (message.type === 'hello') tell();
    if (message.type === 'go' && Number.isInteger(message.at)) show(message.at);
    if (message.type === 'live') live(message.on === true);
    if (message.type === 'black') black(message.on === true);
  });

  const place = el('span', { class: 'present-place' });
  const liveButton = button('Live map', { 'aria-pressed': 'false', title: 'l: what is there now, in place of what was kept', on: { click: () => live(!drawing.live()) } });
  const bar = el('nav', { class: 'present-bar', 'aria-label': 'Presenting' },
    button('Previous', { on: { click: () => show(at - 1) } }), place, button('Next', { on: { click: () => show(at + 1) } }),
    liveButton, button('Speaker’s view', { title: 's: notes, clock and next page in a second window', on: { click: speaker } }),
    button('Full screen', { title: 'f', on: { click: fullScreen } }), button('Leave', { title: 'Esc', on: { click: leave } }));
  const warning = el('div', { class: 'present-stale', role: 'status', hidden: true });
  const said = el('p', { class: 'visually-hidden', role: 'status' });
  byId(IDS.briefHead).replaceChildren(bar, warning, said);

  function taken(brief) {
    pages = brief.pages;
    if (!pages.length) return lost({ message: 'This brief has no page yet.', hint: 'Press Escape, and add one.' });
    show(Math.min(at, pages.length - 1), { again: true });
    return undefined;
  }

  function lost(error) {
    stage.show(null);
    byId(IDS.briefStage).querySelector('.brief-words').replaceChildren(nothing(error.message, error.hint ?? ''));
  }

  function show(next, { again = false } = {}) {
    const goal = Math.max(0, Math.min(pages.length - 1, next));
    if (!pages.length || (goal === at && !again)) return;
    at = goal;
    black(false);
    const page = pages[at];
    stage.show(page, { fly: !again });
    marked(page.marking);
    place.textContent = `${at + 1} / ${pages.length}`;
    said.textContent = `Page ${at + 1} of ${pages.length}: ${page.headline}`;
    const stale = page.stale ?? [];
    warning.hidden = !stale.length;
    warning.textContent = stale.length ? `Changed since: ${stale.map((one) => one.what ?? one).join(' ')}` : '';
    tell();
  }

  function live(now) {
    drawing.setLive(now);
    liveButton.setAttribute('aria-pressed', String(now));
    stage.key();
    tell();
  }

  function black(now) {
    root.classList.toggle('present-black', now);
  }

  function tell() {
    channel.say({ type: 'at', at, live: drawing.live(), black: root.classList.contains('present-black'), started });
  }

  function speaker() {
    if (!window.open(`/brief/${id}/speaker`, `wf-speaker-${id}`, 'popup,width=1100,height=760')) notify('The browser kept the second window shut: allow pop-up windows for this address.', { bad: true });
  }

  function fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => notify('The browser does not allow full screen here.', { bad: true }));
  }

  function leave() {
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    visit(`/brief/${id}`);
  }

  // Before everybody else: a clicker sends keys that mean other things elsewhere.
  on(document, 'keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
    const pressed = event.target.closest?.('button, a') && [' ', 'Enter'].includes(event.key);
    const goal = pressed ? null : keyGoal(event, at, pages.length);
    const others = { l: () => live(!drawing.live()), f: fullScreen, s: speaker, b: () => { black(!root.classList.contains('present-black')); tell(); }, '.': () => { black(!root.classList.contains('present-black')); tell(); }, Escape: leave };
    if (goal === null && !others[event.key]) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (goal === null) others[event.key]();
    else show(goal);
  }, { capture: true });

  // The bar steps back when nobody reaches for it.
  let quiet = 0;
  function wake() {
    root.classList.remove('present-quiet');
    clearTimeout(quiet);
    quiet = setTimeout(() => !bar.contains(document.activeElement) && root.classList.add('present-quiet'), QUIET_AFTER_MS);
  }
  for (const name of ['pointermove', 'pointerdown', 'focusin']) on(document, name, wake);
  wake();
  signal.addEventListener('abort', () => stopping.abort());
  desk.load();

  return {
    repaint: () => stage.size(),
    stop() {
      clearTimeout(quiet);
      root.classList.remove('present-quiet', 'present-black');
      stopping.abort();
      channel.close();
      desk.stop();
      stage.stop();
      drawing.stop();
    },
  };
}
