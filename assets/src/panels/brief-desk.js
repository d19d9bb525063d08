/** One brief in the browser: asked for once, changed with its revision, and followed by whoever shows it. */
import { memory, notify } from './dom.js';
import { ApiError, ask } from './api.js';

const OPEN = 'brief.open';

/** The brief to which `b` adds, as `{id, title}`; null when none is open. */
export const openBrief = {
  get: () => memory.get(OPEN),
  set: (brief) => memory.set(OPEN, brief ? { id: brief.id, title: brief.title } : null),
};

/** Say a refusal in its own words. */
export function refused(error) {
  notify(`${error.message} ${error.hint ?? ''}`.trim(), { bad: true });
}

/** Go to an address within the application without loading everything again. */
export function visit(path) {
  window.history.pushState({}, '', path);
  // Dash's router listens to this; without it the bar above would still show the page before.
  window.dispatchEvent(new CustomEvent('_dashprivate_pushstate'));
}

/**
 * Keep a brief.
 * @param {string} id
 * @param {{changed: (brief: object) => void, lost: (error: Error) => void}} context
 */
export function createBriefDesk(id, { changed, lost }) {
  const address = `/api/v1/briefs/${id}`;
  let brief = null;
  let gone = false;
  // One change after the other: each needs the revision that the one before it left.
  let queue = Promise.resolve();

  function take(answer) {
    if (gone) return;
    brief = answer;
    changed(brief);
  }

  async function load() {
    try {
      take(await ask(address));
    } catch (error) {
      if (!gone) lost(error);
    }
    return brief;
  }

  /** Change something of the brief; answer what the server said, or null when it refused. */
  function change(method, path, body = {}, said = '') {
    const run = async () => {
      try {
        const answer = await ask(`${address}${path}`, { method, body: { ...body, revision: brief.revision } });
        if (Array.isArray(answer.pages)) take(answer);
        else await load();
        if (said) notify(said);
        return answer;
      } catch (error) {
        if (error instanceof ApiError && error.status === 409) {
          notify(`${error.message} It is shown as it is now; what you typed last was not kept.`, { bad: true });
          await load();
        } else refused(error);
        return null;
      }
    };
    queue = queue.then(run, run);
    return queue;
  }

  /** Delete it; answer whether that was done. */
  async function remove() {
    try {
      await ask(address, { method: 'DELETE', body: { revision: brief.revision } });
      if (openBrief.get()?.id === id) openBrief.set(null);
      return true;
    } catch (error) {
      refused(error);
      return false;
    }
  }

  return { id, address, remove, load, change, brief: () => brief, page: (at) => brief?.pages.find((one) => one.id === at) ?? null, stop: () => { gone = true; } };
}
