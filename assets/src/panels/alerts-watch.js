/** From the Watch page to a watch area: "Watch this area", and whatever else asks for one. */
import { button, memory, notify } from './dom.js';
import { may } from './format.js';
import { go } from './keys.js';
import { canonical } from './alerts-draft.js';

const WANTED = 'watch.wanted';
const FILTER = 'watch.filter';

/** Open the editor with what is asked for, from whichever page. */
function want(asked) {
  if (!may('triage')) return notify('Your role does not make watch areas. Ask a supervisor for one that does.', { bad: true });
  memory.set(WANTED, asked);
  if (window.location.pathname === '/alerts') window.dispatchEvent(new CustomEvent('wf:watch-wanted'));
  else go('/alerts');
  return undefined;
}

/** Listen to `wf:watch-this` ({name, shape, query}) for as long as the window is open. */
export function listenToWatchThis() {
  window.addEventListener('wf:watch-this', ({ detail }) => detail && want(detail));
}

/** Take what was asked for, once; null when nothing was. */
export function wanted() {
  const asked = memory.get(WANTED);
  if (asked) memory.set(WANTED, null);
  return asked;
}

/** The filter that the Watch page had last, as a watch area can use it. */
export const lastFilter = () => canonical(memory.get(FILTER, ''));

/** On the Watch page: remember its filter, and offer to watch its shape or area. */
export function offerWatching({ state }) {
  const node = button('Watch this area', { class: 'button watch-this', hidden: true, title: 'Make a watch area of what is drawn or chosen here', on: { click: () => {
    const { shape, area } = state.params();
    want({ shape: shape ?? null, area: shape ? null : area?.split(',')[0] ?? null, query: state.text() });
  } } });
  const follow = (params, text) => {
    memory.set(FILTER, text);
    node.hidden = !(params.shape || params.area) || !may('triage');
  };
  document.querySelector('.watch .stage')?.append(node);
  follow(state.params(), state.text());
  const stop = state.follow(follow);
  return () => { stop(); node.remove(); };
}
