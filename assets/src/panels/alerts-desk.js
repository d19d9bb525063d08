/** The alerts that wait for somebody, for every page: asked for once, followed by whoever shows them. */
import { notify } from './dom.js';
import { ApiError, ask, givenUp, latest } from './api.js';
import { may } from './format.js';

const MOST = 100;

/** Tell whether nobody has taken an alert yet. */
export const waits = (alert) => alert.state === 'open' || alert.state === 'escalated';

/** Sort alerts by what asks for a look first: waiting before taken, severe before slight, new before old. */
export function byUrgency(one, other) {
  return waits(other) - waits(one) || (waits(one) ? other.severity - one.severity : 0) || Date.parse(other.at) - Date.parse(one.at);
}

/** Make the desk. */
export function createDesk() {
  const followers = new Set();
  const asked = latest();
  let items = [];
  let open = 0;

  async function refresh() {
    try {
      const answer = await asked(`/api/v1/alerts?state=open&limit=${MOST}`);
      items = answer.items.filter(waits);
      open = answer.open ?? items.length;
      for (const follow of followers) follow({ items, open });
    } catch (error) {
      // A cut line has its own sign in the top bar; what is shown stays.
      if (!givenUp(error) && error instanceof ApiError && error.status !== 401) notify(`${error.message} ${error.hint}`, { bad: true });
    }
  }

  /** Take or close an alert; return it as it is now, or null when that was refused. */
  async function settle(alert, what, done) {
    if (!may('triage')) return void notify('Your role does not acknowledge alerts. Ask a supervisor for one that does.', { bad: true });
    try {
      const now = await ask(`/api/v1/alerts/${alert.id}/${what}`, { method: 'POST' });
      notify(done);
      refresh();
      return now;
    } catch (error) {
      const conflict = error instanceof ApiError && error.status === 409;
      notify(conflict ? `${error.message} It is shown as it is now.` : `${error.message} ${error.hint ?? ''}`, { bad: !conflict });
      if (conflict) refresh();
      return null;
    }
  }

  window.addEventListener('wf:alerts', refresh);
  return {
    refresh,
    follow(follower) {
      followers.add(follower);
      follower({ items, open });
      return () => followers.delete(follower);
    },
    acknowledge: (alert) => settle(alert, 'acknowledge', `Acknowledged: ${alert.watch_area.name.slice(0, 80)}`),
    close: (alert) => settle(alert, 'close', `Closed: ${alert.watch_area.name.slice(0, 80)}`),
  };
}
