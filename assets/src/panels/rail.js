/** The filter rail: one group per dimension, each combinable, each with live counts, each to be turned round. */
import { el, icon, memory } from './dom.js';
import { inverted, toggled, without } from './query.js';
import { chips } from './chips.js';
import { checks } from './checks.js';
import { tree } from './tree.js';
import { timeGroup } from './time.js';
import { textGroup } from './text.js';
import { whereGroup } from './where.js';
import { nearGroup } from './near.js';

/**
 * Fill the rail.
 * @param {HTMLElement} host
 * @param {{state: object, lookups: object, map: object, names: object}} context
 * @returns {{facets: Function}}
 */
export function fillRail(host, context) {
  const { state, lookups } = context;
  const groups = [
    group(context, 'time', 'Time', timeGroup(context)),
    group(context, 'q', 'Words', textGroup(context)),
    group(context, 'area', 'Where', whereGroup(context), { also: ['shape'] }),
    group(context, 'type', 'Type', tree(context, lookups.types)),
    group(context, 'severity', 'Severity', checks(context, 'severity', lookups.severity)),
    group(context, 'status', 'Status', checks(context, 'status', lookups.status)),
    group(context, 'near', 'Near sites', nearGroup(context), { folded: true }),
    group(context, 'source', 'Source', checks(context, 'source', lookups.source), { folded: true }),
    group(context, 'tlp', 'Marking', checks(context, 'tlp', lookups.tlp), { folded: true }),
  ];
  // One granted store leaves nothing to choose.
  if (lookups.store.length > 1) groups.push(group(context, 'store', 'Store', checks(context, 'store', lookups.store), { folded: true }));
  const top = chips(context);
  host.replaceChildren(top.node, ...groups.map((entry) => entry.node));
  const show = (params) => {
    top.show(params);
    for (const entry of groups) entry.show(params);
  };
  state.follow(show);
  show(state.params());
  return { facets: (summary) => groups.forEach((entry) => entry.counts(summary)) };
}

function group({ state }, dimension, title, part, { folded = false, also = [] } = {}) {
  const hint = el('span', { class: 'hint' });
  const dimensions = [dimension, ...also];
  const invert = el('button', {
    type: 'button', class: 'invert', 'aria-pressed': 'false',
    on: { click: turn },
  }, icon('not'));
  const node = el('details', { class: 'group', open: !memory.get(`fold.${dimension}`, folded) },
    el('summary', {}, icon('chevron'), title, hint),
    el('div', { class: 'inside' }, part.node));
  node.addEventListener('toggle', () => memory.set(`fold.${dimension}`, !node.open));
  // Beside the summary and not in it: a button within a button is reached by nobody.
  const frame = el('div', { class: 'group-frame' }, node, invert);

  function turn() {
    const params = state.params();
    const set = dimensions.filter((name) => hasAny(params, name));
    const on = !set.some((name) => inverted(params, name));
    state.set(set.reduce((next, name) => toggled(next, 'not', name, on), params));
  }

  function hasAny(params, name) {
    return Object.keys(without(params, name)).length !== Object.keys(params).length;
  }

  return {
    node: frame,
    show(params) {
      const set = dimensions.filter((name) => hasAny(params, name));
      const on = set.some((name) => inverted(params, name));
      invert.hidden = set.length === 0;
      frame.classList.toggle('can-invert', set.length > 0);
      invert.setAttribute('aria-pressed', String(on));
      const label = on ? `${title}: shows all but these. Show only these` : `${title}: show all but these`;
      invert.setAttribute('aria-label', label);
      invert.title = on ? 'Show only these' : 'Show all but these';
      part.show(params);
      hint.textContent = part.hint ? part.hint(params) : '';
    },
    counts(summary) {
      part.counts?.(summary);
      if (part.hint) hint.textContent = part.hint(state.params(), summary);
    },
  };
}
