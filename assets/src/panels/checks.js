/** A plain list of choices with counts: severity, status, source, marking, store. */
import { el } from './dom.js';
import { count } from './format.js';
import { list, toggled } from './query.js';

const MANY = 9;

/**
 * Make the list.
 * @param {{state: object}} context
 * @param {string} name  the parameter
 * @param {{code: string, label: string, letter?: string}[]} choices
 */
export function checks({ state }, name, choices) {
  const lines = choices.map((choice) => line(state, name, choice));
  const more = el('button', { type: 'button', class: 'button quiet', hidden: choices.length <= MANY });
  let all = false;
  let counts = {};
  const node = el('div', {}, ...lines.map((entry) => entry.node), el('div', { class: 'pad' }, more));
  if (choices.length <= MANY) node.lastChild.remove();
  more.addEventListener('click', () => { all = !all; arrange(); });

  function arrange() {
    if (choices.length <= MANY) return;
    const chosen = new Set(list(state.params(), name));
    const ranked = [...lines].sort((a, b) => chosen.has(b.code) - chosen.has(a.code) || (counts[b.code] ?? 0) - (counts[a.code] ?? 0));
    ranked.forEach((entry, place) => { entry.node.hidden = !all && place >= MANY - 1 && !chosen.has(entry.code); });
    more.textContent = all ? 'Fewer' : `All ${choices.length}`;
  }
  arrange();

  return {
    node,
    show(params) {
      const chosen = new Set(list(params, name));
      for (const entry of lines) entry.box.checked = chosen.has(entry.code);
      arrange();
    },
    counts(summary) {
      counts = summary.facets?.[name] ?? {};
      for (const entry of lines) entry.set(counts[entry.code] ?? 0);
      arrange();
    },
    hint: (params) => (list(params, name).length ? `${list(params, name).length} chosen` : ''),
  };
}

function line(state, name, { code, label, letter }) {
  const box = el('input', { type: 'checkbox', on: { change: () => state.set(toggled(state.params(), name, code, box.checked)) } });
  const number = el('span', { class: 'n' });
  const mark = letter
    ? el('span', { class: `sev sev-${code}`, 'aria-hidden': 'true' }, el('span', { class: 'sev-letter', text: letter }))
    : null;
  const node = el('label', { class: 'line' }, box, mark, el('span', { class: 'name', text: label, title: label }), number);
  return {
    node, box, code,
    set(n) {
      number.textContent = count(n);
      node.classList.toggle('zero', n === 0);
    },
  };
}
