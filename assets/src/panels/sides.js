/** The two sides fold away; on a narrow screen one of them is folded, on a tablet both are drawers. */
import { memory } from './dom.js';

const BOTH_FIT_PX = 1360; // under it, two open sides would leave the map less than half the width
const DRAWERS_PX = 1024;

/**
 * Tend the sides of the Watch page.
 * @param {HTMLElement} root
 * @param {object} map
 */
export function createSides(root, map) {
  const names = ['rail', 'panel'];
  const isFolded = (name) => root.classList.contains(`${name}-folded`);

  function fold(name, folded, { remember = true } = {}) {
    root.classList.toggle(`${name}-folded`, folded);
    if (remember && window.innerWidth >= BOTH_FIT_PX) memory.set(`side.${name}`, folded);
    if (!folded && window.innerWidth < BOTH_FIT_PX) root.classList.add(`${names.find((other) => other !== name)}-folded`);
    map.resize?.();
  }

  function fitWidth() {
    if (window.innerWidth < DRAWERS_PX) names.forEach((name) => root.classList.add(`${name}-folded`));
    else if (window.innerWidth < BOTH_FIT_PX && !isFolded('rail') && !isFolded('panel')) root.classList.add('rail-folded');
    else if (window.innerWidth >= BOTH_FIT_PX) names.forEach((name) => root.classList.toggle(`${name}-folded`, memory.get(`side.${name}`, false)));
  }

  fitWidth();
  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    if (!root.isConnected || window.innerWidth === width) return;
    width = window.innerWidth;
    fitWidth();
  });
  return {
    toggle: (name) => fold(name, !isFolded(name)),
    show: (name) => isFolded(name) && fold(name, false),
    /** Close drawers on a tablet; tell whether one was open. */
    closeDrawers() {
      if (window.innerWidth >= DRAWERS_PX) return false;
      const open = names.filter((name) => !isFolded(name));
      open.forEach((name) => root.classList.add(`${name}-folded`));
      return open.length > 0;
    },
  };
}
