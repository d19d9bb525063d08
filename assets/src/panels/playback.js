/** Playback: a window steps through the time of the filter, and map, counts and feed follow it. */
import { IDS } from './ids.js';
import { button, byId, el, icon, still } from './dom.js';
import { isoZ, moment } from './format.js';
import { legend } from './timeline.js';

const SPEEDS = [['0.5', '½×'], ['1', '1×'], ['2', '2×'], ['4', '4×']];
const STEP_MS = 900;

/**
 * Fill the bar above the timeline.
 * @param {{state: object, timeline: object, lookups: object}} context
 */
export function createPlayback({ state, timeline, lookups }) {
  const host = byId(IDS.timelineBar);
  let before = null;
  let range = null;
  let at = 0;
  let timer = 0;
  const play = el('button', { type: 'button', class: 'fold', on: { click: toggle } });
  const stop = button('Stop and show the whole time again', { iconName: 'stop', class: 'fold', hidden: true, on: { click: end } });
  const speed = el('select', { class: 'field', 'aria-label': 'Speed of playback' }, ...SPEEDS.map(([value, text]) => el('option', { value, text })));
  speed.value = '1';
  speed.style.width = '64px';
  speed.style.height = '24px';
  const text = el('span', { class: 'playing' });
  const key = el('span', { class: 'grow legend' });
  const hint = el('span', { text: 'Drag to filter, double-click to reset' });
  host.replaceChildren(play, stop, speed, text, key, hint);
  show();

  function show() {
    const on = timer !== 0;
    play.replaceChildren(icon(on ? 'pause' : 'play'));
    play.setAttribute('aria-label', on ? 'Pause' : 'Play through time');
    play.title = `${on ? 'Pause' : 'Play through time'} (t)`;
    document.documentElement.classList.toggle('playing', before !== null);
    stop.hidden = before === null;
    hint.hidden = before !== null;
    if (before === null) text.textContent = '';
  }

  function toggle() {
    if (timer) {
      clearTimeout(timer);
      timer = 0;
    } else begin();
    show();
  }

  function begin() {
    const data = timeline.data();
    const bins = data?.series[0]?.counts.length ?? 0;
    if (!bins) return;
    if (before === null) {
      before = state.params();
      // A twelfth of the time is a window one can follow; it moves by a third of itself.
      const whole = bins * data.step_ms;
      range = { start: data.start_ms, end: data.start_ms + whole, width: Math.max(data.step_ms, Math.round(whole / 12)) };
      at = range.start;
    }
    step();
  }

  function step() {
    const to = Math.min(at + range.width, range.end);
    timeline.mark([at, to]);
    state.patch({ last: '', from: isoZ(Math.floor(at / 1000) * 1000), to: isoZ(Math.ceil(to / 1000) * 1000) }, { undoable: false, url: false });
    text.textContent = `${moment(at)} to ${moment(to)}`;
    if (to >= range.end) {
      timer = 0;
      at = range.start;
    } else {
      at += range.width / (still() ? 1 : 3);
      timer = setTimeout(step, STEP_MS / Number(speed.value));
    }
    show();
  }

  function end() {
    clearTimeout(timer);
    timer = 0;
    const back = before;
    before = null;
    timeline.mark(null);
    if (back) state.set(back, { undoable: false });
    show();
  }

  return {
    toggle,
    end,
    /** While it plays, the timeline keeps the whole time and only the window moves. */
    playing: () => before !== null,
    legend: (data) => key.replaceChildren(legend(data, lookups)),
  };
}
