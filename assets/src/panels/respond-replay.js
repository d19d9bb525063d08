/** The search played again: a slider over all that happened, and everything as it stood then, to be read only. */
import { button, el, notify } from './dom.js';
import { ask, givenUp, latest } from './api.js';
import { longTime } from './format.js';
import { KINDS, named, STATUSES } from './respond-words.js';

const PAGE = 5000;
const STEP_MS = 1200;

/**
 * @param {{host: HTMLElement, show: (then: object|null) => void}} context  `show` is given the search at a time, null for now
 */
export function createReplay({ host, show }) {
  const asked = latest();
  let events = [];
  let moments = [];
  let on = false;
  let timer = 0;
  const at = el('b', {});
  const what = el('span', { class: 'respond-then-what' });
  const slider = el('input', { type: 'range', min: '0', max: '0', step: '1', value: '0', 'aria-label': 'Time in the search', on: { input: () => { pause(); look(); } } });
  const play = button('Play', { 'aria-pressed': 'false', on: { click: () => (timer ? pause() : begin()) } });
  const back = button('Back to now', { class: 'button primary', on: { click: () => stop() } });
  const bar = el('section', { class: 'respond-then', 'aria-label': 'History', hidden: true },
    el('div', { class: 'respond-then-head', role: 'status' }, el('span', { class: 'status due', text: 'Replay · read only', title: 'Households that were merged since stand together; segments are not shown.' }), at, what, el('span', { class: 'grow' }), play, back), slider);
  host.append(bar);

  async function start() {
    if (on) return stop();
    try {
      events = [];
      for (let cursor = ''; cursor !== null;) {
        const answer = await asked(`/api/v1/respond/history?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
        events.push(...answer.items);
        cursor = answer.next ?? null;
      }
    } catch (error) {
      return givenUp(error) ? undefined : notify(`The history cannot be read: ${error.message}`, { bad: true });
    }
    moments = [...new Set(events.map((one) => one.at))];
    if (!moments.length) return notify('Nothing has happened in this search yet.');
    on = true;
    slider.max = String(moments.length - 1);
    slider.value = slider.max;
    bar.hidden = false;
    slider.focus();
    return look();
  }

  /** Show the moment that the slider stands at. */
  async function look() {
    const moment = moments[Number(slider.value)];
    at.textContent = longTime(moment);
    const here = events.filter((one) => one.at === moment);
    what.textContent = here.length > 3 ? `${told(here[0])}; and ${here.length - 1} more at that moment` : here.map(told).join('; ');
    slider.setAttribute('aria-valuetext', `${at.textContent}. ${what.textContent}`);
    try {
      const then = await asked(`/api/v1/respond/then?${new URLSearchParams({ at: moment })}`);
      if (on) show(then);
    } catch (error) {
      if (givenUp(error)) return;
      pause();
      notify(`That moment cannot be shown: ${error.message}`, { bad: true });
    }
  }

  function begin() {
    if (Number(slider.value) >= moments.length - 1) slider.value = '0';
    play.textContent = 'Pause';
    play.setAttribute('aria-pressed', 'true');
    const step = async () => {
      await look();
      if (!timer) return;
      if (Number(slider.value) >= moments.length - 1) return void pause();
      slider.value = String(Number(slider.value) + 1);
      timer = setTimeout(step, STEP_MS);
    };
    timer = setTimeout(step, 0);
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    play.textContent = 'Play';
    play.setAttribute('aria-pressed', 'false');
  }

  function stop() {
    if (!on) return;
    on = false;
    pause();
    bar.hidden = true;
    show(null);
  }

  return { start, stop, on: () => on };
}

/** What each kind of event is called, from its details. */
const WORDS = {
  'household.made': () => 'a call came in',
  'household.status': (detail) => `a household is ${named(STATUSES, detail.status).toLowerCase()}`,
  'household.contact': (detail) => (detail.outcome === 'reached' ? 'spoke with a household' : 'got no answer from a household'),
  'household.evidence': (detail) => `evidence ${String(detail.action ?? '').replaceAll('_', ' ')}: ${KINDS[detail.kind] ?? detail.kind ?? ''}`,
  'household.merge': () => 'merged two households',
  'household.unmerge': () => 'took a merge back',
  'household.task': (detail) => `a household’s task is ${detail.status}`,
  'plan.adopted': (detail) => (detail.tasks === 1 ? 'gave a task' : `took a plan of ${detail.tasks} tasks`),
  'task.status': (detail) => `task ${detail.position} is ${detail.status}`,
  'task.result': (detail) => `the result of a task: ${String(detail.outcome ?? 'a track').replace('_', ' ')}`,
  'segments.made': (detail) => `made ${detail.count} segments`,
  'segments.removed': (detail) => `took ${detail.count} segments away`,
};

function told({ who, kind, detail }) {
  return `${who}: ${WORDS[kind]?.(detail) ?? `${kind.replace('.', ' ')} ${detail.name ?? detail.number ?? ''}`.trim()}`;
}
