/** Asks for tiles again when filter or token change, never faster than they arrive. */
import { INCIDENTS } from './layers-incidents.js';
import { SITES } from './layers-sites.js';
import { tileUrl } from './sources.js';

const LOOK_AGAIN_MS = 80;
/** A change waits this long at most for the tiles of the one before it. */
const PATIENCE_MS = 1200;
/** Under a stream of reports the map is drawn anew this often at most. */
const LIVE_EVERY_MS = 600;
const LAYERS = { [INCIDENTS]: 'incidents', [SITES]: 'sites' };

/**
 * Keep the tiles of a map in step with `state.query` and `state.token`.
 *
 * Asking again cancels what is under way: were it done for every report of a busy hour, no tile would ever arrive.
 * The old tiles stay on screen until the new ones are there.
 * @param {{map: import('maplibre-gl').Map, state: {query: string, token: string}}} context
 */
export function createRefresher({ map, state }) {
  const shown = Object.fromEntries(Object.keys(LAYERS).map((id) => [id, tileUrl(LAYERS[id], state)]));
  let askedAt = 0;
  let timer = 0;
  let shownToken = state.token;
  let shownQuery = state.query;

  function mayAsk() {
    const waited = performance.now() - askedAt;
    if (shownQuery === state.query && shownToken !== state.token && waited < LIVE_EVERY_MS) return false;
    return waited > PATIENCE_MS || Object.keys(LAYERS).every((id) => map.isSourceLoaded(id));
  }

  function attempt() {
    timer = 0;
    if (!map.getSource(INCIDENTS) || !mayAsk()) {
      timer = setTimeout(attempt, LOOK_AGAIN_MS);
      return;
    }
    askedAt = performance.now();
    shownToken = state.token;
    shownQuery = state.query;
    for (const [id, layer] of Object.entries(LAYERS)) {
      const address = tileUrl(layer, state);
      if (address !== shown[id]) map.getSource(id).setTiles([address]);
      shown[id] = address;
    }
  }

  return {
    /** Something changed: ask for the tiles as soon as that is useful. */
    refresh() {
      if (timer === 0) attempt();
    },
    destroy: () => clearTimeout(timer),
  };
}
