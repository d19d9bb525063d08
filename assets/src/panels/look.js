/** What this officer has seen: everything up to the last "Seen", and each report opened since. */
import { IDS } from './ids.js';
import { memory, notify, setStore } from './dom.js';
import { appFacts, shortTime } from './format.js';

const KEPT = 400;

/**
 * Make the memory of what was seen.
 * @param {number} lastMs  when the server was last told, 0 if never
 */
export function createLook(lastMs) {
  const key = `opened.${appFacts().user}`;
  let last = lastMs;
  let opened = new Set(memory.get(key, []));
  // Without a last look, what came in before this page was opened counts as seen: an inherited store is no surprise.
  const started = Date.now();
  return {
    last: () => last,
    unseen: ({ id, entered }) => Date.parse(entered) > (last || started) && !opened.has(id),
    open(id) {
      opened.add(id);
      memory.set(key, [...opened].slice(-KEPT));
    },
    async seen() {
      last = Date.now();
      opened = new Set();
      memory.set(key, []);
      setStore(IDS.viewAction, { action: 'looked', at: last });
      window.dispatchEvent(new CustomEvent('wf:looked'));
      notify(`Noted: everything up to ${shortTime(last)} was seen.`);
    },
  };
}
