/** The type tree: tri-state boxes, roots that fold, arrow keys as the ARIA tree pattern asks. */
import { el, icon } from './dom.js';
import { count } from './format.js';
import { list } from './query.js';

/**
 * Make the tree.
 * @param {{state: object, lookups: object}} context
 * @param {{code: string, parent: string|null, label: string}[]} types
 */
export function tree({ state, lookups }, types) {
  const nodes = new Map();
  const children = new Map();
  for (const type of types) {
    const parent = type.parent ?? '';
    children.set(parent, [...(children.get(parent) ?? []), type.code]);
  }
  const root = el('div', { class: 'tree', role: 'tree', 'aria-label': 'Types', 'aria-multiselectable': 'true' });

  function build(code, host, depth) {
    const type = types.find((entry) => entry.code === code);
    const below = children.get(code) ?? [];
    const box = el('input', { type: 'checkbox', tabindex: '-1', 'aria-hidden': 'true', on: { change: () => choose(code) } });
    const number = el('span', { class: 'n' });
    const twist = below.length
      ? el('span', { class: 'twist', on: { click: (event) => { event.preventDefault(); unfold(code, !isOpen(code)); } } }, icon('chevron'))
      : el('span', { class: 'twist' });
    const swatch = depth === 0 ? el('span', { class: 'swatch', color: lookups.colors[code] }) : null;
    const line = el('label', { class: 'line' }, twist, box, swatch, el('span', { class: 'name', text: type.label, title: type.label }), number);
    const item = el('div', { role: 'treeitem', tabindex: '-1', 'aria-checked': 'false', 'aria-label': type.label, dataset: { code } }, line);
    item.style.setProperty('--depth', depth);
    const node = { code, depth, item, line, box, number, below, built: false, n: 0 };
    if (below.length) item.setAttribute('aria-expanded', 'false');
    nodes.set(code, node);
    host.append(item);
    return node;
  }

  /** Children are made when first shown: three hundred hidden rows cost time for nothing. */
  function unfold(code, open) {
    const node = nodes.get(code);
    if (!node?.below.length) return;
    if (open && !node.built) {
      const host = el('div', { role: 'group' });
      node.below.forEach((child) => build(child, host, node.depth + 1));
      node.item.append(host);
      node.built = true;
      paint();
    }
    node.item.setAttribute('aria-expanded', String(open));
  }
  const isOpen = (code) => nodes.get(code)?.item.getAttribute('aria-expanded') === 'true';

  const isUnder = (code, stem) => code === stem || code.startsWith(`${stem}.`);
  function choose(code) {
    let chosen = list(state.params(), 'type');
    const holder = chosen.find((stem) => isUnder(code, stem));
    if (holder) {
      chosen = chosen.filter((stem) => stem !== holder);
      // Taking one out of a chosen branch leaves its brothers, on every level on the way down.
      for (let at = code; at !== holder; at = parentOf(at)) {
        chosen.push(...(children.get(parentOf(at)) ?? []).filter((brother) => brother !== at));
      }
    } else {
      chosen = [...chosen.filter((stem) => !isUnder(stem, code)), code];
      for (let up = parentOf(code); up && children.get(up).every((child) => chosen.includes(child)); up = parentOf(up)) {
        chosen = [...chosen.filter((stem) => !isUnder(stem, up)), up];
      }
    }
    state.patch({ type: chosen.join(',') });
  }
  const parentOf = (code) => types.find((entry) => entry.code === code)?.parent ?? null;

  function paint() {
    const chosen = list(state.params(), 'type');
    for (const node of nodes.values()) {
      const whole = chosen.some((stem) => isUnder(node.code, stem));
      const some = !whole && chosen.some((stem) => isUnder(stem, node.code));
      node.box.checked = whole;
      node.box.indeterminate = some;
      node.item.setAttribute('aria-checked', whole ? 'true' : some ? 'mixed' : 'false');
      node.n = facets[node.code] ?? 0;
      node.number.textContent = count(node.n);
      node.line.classList.toggle('zero', node.n === 0);
      // A deep branch without records is noise until somebody asks for it by choosing.
      node.item.hidden = node.depth > 0 && node.n === 0 && !whole && !some && !emptyShown();
    }
  }
  let facets = {};
  const emptyShown = () => Object.keys(facets).length === 0;

  root.addEventListener('keydown', (event) => {
    const item = event.target.closest('[role="treeitem"]');
    if (!item) return;
    const code = item.dataset.code;
    const shown = [...root.querySelectorAll('[role="treeitem"]')].filter((entry) => entry.offsetParent !== null);
    const at = shown.indexOf(item);
    const moves = {
      ArrowDown: () => focus(shown[at + 1]),
      ArrowUp: () => focus(shown[at - 1]),
      Home: () => focus(shown[0]),
      End: () => focus(shown[shown.length - 1]),
      ArrowRight: () => (isOpen(code) ? focus(shown[at + 1]) : unfold(code, true)),
      ArrowLeft: () => (isOpen(code) ? unfold(code, false) : focus(nodes.get(parentOf(code))?.item)),
      ' ': () => choose(code),
      Enter: () => choose(code),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]();
  });
  function focus(item) {
    if (!item) return;
    root.querySelectorAll('[tabindex="0"]').forEach((entry) => entry.setAttribute('tabindex', '-1'));
    item.setAttribute('tabindex', '0');
    item.focus();
  }

  (children.get('') ?? []).forEach((code) => build(code, root, 0));
  root.querySelector('[role="treeitem"]')?.setAttribute('tabindex', '0');
  return {
    node: root,
    show: paint,
    counts(summary) {
      facets = summary.facets?.type ?? {};
      paint();
    },
    hint: (params) => (list(params, 'type').length ? `${list(params, 'type').length} chosen` : ''),
  };
}
