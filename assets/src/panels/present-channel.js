/** What the presenting window and the speaker's say to each other; both are of this browser, no server between. */

/**
 * Open the channel of a brief.
 * @param {string} id
 * @param {(message: object) => void} heard
 */
export function openChannel(id, heard) {
  const channel = new BroadcastChannel(`wf-brief-${id}`);
  channel.addEventListener('message', ({ data }) => data && typeof data === 'object' && heard(data));
  return { say: (message) => channel.postMessage(message), close: () => channel.close() };
}

/** The page after a step, within what there is. */
export const stepped = (at, by, count) => Math.max(0, Math.min(count - 1, at + by));

const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ' ': 1, Enter: 1, n: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Backspace: -1, p: -1 };

/** Return where a key of the keyboard or of a clicker leads: a page, or null for none of its business. */
export function keyGoal(event, at, count) {
  if (event.key === 'Home') return 0;
  if (event.key === 'End') return count - 1;
  const by = event.key === ' ' && event.shiftKey ? -1 : STEPS[event.key];
  return by ? stepped(at, by, count) : null;
}
