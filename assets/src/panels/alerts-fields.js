/** The small parts of the editor's form: a titled group, a labelled field, one of several, some of several. */
import { el } from './dom.js';

/** Return a group of the form with its heading. */
export function group(title, ...children) {
  return el('fieldset', { class: 'edit-group' }, el('legend', { text: title }), ...children);
}

/** Return a field with its label above it. */
export function labelled(text, field, note = null) {
  return el('label', { class: 'edit-field' }, el('span', { class: 'label', text }), field, note);
}

/** Return a choice of one. */
export function choice(name, options, value, change) {
  const node = el('select', { class: 'field', 'aria-label': name, on: { change: () => change(node.value) } },
    ...options.map(([code, label]) => el('option', { value: code, text: label })));
  node.value = value;
  return node;
}

/** Return a field for a number between two. */
export function number(name, value, { min, max, step = 1 }, change) {
  const node = el('input', { class: 'field', type: 'number', min, max, step, value: value ?? '', 'aria-label': name, on: { input: () => {
    const given = node.value === '' ? NaN : Number(node.value);
    node.setCustomValidity(Number.isFinite(given) && given >= Number(min) && given <= Number(max) ? '' : `${name}: from ${min} to ${max}.`);
    if (!node.validationMessage) change(given);
  } } });
  return node;
}

/** Return a field for text. */
export function text(name, value, { placeholder = '', maxlength = '200', type = 'text' } = {}, change = () => {}) {
  const node = el('input', { class: 'field', type, maxlength, placeholder, value: value ?? '', autocomplete: 'off', 'aria-label': name, on: { input: () => change(node.value) } });
  return node;
}

/** Return a box to tick, with its words. */
export function tick(label, checked, change) {
  const box = el('input', { type: 'checkbox', checked, on: { change: () => change(box.checked) } });
  return el('label', { class: 'line edit-tick' }, box, el('span', { class: 'name', text: label }));
}

/** Return buttons of which one is pressed. */
export function segments(name, options, value, change) {
  const buttons = options.map(([code, label]) => el('button', { type: 'button', text: label, 'aria-pressed': String(code === value), on: { click: () => {
    for (const [place, node] of buttons.entries()) node.setAttribute('aria-pressed', String(options[place][0] === code));
    change(code);
  } } }));
  return el('div', { class: 'segments', role: 'group', 'aria-label': name }, ...buttons);
}
