/** What the server refuses of a callback is said in plain words. */
import { notify } from './dom.js';

const CALLBACKS = '/_dash-update-component';
const NO_CHANGE = 204;

/**
 * Say refusals of callbacks, and have the page go on as it was.
 *
 * Dash's renderer reads the body of a 400 twice, which throws, and says nothing of any other: so it is told here
 * that nothing changes, and the person is told why.
 */
export function sayRefusals() {
  const plain = window.fetch.bind(window);
  window.fetch = (resource, options) => {
    const asked = plain(resource, options);
    return String(resource?.url ?? resource).includes(CALLBACKS) ? asked.then(said) : asked;
  };
}

async function said(answer) {
  if (answer.ok) return answer;
  if (answer.status === 401) {
    window.dispatchEvent(new CustomEvent('wf:signed-out'));
  } else {
    const { message, hint } = await answer.json().catch(() => ({}));
    notify([message ?? `The server answered ${answer.status}.`, hint].filter(Boolean).join(' '), { bad: true });
  }
  return new Response(null, { status: NO_CHANGE });
}
