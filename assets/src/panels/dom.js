/** Small helpers over the DOM. Text from outside only ever becomes `textContent`. */

/**
 * Make an element. `props`: class, text, dataset, on (listeners), anything else is an attribute (false and null leave it out).
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'class') node.className = value;
    else if (name === 'text') node.textContent = value;
    else if (name === 'dataset') Object.assign(node.dataset, value);
    else if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === 'value' || name === 'checked' || name === 'disabled') node[name] = value;
    else if (name === 'color') node.style.background = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Return one of our own icons. */
export function icon(name) {
  return el('span', { class: `icon icon-${name}`, 'aria-hidden': 'true' });
}

/** Return a button with text or an icon. */
export function button(label, props = {}) {
  const { iconName, ...rest } = props;
  const inside = iconName ? icon(iconName) : label;
  const named = iconName ? { 'aria-label': label, title: label } : {};
  return el('button', { type: 'button', class: 'button', ...named, ...rest }, inside);
}

/** Return the element with this id, or null. */
export const byId = (id) => document.getElementById(id);

/** Tell whether the person asked the system for less motion. */
export const still = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Set a Dash component's properties, once Dash is there. */
export function setProps(id, props) {
  if (window.dash_clientside?.set_props && byId(id)) window.dash_clientside.set_props(id, props);
}

/** Set the properties of a component that has no element of its own (a store). */
export function setStore(id, data) {
  window.dash_clientside?.set_props?.(id, { data });
}

/** Say something at the bottom of the screen for a while; problems stay longer. */
export function notify(message, { bad = false, seconds = bad ? 12 : 5, action = null } = {}) {
  const host = byId('wf-toast') ?? document.body.appendChild(el('div', { id: 'wf-toast', class: 'toast', role: 'status', 'aria-live': 'polite' }));
  const box = el('div', { class: bad ? 'bad' : '' }, el('span', { text: message }));
  if (action) box.append(button(action.label, { on: { click: () => { box.remove(); action.run(); } } }));
  host.replaceChildren(box);
  setTimeout(() => box.remove(), seconds * 1000);
}

/** Run `fn` once per burst of calls, `ms` after the last. */
export function debounce(fn, ms) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), ms);
  };
}

/** Run `fn` at once, and then at most every `ms`; the last call is never lost. */
export function throttle(fn, ms) {
  let timer = 0;
  let again = false;
  const run = () => {
    fn();
    again = false;
    timer = setTimeout(() => { timer = 0; if (again) run(); }, ms);
  };
  return () => {
    if (timer) again = true;
    else run();
  };
}

/** Remember a small thing in this browser; a full or closed storage is no reason to stop. */
export const memory = {
  get(key, fallback = null) {
    try {
      const text = localStorage.getItem(`wf.${key}`);
      return text === null ? fallback : JSON.parse(text);
    } catch {
      return fallback;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`wf.${key}`, JSON.stringify(value));
    } catch {
      // Private windows refuse storage: the choice then lasts as long as the page.
    }
  },
};
