/** What can be done with a hotspot. One more is one more line here; who keeps watch areas listens to `wf:watch-this`. */
import { notify } from './dom.js';

/**
 * Return the actions, in the order of their buttons.
 * @param {{state: object, map: object, sure: () => void}} context
 * @returns {{name: string, label: string, title: string, above?: boolean, run: (place: Place) => void}[]}  `above`: beside the heading
 *
 * @typedef {{name: string, shape: string, bbox: number[]}} Place
 */
export function hotspotActions({ state, map, sure }) {
  return [
    { name: 'filter', label: 'Filter to these', title: 'Show only the reports behind this, within all that is filtered', run: ({ shape }) => filterTo(state, shape) },
    { name: 'zoom', label: 'Zoom to it', title: 'Look at it from near', run: ({ bbox }) => map.flyTo({ bbox }) },
    {
      name: 'watch', label: 'Put on watch', title: 'Make a watch area of this place and filter',
      run: ({ name, shape }) => window.dispatchEvent(new CustomEvent('wf:watch-this', { detail: { name, shape, query: state.text() } })),
    },
    { name: 'brief', label: 'Add to brief', title: 'A page of the open brief (b)', run: () => document.dispatchEvent(new CustomEvent('wf:add-brief')) },
    { name: 'sure', label: 'How sure?', title: 'Method, tests and what was left out', above: true, run: sure },
  ];
}

/** A hotspot stands for that part of it which is drawn, and takes the drawing's place in the filter; it can be had back. */
function filterTo(state, shape) {
  const before = state.params().shape;
  state.set(withShape(state.params(), shape));
  if (before && before !== shape) {
    notify('Filtered to the hotspot within the shape that was drawn.', { action: { label: 'Back to the shape', run: () => state.params().shape === shape && state.undo() } });
  }
}

/** Return the filter with its drawn shape replaced by this one. */
export function withShape(params, shape) {
  const not = (params.not ?? '').split(',').filter((dimension) => dimension && dimension !== 'shape').join(',');
  return { ...params, shape, not };
}
