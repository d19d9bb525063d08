/** Whoever walks with the keyboard keeps their place when what they stand on is drawn again. */

const CONTROLS = 'a[href], button, summary, input, select, textarea, [tabindex="0"]';

const sign = (node) => [node.tagName, node.getAttribute('aria-label') ?? node.textContent.trim()].join(' ');
const alike = (host, wanted) => [...host.querySelectorAll(CONTROLS)].filter((node) => sign(node) === wanted);

/**
 * Keep the focus inside `host` on the same control through every redraw of it.
 * @param {HTMLElement | null} host
 */
export function keepFocus(host) {
  if (!host) return;
  let last = null;
  host.addEventListener('focusin', ({ target }) => {
    const wanted = sign(target);
    last = { node: target, wanted, nth: alike(host, wanted).indexOf(target) };
  });
  host.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget) { last = null; return; }
    const left = last?.node;
    // Removed, the control is gone a moment later; still there, it was left on purpose.
    queueMicrotask(() => { if (last?.node === left && left?.isConnected && document.activeElement !== left) last = null; });
  });
  new MutationObserver(() => {
    if (!last || last.node.isConnected) return;
    if (document.activeElement !== document.body) { last = null; return; }
    alike(host, last.wanted)[Math.max(0, last.nth)]?.focus({ preventScroll: true });
  }).observe(host, { childList: true, subtree: true });
}
