/** How the map tells the page: `CustomEvent`s on `window`, named in the contract of the page. */

/**
 * Tell the page that something happened on the map.
 * @param {'select'|'shape'|'pick'|'moved'|'view'|'layers'|'ready'|'connection'} name
 * @param {unknown} [detail]
 */
export function tell(name, detail = null) {
  window.dispatchEvent(new CustomEvent(`wf:${name}`, { detail }));
}

/**
 * Make an element with a class and text; text from outside never becomes HTML.
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElement}
 */
export function make(tag, className = '', text = '') {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** Tell whether the person asked the system for less motion. */
export function prefersStillness() {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}
