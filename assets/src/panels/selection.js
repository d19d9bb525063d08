/** What is selected: one record for map, feed and details; and the buttons that act on it. */
import { IDS } from './ids.js';
import { byId, notify, setStore } from './dom.js';
import { ApiError, ask } from './api.js';
import { may } from './format.js';
import { keepFocus } from './keep-focus.js';

let nonce = 0;

/**
 * Keep the selection.
 * @param {{map: object, feed: () => object, wall: () => boolean, chosen?: () => void}} context  `chosen` is called when a record is selected
 */
export function createSelection({ map, feed, wall, chosen: told = () => {} }) {
  let chosen = null;
  let moved = null;
  keepFocus(byId(IDS.details));

  function show() {
    nonce += 1;
    setStore(IDS.selection, chosen ? { kind: chosen.kind, fid: chosen.fid, nonce, moved } : { kind: null, nonce });
    byId(IDS.details)?.closest('.details')?.classList.toggle('has-selection', chosen !== null);
  }

  function select(target, { fly = false, fromMap = false } = {}) {
    const same = chosen && target && chosen.kind === target.kind && chosen.fid === target.fid;
    // Pressed again without a place (a button of the panel): it is where it was.
    chosen = same && !Number.isFinite(target.lon) ? chosen : target;
    moved = null;
    if (!fromMap) map.select(chosen);
    if (fly && target && Number.isFinite(target.lon) && !wall()) {
      const zoom = map.state()?.zoom ?? 12;
      map.flyTo({ lon: target.lon, lat: target.lat, zoom: Math.max(zoom, 14) });
    }
    if (target?.kind === 'incident') feed()?.highlight(target.fid);
    if (chosen) told();
    show();
  }

  // What was sent is no proposal any more; a conflict is settled in its own dialog.
  window.addEventListener('wf:acted', () => { moved = null; });

  return {
    select,
    current: () => chosen,
    /** Fetch the details again, because something changed. */
    refresh: () => chosen && !typing() && show(),
    moveTo(place) {
      moved = place;
      show();
    },
  };
}

/** Somebody who is writing a comment, or choosing from a menu, does not want it replaced under the cursor. */
function typing() {
  if (document.querySelector(`#${IDS.details} details.menu[open]`)) return true;
  const field = document.activeElement;
  return Boolean(field?.closest(`#${IDS.details}`) && field.matches('textarea, input, select') && field.value);
}

/** Hand an action to the server, which checks it again. */
export function act(action) {
  nonce += 1;
  setStore(IDS.action, { ...action, nonce });
  window.dispatchEvent(new CustomEvent('wf:acted'));
}

/** Acknowledge a report of the feed without opening it. */
export async function acknowledge(item, done) {
  if (!may('triage')) return notify('Your role does not acknowledge reports. Ask a supervisor for one that does.', { bad: true });
  try {
    await ask(`/api/v1/incidents/${item.id}`, { method: 'PATCH', body: { revision: item.revision, status: 'acknowledged' } });
    notify(`Acknowledged: ${item.title.slice(0, 80)}`);
    done();
  } catch (error) {
    const conflict = error instanceof ApiError && error.status === 409;
    notify(conflict ? 'Somebody changed this report first. It is shown again as it is now: look, then acknowledge.' : `${error.message} ${error.hint ?? ''}`, { bad: true });
    if (conflict) done();
  }
  return undefined;
}
