/** The editor of a watch area: the form at the left, its draft on the map, the test on the past at the right. */
import { button, el, notify } from './dom.js';
import { ask } from './api.js';
import { canonical, differing, draftOf, faults, newDraft } from './alerts-draft.js';
import { group, text } from './alerts-fields.js';
import { createGuard } from './alerts-guard.js';
import { placeGroup } from './alerts-place.js';
import { budgetGroup, filterGroup, ruleGroup } from './alerts-rule.js';
import { tellingGroups } from './alerts-telling.js';
import { fillTest } from './alerts-test.js';
import { budgetText, filterText, geographyText, quietText, ruleText, toldText } from './alerts-words.js';

const NAMES = { name: 'Name', geography: 'Where', filter: 'Which reports', rule: 'Rule', budget: 'Budget', quiet_hours: 'Quiet hours', shifts: 'Shifts', tells: 'Who is told', escalation: 'If nobody acknowledges', channels: 'Channels', agency_id: 'Shared with the agency', active: 'State' };

/**
 * Open the editor.
 * @param {{side: HTMLElement, panel: HTMLElement}} hosts
 * @param {{map: object, words: object, places: object, area: object|null, asked: object|null, watchFilter: () => string, preview: Function, done: (saved: object|null) => void}} context
 */
export function openEditor({ side, panel }, context) {
  const { words, area, preview, done } = context;
  let saved = area;
  let draft = area ? draftOf(area) : newDraft(context.asked ?? {});
  let start = structuredClone(area ? draft : newDraft());
  let place = null;
  let sending = false;
  const stopping = new AbortController();
  const readOnly = area?.may_change === false;
  const guard = createGuard({ dirty, save });
  const test = fillTest(panel, { draft: () => draft, rates: (expected) => budget?.say(expected) });
  let budget = null;

  function dirty() {
    return !readOnly && differing(draft, start).length > 0;
  }
  function change(patch) {
    Object.assign(draft, patch);
    // What is drawn is where one looks already; what was found by name may be anywhere.
    if ('geography' in patch) preview(draft, { look: ['area', 'sites'].includes(patch.geography?.kind) });
    else if ('name' in patch) preview(draft);
    if ('rule' in patch) budget?.say();
    test.stale();
    problem.replaceChildren();
    paint();
  }

  const problem = el('div', { role: 'alert' });
  const status = el('span', { class: 'muted grow' });
  const send = button(area ? 'Save' : 'Start watching', { class: 'button primary large', on: { click: async () => { if (await save()) close(saved); } } });
  const cancel = button(readOnly ? 'Back' : 'Cancel', { class: 'button large', on: { click: leave } });
  const form = el('div', { class: 'edit-form' });
  side.replaceChildren(el('div', { class: 'side-head' }, el('h2', { class: 'grow', text: area ? 'Watch area' : 'New watch area' }), button('Close the editor', { iconName: 'close', class: 'fold', on: { click: leave } })),
    form, el('div', { class: 'edit-foot' }, problem, el('div', { class: 'edit-row' }, status, cancel, readOnly ? null : send)));

  function fill() {
    place?.stop();
    const name = text('Name', draft.name, { placeholder: 'Such as: Gas leaks downtown' }, (value) => change({ name: value }));
    const signal = stopping.signal;
    place = placeGroup({ ...context, draft, signal, change: (geography) => change({ geography }) });
    budget = budgetGroup({ draft, change: (value) => change({ budget: value }) });
    form.replaceChildren(
      readOnly ? el('p', { class: 'note edit-group', text: `This watch area is ${area.owner?.name ?? 'somebody else'}’s: you can look at it and test it, and not change it.` }) : '',
      group('Name', name), place.node,
      filterGroup({ draft, say: (value) => filterText(value, words), watchFilter: context.watchFilter, change: (value) => change({ filter: canonical(value) }) }).node,
      ruleGroup({ ...context, draft, change: (rule) => change({ rule }) }).node, budget.node, ...tellingGroups({ words, draft, change }));
    if (readOnly) for (const field of form.querySelectorAll('input, select, button')) field.disabled = true;
    paint();
    preview(draft);
    return name;
  }

  function paint() {
    status.textContent = dirty() ? 'Not saved yet' : '';
    send.disabled = sending || (area !== null && !dirty());
  }

  async function save() {
    const wrong = faults(draft);
    if (wrong.length) return tell('Not saved yet:', wrong);
    sending = true;
    paint();
    try {
      saved = saved
        ? await ask(`/api/v1/watch-areas/${saved.id}`, { method: 'PATCH', body: { revision: saved.revision, ...Object.fromEntries(differing(draft, start).map((name) => [name, draft[name]])) } })
        : await ask('/api/v1/watch-areas', { method: 'POST', body: draft });
      start = structuredClone(draft);
      notify(area ? 'Saved. It watches by the new rule from now on.' : `Watching: ${draft.name.slice(0, 80)}`);
      return true;
    } catch (error) {
      return error.status === 409 ? conflict() : tell(error.message, [error.hint || 'Correct it, and save again. Nothing you typed is lost.']);
    } finally {
      sending = false;
      paint();
    }
  }

  function tell(what, lines) {
    problem.replaceChildren(el('div', { class: 'problem' }, el('p', { class: 'problem-what', text: what }), el('ul', {}, ...lines.map((line) => el('li', { text: line })))));
    return false;
  }

  /** Somebody else saved first: both versions side by side, and both ways on. */
  async function conflict() {
    let theirs;
    try {
      theirs = await ask(`/api/v1/watch-areas/${saved.id}`);
    } catch (error) {
      return tell(error.message, ['Somebody else changed or deleted it meanwhile. Copy what you need, then close the editor.']);
    }
    const other = draftOf(theirs);
    const rows = differing(draft, other).map((name) => el('div', { class: 'edit-versions' }, el('b', { text: NAMES[name] }),
      el('span', { text: `Theirs: ${fieldText(name, other, words)}` }), el('span', { text: `Yours: ${fieldText(name, draft, words)}` })));
    const settle = (mine) => () => {
      saved = theirs;
      start = other;
      if (!mine) draft = structuredClone(other);
      problem.replaceChildren();
      fill();
      if (mine) save().then((good) => good && close(saved));
    };
    problem.replaceChildren(el('div', { class: 'problem' }, el('p', { class: 'problem-what', text: 'Somebody changed this watch area while you were editing it. Nothing of either is lost yet.' }), ...rows,
      el('div', { class: 'edit-row' }, button('Save mine', { class: 'button primary', on: { click: settle(true) } }), button('Take theirs', { on: { click: settle(false) } }))));
    return false;
  }

  async function leave() {
    if (await guard.free()) close(saved === area ? null : saved);
  }
  function close(result) {
    stop();
    done(result);
  }
  function stop() {
    stopping.abort();
    guard.stop();
    place?.stop();
    test.stop();
  }

  const first = fill();
  if (!readOnly) first.focus();
  return { leave, stop, unsaved: () => (dirty() ? { draft, id: saved?.id ?? null } : null), restore(kept) { draft = kept; fill(); } };
}

function fieldText(name, draft, words) {
  const value = draft[name];
  if (name === 'geography') return geographyText(value);
  if (name === 'rule') return ruleText(value, words);
  if (name === 'budget') return budgetText(value);
  if (name === 'filter') return filterText(value, words);
  if (name === 'quiet_hours') return quietText(value);
  if (name === 'tells') return toldText(draft, words);
  if (name === 'escalation') return value ? `after ${value.after_min} min` : 'off';
  if (name === 'active') return value ? 'active' : 'paused';
  if (name === 'agency_id') return value === null ? 'no' : 'yes';
  return Array.isArray(value) ? `${value.length}` : String(value ?? '');
}
