/** The line at the top of the map that says what the tool in hand wants, with a way out. */
import { make } from './events.js';

/**
 * @param {HTMLElement} element the map
 * @param {() => void} onStop
 */
export function createGuide(element, onStop) {
  const bar = make('div', 'wf-guide');
  bar.setAttribute('role', 'status');
  bar.hidden = true;
  const words = make('span', 'wf-guide-words');
  const stop = make('button', 'wf-guide-stop', 'Done');
  stop.type = 'button';
  stop.addEventListener('click', onStop);
  bar.append(words, stop);
  element.append(bar);
  return {
    /** @param {string} text */
    show(text) {
      words.textContent = text;
      bar.hidden = false;
    },
    /** @param {string} text */
    say(text) {
      if (words.textContent !== text) words.textContent = text;
    },
    hide() {
      bar.hidden = true;
    },
    remove: () => bar.remove(),
  };
}
