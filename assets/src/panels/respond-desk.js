/** What the parts of the Respond page share: asking, refusing in words, picking places on the map. */
import { button, el, notify } from './dom.js';
import { ask, givenUp } from './api.js';
import { shapeRings } from '../map/shapes.js';

/**
 * Make the desk of one page.
 * @param {{map: object, signal: AbortSignal}} context
 */
export function createDesk({ map, signal }) {
  let waiting = null;

  function settle(answer) {
    const resolve = waiting;
    waiting = null;
    resolve?.(answer);
  }
  window.addEventListener('wf:pick', ({ detail: { lon, lat } }) => settle({ lon, lat }), { signal });
  // Escape leaves a tool, of either kind, with a shape that is none.
  window.addEventListener('wf:shape', ({ detail }) => settle(detail?.shape ? geometry(detail.shape) : null), { signal });

  function start(tool) {
    settle(null);
    map.draw(tool);
    return new Promise((resolve) => { waiting = resolve; });
  }

  return {
    /** Ask for a place on the map; null when it is given up. */
    pick: () => start('pick'),
    /** Ask for a polygon, a rectangle or a route as GeoJSON; null when it is given up. */
    draw: (tool) => start(tool),
    /** Leave the tool that is in use on the map. */
    leave: () => void (map.drawing() && map.draw(null)),
    /** Do something on the server; a refusal is said in its own words, and false is returned. */
    async attempt(path, options, said = '') {
      try {
        const answer = await ask(path, options);
        if (said) notify(said);
        return answer;
      } catch (error) {
        if (!givenUp(error)) notify(`${error.message} ${error.hint ?? ''}`.trim(), { bad: true });
        return false;
      }
    },
    /**
     * Do something that may take long: after a second it says for how long it has been at it, and can be given up.
     * @param {HTMLElement} host  where it is said
     * @param {string} what  "Making the plan"
     * @param {(signal: AbortSignal) => Promise<any>} work
     * @param {string} [progress]  where the server says what it is at
     */
    async long(host, what, work, progress) {
      const stopping = new AbortController();
      const began = Date.now();
      const line = el('span', { text: `${what} …` });
      const stop = button('Cancel', { class: 'button quiet', 'aria-label': `Cancel: ${what}`, on: { click: () => stopping.abort() } });
      let at = '';
      const tick = setInterval(() => {
        if (progress) ask(progress).then(({ said }) => { at = said ?? at; }).catch(() => {});
        line.textContent = `${what} … ${Math.round((Date.now() - began) / 1000)} s${at && ` · ${at}`}`;
        if (!host.contains(line)) host.replaceChildren(el('div', { class: 'respond-working', role: 'status' }, el('span', { class: 'respond-bar', 'aria-hidden': 'true' }), line, stop));
      }, 1000);
      try {
        return await work(stopping.signal);
      } finally {
        clearInterval(tick);
        host.replaceChildren();
        if (stopping.signal.aborted) notify(`${what} was given up.`);
      }
    },
  };
}

/** Return the GeoJSON geometry of a shape as the filter writes it. */
export function geometry(shape) {
  if (shape.startsWith('l:')) return { type: 'LineString', coordinates: shape.slice(2).split(';').map((pair) => pair.split(',').map(Number)) };
  const rings = shapeRings(shape).map((ring) => [ring]);
  return rings.length === 1 ? { type: 'Polygon', coordinates: rings[0] } : { type: 'MultiPolygon', coordinates: rings };
}

/** Return a titled part of a pane. */
export function part(title, ...children) {
  return el('section', { class: 'part' }, el('h3', { text: title }), ...children);
}

/** Return what an empty place says: what would be here, and how to get it. */
export function nothing(what, how) {
  return el('div', { class: 'empty' }, el('p', { class: 'empty-what', text: what }), el('p', { text: how }));
}
