/** The words of a page: headline, three lines, notes; what the data proposes is offered and never forced. */
import { button, debounce, el } from './dom.js';

const MOST_LINES = 3;
const SAVE_AFTER_MS = 900;

/**
 * Fill the pane.
 * @param {HTMLElement} host
 * @param {{save: (page: string, words: object) => Promise<object|null>, preview: (page: object) => void}} actions
 */
export function fillWords(host, { save, preview }) {
  let page = null;
  let fixed = false;
  let dirty = null;
  const fields = {};
  const state = el('span', { class: 'muted brief-saved', role: 'status' });
  const soon = debounce(() => flush(), SAVE_AFTER_MS);

  function flush() {
    if (!dirty) return undefined;
    const { id, words } = dirty;
    dirty = null;
    state.textContent = 'Saving …';
    return save(id, words).then((answer) => { state.textContent = answer ? 'Saved' : 'Not saved'; });
  }

  function typed(name, value) {
    const words = { ...(dirty?.id === page.id ? dirty.words : {}), [name]: value };
    dirty = { id: page.id, words };
    page = { ...page, ...words };
    state.textContent = 'Not saved yet';
    preview(page);
    soon();
  }

  function show(next, { frozen, mine }) {
    // What somebody is typing stays under the cursor.
    const same = page?.id === next?.id && fixed === (frozen || !mine);
    if (!same) flush();
    page = next && dirty?.id === next.id ? { ...next, ...dirty.words } : next;
    fixed = frozen || !mine;
    if (!page) return host.replaceChildren();
    if (same && host.contains(document.activeElement) && document.activeElement.matches('textarea')) return offers();
    fields.headline = area('Headline', page.headline, { rows: 2, maxlength: 300 }, (value) => typed('headline', value));
    fields.lines = Array.from({ length: MOST_LINES }, (_, place) => area(`Line ${place + 1}`, page.lines[place] ?? '', { rows: 2, maxlength: 400 }, () => typed('lines', fields.lines.map((field) => field.value.trim()).filter(Boolean))));
    fields.notes = area('Notes', page.notes ?? '', { rows: 5, maxlength: 4000 }, (value) => typed('notes', value));
    fields.offerHead = el('div');
    fields.offerLines = el('div');
    host.replaceChildren(
      (page.stale ?? []).length ? el('div', { class: 'brief-stale', role: 'status' }, el('b', { text: 'Changed since this was made' }), el('ul', {}, ...page.stale.map((text) => el('li', { text: sentence(text) })))) : '',
      group('Headline', fields.headline, fields.offerHead), group('Lines, three at most', ...fields.lines, fields.offerLines),
      group('Notes for the speaker', fields.notes, el('p', { class: 'note', text: 'Never on a page: in the speaker’s view, and in the notes of a PowerPoint file.' })),
      el('div', { class: 'pad' }, frozen ? el('span', { class: 'muted', text: 'Frozen: it says what it said then. A copy can be edited.' }) : fixed ? el('span', { class: 'muted', text: 'Your role reads briefs and does not write them.' }) : state));
    offers();
    return undefined;
  }

  function offers() {
    const proposed = page.proposed ?? {};
    offer(fields.offerHead, proposed.headline && proposed.headline !== page.headline ? [proposed.headline] : [], () => {
      fields.headline.value = proposed.headline;
      typed('headline', proposed.headline);
    });
    const differs = (proposed.lines ?? []).join('\n') !== page.lines.join('\n');
    offer(fields.offerLines, differs ? proposed.lines ?? [] : [], () => {
      for (const [place, field] of fields.lines.entries()) field.value = proposed.lines[place] ?? '';
      typed('lines', proposed.lines.slice(0, MOST_LINES));
    });
  }

  function offer(node, texts, use) {
    node.replaceChildren(...(texts.length && !fixed ? [el('div', { class: 'brief-offer' }, el('span', { class: 'label', text: 'Proposed from the data' }), ...texts.map((text) => el('p', { text })),
      button('Use the proposal', { on: { click: () => { use(); offers(); } } }))] : []));
  }

  function area(name, value, { rows, maxlength }, change) {
    const node = el('textarea', { class: 'field', rows, maxlength, 'aria-label': name, disabled: fixed, on: { input: () => change(node.value), blur: () => flush() } });
    node.value = value;
    return node;
  }

  return { show, flush };
}

/** What has changed comes as a sentence, or as what stands behind one. */
export const sentence = (stale) => (typeof stale === 'string' ? stale : stale.what ?? stale.text ?? '');

function group(title, ...children) {
  return el('fieldset', { class: 'edit-group' }, el('legend', { text: title }), el('div', { class: 'edit-fields' }, ...children));
}
