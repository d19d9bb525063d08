/** The time filter: a moving window, or a fixed one in local time with Z beside it. */
import { button, el } from './dom.js';
import { fromField, isoZ, toField, zulu } from './format.js';
import { spell } from './chips.js';

const WINDOWS = ['1h', '6h', '1d', '1w'];

/**
 * Make the group.
 * @param {{state: object}} context
 */
export function timeGroup({ state }) {
  let custom = false;
  const set = (change) => state.patch({ last: '', from: '', to: '', ...change });
  const choices = [
    ...WINDOWS.map((last) => ({ last, node: choice(spell(last), () => { custom = false; set({ last }); }) })),
    { last: '', node: choice('All', () => { custom = false; set({}); }) },
    { last: 'custom', node: choice('Custom', () => { custom = true; show(state.params()); }) },
  ];
  const from = field('From, local time');
  const to = field('To, local time');
  const note = el('p', { class: 'note' });
  const amount = el('input', { class: 'field', type: 'number', min: '1', max: '999', value: '3', 'aria-label': 'Length of the moving window' });
  const unit = el('select', { class: 'field', 'aria-label': 'Unit of the moving window' },
    ...[['h', 'hours'], ['d', 'days'], ['w', 'weeks'], ['m', 'minutes']].map(([value, label]) => el('option', { value, text: label })));
  const moving = button('Last', { on: { click: () => Number(amount.value) > 0 && set({ last: `${Math.floor(Number(amount.value))}${unit.value}` }) } });
  const box = el('div', { class: 'pad custom-time' },
    el('label', { class: 'small named' }, 'From', from), el('label', { class: 'small named' }, 'To', to),
    note,
    el('div', { class: 'with-button' }, el('div', { class: 'pair' }, amount, unit), moving));
  const node = el('div', {}, el('div', { class: 'pad' }, el('div', { class: 'segments', role: 'group', 'aria-label': 'Time' }, ...choices.map((entry) => entry.node))), box);

  function field(label) {
    return el('input', { class: 'field', type: 'datetime-local', 'aria-label': label, on: { change: fixed } });
  }
  function choice(label, run) {
    return el('button', { type: 'button', text: label, on: { click: run } });
  }
  function fixed() {
    const [start, end] = [fromField(from.value), fromField(to.value)];
    if (from.value && to.value && start >= end) {
      note.textContent = 'The end is before the start: choose a later end.';
      return;
    }
    custom = true;
    set({ from: Number.isNaN(start) ? '' : isoZ(start), to: Number.isNaN(end) ? '' : isoZ(end) });
  }
  function show(params) {
    const isFixed = Boolean(params.from || params.to);
    const current = custom || isFixed || (params.last && !WINDOWS.includes(params.last)) ? 'custom' : params.last ?? '';
    for (const entry of choices) entry.node.setAttribute('aria-pressed', String(entry.last === current));
    box.hidden = current !== 'custom';
    for (const [input, text] of [[from, params.from], [to, params.to]]) {
      if (document.activeElement !== input) input.value = text ? toField(Date.parse(text)) : '';
    }
    const z = [params.from, params.to].map((text) => (text ? `${text.slice(0, 10)} ${zulu(Date.parse(text))}` : '…'));
    note.textContent = isFixed ? `${z[0]} to ${z[1]}` : 'Fixed times, or a window that moves with the clock.';
  }
  return { node, show, hint: (params) => (params.last ? `last ${spell(params.last)}` : params.from || params.to ? 'fixed' : '') };
}
