/** The speaker's own window: notes, the clock and the time used, the page that comes, and the questions asked. */
import { IDS } from './ids.js';
import { button, byId, el } from './dom.js';
import { local, zulu } from './format.js';
import { nothing } from './respond-desk.js';
import { createBriefDesk } from './brief-desk.js';
import { markingOf } from './brief-marks.js';
import { fillQuestions } from './brief-questions.js';
import { thumb } from './brief-thumb.js';
import { keyGoal, openChannel } from './present-channel.js';

/** Show the speaker's view of the brief that the address names. */
export function speak({ id, marked }) {
  const stopping = new AbortController();
  const host = byId(IDS.briefList);
  let pages = [];
  let at = 0;
  let started = Date.now();
  let alone = true;
  const desk = createBriefDesk(id, { changed(brief) { pages = brief.pages; marked(brief.marking); paint(); questions.refresh(); }, lost: (error) => host.replaceChildren(nothing(error.message, error.hint ?? '')) });
  const channel = openChannel(id, (message) => {
    if (message.type !== 'at') return;
    alone = false;
    at = message.at;
    started = message.started;
    liveButton.setAttribute('aria-pressed', String(message.live === true));
    blackButton.setAttribute('aria-pressed', String(message.black === true));
    paint();
  });
  const clock = el('b', { class: 'speaker-clock' });
  const used = el('b', { class: 'speaker-clock' });
  const now = el('section', { class: 'speaker-now', 'aria-label': 'This page' });
  const next = el('section', { class: 'speaker-next', 'aria-label': 'Next page' });
  const asked = el('section', { class: 'speaker-questions', 'aria-label': 'Questions asked' });
  const status = el('span', { class: 'muted', role: 'status' });
  const liveButton = button('Live map', { 'aria-pressed': 'false', on: { click: ({ currentTarget }) => channel.say({ type: 'live', on: currentTarget.getAttribute('aria-pressed') !== 'true' }) } });
  const blackButton = button('Black screen', { 'aria-pressed': 'false', on: { click: ({ currentTarget }) => {
    const on = currentTarget.getAttribute('aria-pressed') !== 'true';
    currentTarget.setAttribute('aria-pressed', String(on));
    channel.say({ type: 'black', on });
  } } });
  host.replaceChildren(el('div', { class: 'speaker' },
    el('div', { class: 'speaker-bar' }, button('Previous', { class: 'button large', on: { click: () => goTo(at - 1) } }), button('Next', { class: 'button primary large', on: { click: () => goTo(at + 1) } }), liveButton, blackButton, status, el('span', { class: 'grow' }),
      el('span', { class: 'speaker-time' }, clock, el('span', { class: 'muted', text: 'now' })), el('span', { class: 'speaker-time' }, used, el('span', { class: 'muted', text: 'used' })), button('From zero', { class: 'button quiet', on: { click: () => { started = Date.now(); tick(); } } })),
    now, el('div', { class: 'speaker-side' }, next, asked)));
  const questions = fillQuestions(asked, { desk, page: () => pages[at]?.id ?? null });

  function goTo(goal) {
    const place = Math.max(0, Math.min(pages.length - 1, goal));
    if (alone) { at = place; paint(); }
    channel.say({ type: 'go', at: place });
  }

  function paint() {
    const page = pages[at];
    if (!page) return;
    status.textContent = alone ? 'Nothing is presented yet: this window leads as soon as it is.' : `Page ${at + 1} of ${pages.length} is shown`;
    now.replaceChildren(el('div', { class: 'speaker-page' }, thumb(page), el('div', {}, el('h2', { text: page.headline }), ...page.lines.map((line) => el('p', { text: line })), markingOf(page.marking))),
      ...(page.stale?.length ? [el('p', { class: 'brief-stale', text: `Changed since: ${page.stale.map((one) => one.what ?? one).join(' ')}` })] : []),
      el('h3', { text: 'Notes' }), el('div', { class: 'speaker-notes', tabindex: '0', text: page.notes || 'No notes for this page.' }));
    const after = pages[at + 1];
    next.replaceChildren(el('h3', { text: after ? `Next: page ${at + 2}` : 'This is the last page' }), ...(after ? [el('div', { class: 'speaker-page' }, thumb(after), el('p', { text: after.headline }))] : []));
  }

  function tick() {
    clock.textContent = `${local(Date.now())} ${zulu(Date.now())}`;
    const seconds = Math.max(0, Math.floor((Date.now() - started) / 1000));
    used.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }

  document.addEventListener('keydown', (event) => {
    if (event.target.matches('input, textarea, button') || event.ctrlKey || event.metaKey || event.altKey) return;
    const goal = keyGoal(event, at, pages.length);
    if (goal === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    goTo(goal);
  }, { signal: stopping.signal, capture: true });
  const beat = setInterval(tick, 500);
  tick();
  desk.load().then(() => channel.say({ type: 'hello' }));

  return {
    stop() {
      clearInterval(beat);
      stopping.abort();
      channel.close();
      desk.stop();
    },
  };
}
