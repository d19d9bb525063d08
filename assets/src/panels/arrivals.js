/** Which reports have just come in, so that the map can point at each of them once. */
import { ask, withQuery } from './api.js';

/** In a surge the eye follows a few; the rest are in the feed. */
const MOST = 12;

/**
 * Watch for arrivals among the reports that pass the filter.
 * @param {{text: () => string}} state
 * @param {(place: {lon: number, lat: number}) => void} pulse
 */
export function createArrivals(state, pulse) {
  let known = null;
  let newest = 0;
  let filter = null;

  /** @param {{id: string, entered: string, lon: number|null, lat: number|null}[]} items  the newest of this filter */
  function take(items, text) {
    const entered = (item) => Date.parse(item.entered);
    // What another filter shows, or the first look finds, has not arrived: it only was not shown before.
    const fresh = known && text === filter ? items.filter((item) => entered(item) >= newest && !known.has(item.id)) : [];
    known = new Set(items.map((item) => item.id));
    newest = items.reduce((last, item) => Math.max(last, entered(item)), newest);
    filter = text;
    fresh.filter((item) => Number.isFinite(item.lon)).slice(0, MOST).forEach(pulse);
  }

  return {
    take: (items) => take(items, state.text()),
    /** Ask for the newest ones, when the feed is in another order. */
    async look() {
      const text = state.text();
      const answer = await ask(withQuery('/api/v1/incidents', text, { order: 'newest', limit: MOST })).catch(() => null);
      if (answer && text === state.text()) take(answer.items, text);
    },
  };
}
