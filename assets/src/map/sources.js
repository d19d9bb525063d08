/** Where incidents and sites come from: our own tile protocol, which keeps the last good tile when the line is cut. */
import { addProtocol } from 'maplibre-gl';
import { tell } from './events.js';

const KEEP_TILES = 400;
const RETRY_MS = 5000;
const EMPTY = new ArrayBuffer(0);

/**
 * Return the tile address of a layer for a filter and a token.
 * @param {'incidents'|'sites'} layer
 * @param {{query: string, token: string}} state
 */
export function tileUrl(layer, { query, token }) {
  const filter = layer === 'incidents' && query ? `${query}&` : '';
  return `wftile://${layer}/{z}/{x}/{y}?${filter}v=${encodeURIComponent(token)}`;
}

/**
 * Serve `wftile://` addresses from the server, and from memory while the server cannot be reached.
 *
 * A tile that fails is answered with its last good version, so that a cut line never blanks the map; the page is
 * told by `wf:connection`, and `onRecover` is called when the server answers again.
 * @param {{base: string, onRecover: () => void}} options
 */
export function serveTiles({ base, onRecover }) {
  const lastGood = new Map();
  let retry = null;

  function connected() {
    if (retry === null) return;
    clearInterval(retry);
    retry = null;
    tell('connection', { tiles: true });
    onRecover();
  }

  function disconnected() {
    if (retry !== null) return;
    tell('connection', { tiles: false });
    retry = setInterval(async () => {
      try {
        if ((await fetch(new URL('/livez', base), { cache: 'no-store' })).ok) connected();
      } catch {
        // Still cut: the next turn asks again.
      }
    }, RETRY_MS);
  }

  addProtocol('wftile', async ({ url }, { signal }) => {
    const [path, filter] = url.slice('wftile://'.length).split('?');
    try {
      const answer = await fetch(new URL(`/tiles/${path}.mvt?${filter}`, base), { signal });
      if (!answer.ok && answer.status !== 404) throw new Error(`tile ${answer.status}`);
      const data = answer.status === 200 ? await answer.arrayBuffer() : EMPTY;
      keep(lastGood, path, data);
      return { data: data.slice(0) };
    } catch (error) {
      if (signal.aborted) throw error;
      disconnected();
      return { data: (lastGood.get(path) ?? EMPTY).slice(0) };
    }
  });

  return {
    close() {
      clearInterval(retry);
      // A map that is gone waits for nothing any more.
      if (retry !== null) tell('connection', { tiles: true });
      retry = null;
    },
  };
}

function keep(store, key, data) {
  store.delete(key);
  store.set(key, data);
  if (store.size > KEEP_TILES) store.delete(store.keys().next().value);
}
