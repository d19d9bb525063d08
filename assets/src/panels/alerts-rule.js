/** The editor's rule, in six kinds, and the budget of false alarms from which its threshold follows. */
import { button, el } from './dom.js';
import { finder } from './where.js';
import { choice, group, labelled, number } from './alerts-fields.js';
import { budgetText, rateText, ruleText, severityWord } from './alerts-words.js';

const KINDS = [
  ['severity', 'A severe report'], ['count', 'Many reports at once'], ['unusual', 'More than usual for the place and hour'],
  ['new_hotspot', 'A new hotspot'], ['near_site', 'A report near a site of a sector'], ['linked_site', 'A report linked to a watched site'],
];
const SPANS = [['15m', '15 minutes'], ['30m', '30 minutes'], ['1h', '1 hour'], ['3h', '3 hours'], ['6h', '6 hours'], ['12h', '12 hours'], ['1d', '1 day'], ['7d', '7 days']];
const CELLS = [['', 'Chosen by the data'], ['250', '250 m'], ['500', '500 m'], ['1000', '1 km'], ['2000', '2 km'], ['5000', '5 km']];
const BUDGETS = [['1/8', [1, 8]], ['1/12', [1, 12]], ['1/24', [1, 24]], ['1/168', [1, 168]], ['1/720', [1, 720]]];
/** Rules whose threshold is a matter of chance; the others tell of every report that fits. */
export const BY_CHANCE = new Set(['unusual', 'new_hotspot', 'count']);

const START = {
  severity: () => ({ kind: 'severity', at_least: 5 }),
  count: () => ({ kind: 'count', above: 5, within: '1h' }),
  unusual: () => ({ kind: 'unusual', method: 'poisson', within: '1h' }),
  new_hotspot: () => ({ kind: 'new_hotspot', cell_m: null }),
  near_site: (words) => ({ kind: 'near_site', sector: words.sectors[0]?.code ?? '*', metres: 500 }),
  linked_site: () => ({ kind: 'linked_site', site: '' }),
};

/** Return a rule to begin with. */
export const startRule = (kind, words) => START[kind](words);

/**
 * Make the group of the rule.
 * @param {{words: object, places: object, draft: object, change: (rule: object) => void}} context
 */
export function ruleGroup({ words, places, draft, change }) {
  const said = el('p', { class: 'edit-said', role: 'status' });
  const fields = el('div', { class: 'edit-fields' });
  const set = (patch) => {
    change({ ...draft.rule, ...patch });
    say();
  };
  function say() {
    said.textContent = ruleText(draft.rule, words);
    if (draft.rule.kind !== 'linked_site') return;
    if (!draft.rule.site) said.textContent = 'Choose the site.';
    else places.site(draft.rule.site).then((site) => { if (draft.rule.kind === 'linked_site') said.textContent = ruleText(draft.rule, words, () => site?.name ?? 'a site that is gone'); });
  }
  const span = () => {
    const known = SPANS.some(([code]) => code === draft.rule.within);
    return labelled('Within', choice('Within', known ? SPANS : [...SPANS, [draft.rule.within, draft.rule.within]], draft.rule.within, (within) => set({ within })));
  };
  const panes = {
    severity: () => [labelled('Severity at least', choice('Severity at least', [6, 5, 4, 3, 2, 1, 0].map((level) => [String(level), severityWord(level)]), String(draft.rule.at_least), (level) => set({ at_least: Number(level) })))],
    count: () => [labelled('More than so many reports', number('More than so many reports', draft.rule.above, { min: 0, max: 1_000_000 }, (above) => set({ above: Math.round(above) }))), span()],
    unusual: () => [span(), labelled('Held against', choice('Held against', [['poisson', 'Its own past at this hour of the week'], ['permutation', 'Its own places and times, shuffled']], draft.rule.method, (method) => set({ method })))],
    new_hotspot: () => [labelled('Size of a cell', choice('Size of a cell', CELLS, draft.rule.cell_m ? String(draft.rule.cell_m) : '', (cell) => set({ cell_m: cell ? Number(cell) : null })))],
    near_site: () => [labelled('Sector', choice('Sector', [['*', 'Any sector'], ...words.sectors.map(({ code, label }) => [code, label])], draft.rule.sector, (sector) => set({ sector }))),
      labelled('Within metres', number('Within metres', draft.rule.metres, { min: 10, max: 100_000, step: 10 }, (metres) => set({ metres })))],
    linked_site: () => [finder('Name of a site', 'Watched site', async (asked, text) => {
      const answer = await asked(`/api/v1/sites?${new URLSearchParams({ q: text, limit: '8' })}`);
      return answer.items.map((site) => ({ ...site, label: site.name, detail: site.kind }));
    }, (site) => set({ site: site.id })).node],
  };
  const kinds = choice('Alert when there is', KINDS, draft.rule.kind, (kind) => {
    change(startRule(kind, words));
    show();
  });
  function show() {
    fields.replaceChildren(...panes[draft.rule.kind]());
    say();
  }
  show();
  return { node: group('Alert when there is', kinds, fields, said) };
}

/**
 * Make the group of the budget.
 * @param {{draft: object, change: (budget: object|null) => void}} context
 */
export function budgetGroup({ draft, change }) {
  const name = (budget) => {
    if (!budget) return '';
    return BUDGETS.find(([, [alarms, hours]]) => budget.alarms === alarms && budget.hours === hours)?.[0] ?? 'custom';
  };
  const rate = el('p', { class: 'note' });
  const custom = el('div', { class: 'edit-fields', hidden: name(draft.budget) !== 'custom' });
  const options = [...BUDGETS.map(([code, [alarms, hours]]) => [code, budgetText({ alarms, hours })]), ['custom', 'Another budget …'], ['', 'No limit']];
  const preset = choice('False-alarm budget', options, name(draft.budget), (code) => {
    const [alarms, hours] = BUDGETS.find(([known]) => known === code)?.[1] ?? [draft.budget?.alarms ?? 1, draft.budget?.hours ?? 12];
    change(code ? { alarms, hours } : null);
    fields();
    custom.hidden = code !== 'custom';
    say();
  });
  function fields() {
    const { alarms, hours } = draft.budget ?? { alarms: 1, hours: 12 };
    custom.replaceChildren(
      labelled('False alarms at most', number('False alarms at most', alarms, { min: 0.01, max: 1000, step: 'any' }, (n) => change({ ...draft.budget, alarms: n }))),
      labelled('in so many hours', number('in so many hours', hours, { min: 0.5, max: 87_600, step: 'any' }, (n) => change({ ...draft.budget, hours: n }))));
  }
  /** Say what this rule does with a budget, and the rate that the last test expects. */
  function say(expected = undefined) {
    if (!BY_CHANCE.has(draft.rule.kind)) rate.textContent = 'This rule tells of every report that fits, so a budget changes nothing in it. The test shows how often that is.';
    else if (expected !== undefined) rate.textContent = `Expected with this budget: ${rateText(expected)}.`;
    else rate.textContent = 'The threshold follows from the budget, by simulation on this area’s past. “Test on the past” shows what it would have told.';
  }
  fields();
  say();
  return { node: group('False-alarm budget', preset, custom, rate), say };
}

/** Return the group of the filter. */
export function filterGroup({ draft, say, watchFilter, change }) {
  const said = el('p', { class: 'edit-said', role: 'status' });
  const field = el('input', { class: 'field mono', type: 'text', maxlength: '4000', value: draft.filter, spellcheck: 'false', 'aria-label': 'Filter as text', on: { change: () => set(field.value) } });
  function set(text) {
    change(text.trim().replace(/^\?/, ''));
    field.value = draft.filter;
    said.textContent = say(draft.filter);
  }
  said.textContent = say(draft.filter);
  const from = watchFilter();
  const use = button('Use the Watch page’s filter', { disabled: !from, title: from ? say(from) : 'The Watch page has no filter but time and place: set one there', on: { click: () => set(from) } });
  return { node: group('Which reports', said, el('div', { class: 'edit-row' }, use, button('Every report', { class: 'button quiet', on: { click: () => set('') } })),
    el('details', { class: 'edit-more' }, el('summary', { text: 'Filter as text' }), field, el('p', { class: 'note', text: 'As in the address of the Watch page. Time and place are left out: the rule and the geography say them.' }))) };
}
