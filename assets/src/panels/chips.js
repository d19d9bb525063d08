/** The filters that are on, each with its ✕; clear all, and undo of the last change. */
import { button, el, icon } from './dom.js';
import { shortTime } from './format.js';
import { active, inverted, list, without } from './query.js';

/**
 * Make the row of chips.
 * @param {{state: object, lookups: object, names: {area: Function}}} context
 */
export function chips(context) {
  const { state } = context;
  const node = el('div', { class: 'chips', role: 'group', 'aria-label': 'Filters that are on' });
  return {
    node,
    show(params) {
      const on = active(params).map((dimension) => chip(context, params, dimension));
      const undo = button('Undo the last filter change (Ctrl+Z)', { iconName: 'undo', class: 'button quiet', on: { click: state.undo } });
      undo.disabled = !state.canUndo();
      const clear = button('Clear', { class: 'button quiet', title: 'Clear all filters', hidden: on.length === 0, on: { click: () => state.set({}) } });
      // One line that scrolls: a second one would push the filters away under the pointer.
      const line = el('div', { class: 'chip-line' }, ...(on.length ? on : [el('span', { text: 'Everything is shown' })]));
      node.replaceChildren(line, clear, undo);
      line.scrollLeft = line.scrollWidth;
    },
  };
}

function chip(context, params, dimension) {
  const { state } = context;
  const text = el('span', { text: describe(context, params, dimension) });
  text.title = text.textContent;
  if (dimension === 'area') {
    Promise.all(list(params, 'area').map((id) => context.names.area(id))).then((names) => {
      text.textContent = names.join(', ');
      text.title = text.textContent;
    });
  }
  return el('span', { class: 'chip' },
    inverted(params, dimension) ? el('span', { class: 'not', text: 'not' }) : null,
    text,
    el('button', { type: 'button', 'aria-label': `Remove the filter ${text.textContent}`, on: { click: () => state.set(without(state.params(), dimension)) } }, icon('close')));
}

const WORDS = { severity: 'severity', status: 'status', source: 'source', tlp: 'marking', store: 'store' };

/** Return one dimension of a filter in words. */
export function describe({ lookups }, params, dimension) {
  const labels = (name, choices) => {
    const found = list(params, name).map((code) => choices.find((choice) => choice.code === code)?.label ?? code);
    return found.length > 3 ? `${found.slice(0, 2).join(', ')} and ${found.length - 2} more` : found.join(', ');
  };
  if (dimension === 'type') return labels('type', lookups.types);
  if (WORDS[dimension]) return labels(dimension, lookups[dimension]);
  if (dimension === 'time') return timeText(params);
  if (dimension === 'since') return `changed since ${shortTime(Number(params.since))}`;
  if (dimension === 'q') return `“${params.q}”`;
  if (dimension === 'area') return list(params, 'area').length > 1 ? `${list(params, 'area').length} areas` : 'area';
  if (dimension === 'near') return nearText(lookups, params.near);
  return shapeText(params.shape);
}

function timeText(params) {
  if (params.last) return `last ${spell(params.last)}`;
  const [from, to] = [params.from, params.to].map((text) => (text ? shortTime(text) : ''));
  if (from && to) return `${from} to ${to}`;
  return from ? `from ${from}` : `until ${to}`;
}

/** "3h" → "3 h"; a day and a week as the floor says them: "24 h", "7 d". */
export function spell(last) {
  const spoken = { '1d': '24 h', '1w': '7 d' };
  const [, n, unit] = /^(\d+)([mhdw])$/.exec(last) ?? [];
  return spoken[last] ?? (n ? `${n} ${{ m: 'min', h: 'h', d: 'd', w: 'wk' }[unit]}` : last);
}

function nearText(lookups, near) {
  const cut = near.lastIndexOf(':');
  const [sector, kind] = near.slice(0, cut).split('/');
  const found = lookups.sectors.find((entry) => entry.code === sector);
  const what = kind ? found?.kinds.find((entry) => entry.code === kind)?.label ?? kind : found?.label ?? (sector === '*' ? 'any site' : sector);
  return `within ${Number(near.slice(cut + 1)).toLocaleString('en-US')} m of ${what}`;
}

function shapeText(shape) {
  const parts = shape.split('|');
  const words = { p: 'drawn area', r: 'drawn rectangle', c: 'circle' };
  if (parts.length > 1) return `${parts.length} drawn shapes`;
  if (parts[0][0] !== 'c') return words[parts[0][0]] ?? 'drawn shape';
  const metres = Number(parts[0].split(',')[2]);
  return `within ${metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`} of a point`;
}
