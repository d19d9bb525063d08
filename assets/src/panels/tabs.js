/** The tabs of the right panel: one list at a time, each with its count; arrow keys go from one to the next. */
import { button, el } from './dom.js';

/**
 * Make the tabs.
 * @param {HTMLElement} host
 * @param {{fold?: string, chosen?: (name: string) => void}} options  `fold` names what folds the panel, where anything does
 */
export function createTabs(host, { fold = '', chosen = () => {} }) {
  const tabs = new Map();
  let current = null;
  const list = el('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Lists', on: { keydown: walk } });
  host.replaceChildren(list, el('span', { class: 'grow' }), ...(fold ? [button(fold, { iconName: 'fold', class: 'fold', dataset: { wfDo: 'fold-panel' } })] : []));

  function walk(event) {
    const names = [...tabs.keys()];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const goal = step ? names.at((names.indexOf(current) + step) % names.length) : { Home: names[0], End: names.at(-1) }[event.key];
    if (!goal) return;
    event.preventDefault();
    choose(goal);
    tabs.get(goal).tab.focus();
  }

  function choose(name) {
    if (!tabs.has(name)) return;
    const before = current;
    current = name;
    for (const [each, { tab, nodes }] of tabs) {
      tab.setAttribute('aria-selected', String(each === name));
      tab.tabIndex = each === name ? 0 : -1;
      for (const node of nodes) node.hidden = each !== name;
    }
    if (before !== name) chosen(name);
  }

  return {
    /**
     * Add a tab after those that are there.
     * @param {{name: string, label: string, title?: string, nodes: HTMLElement[]}} entry  `nodes` are shown while it is chosen
     */
    add({ name, label, title = '', nodes }) {
      const number = el('span', { class: 'tab-count' });
      const tab = el('button', { type: 'button', class: 'tab', role: 'tab', title, 'aria-selected': 'false', on: { click: () => choose(name) } }, label, number);
      tabs.set(name, { tab, number, nodes });
      list.append(tab);
      if (current === null) choose(name);
      else choose(current);
    },
    choose,
    current: () => current,
    /** Say how many a list holds; null says nothing. */
    count(name, n) {
      const entry = tabs.get(name);
      if (entry) entry.number.textContent = n === null ? '' : Number(n).toLocaleString('en-US');
    },
  };
}
