/** Testing a draft on the past: one button, then what it would have told, how often, and why. */
import { button, el } from './dom.js';
import { ask, givenUp } from './api.js';
import { count, isoZ, longTime, shortTime } from './format.js';
import { faults } from './alerts-draft.js';
import { choice, labelled } from './alerts-fields.js';
import { BY_CHANCE } from './alerts-rule.js';
import { binsOf, historyChart } from './alerts-chart.js';
import { againstText, budgetText, rateText } from './alerts-words.js';

const PASTS = [['7', 'The last 7 days'], ['30', 'The last 30 days'], ['90', 'The last 90 days'], ['365', 'The last year'], ['3650', 'The last 10 years']];
const DAY_MS = 86_400_000;
const SHOWN = 200;

/**
 * Fill the panel.
 * @param {HTMLElement} host
 * @param {{draft: () => object, rates: (expected: number|undefined) => void}} context
 */
export function fillTest(host, { draft, rates }) {
  let days = '90';
  let running = null;
  const result = el('div', { class: 'test-result', 'aria-live': 'polite' });
  const run = button('Test on the past', { class: 'button primary', on: { click: start } });
  const past = choice('How far back', PASTS, days, (value) => { days = value; });
  host.replaceChildren(el('div', { class: 'side-head' }, el('h2', { text: 'Test on the past' })),
    el('div', { class: 'test-ask part' }, labelled('How far back', past), run), result);
  intro();

  function intro() {
    result.replaceChildren(el('div', { class: 'empty' }, el('p', { class: 'empty-what', text: 'Would this have told you the right things?' }),
      el('p', { text: 'The test runs the watch area over the reports that are stored, with what was known then, and lists every alarm with its reason. Nobody is told of anything.' })));
  }

  async function start() {
    const now = draft();
    // A name is not needed to look back.
    const wrong = faults({ ...now, name: now.name || 'draft' });
    if (wrong.length) return result.replaceChildren(problem('Not yet:', wrong));
    running?.abort();
    running = new AbortController();
    const mine = running;
    const began = Date.now();
    const words = el('span', { class: 'grow' });
    const say = () => { words.textContent = `Going through the past … ${Math.round((Date.now() - began) / 1000)} s`; };
    say();
    const timer = setInterval(say, 1000);
    run.disabled = true;
    result.replaceChildren(el('div', { class: 'test-wait' }, el('div', { class: 'edit-row' }, words, button('Stop', { on: { click: () => mine.abort() } })), el('progress', { 'aria-label': 'Progress of the test' })));
    try {
      const since = isoZ(Math.floor((began - Number(days) * DAY_MS) / 1000) * 1000);
      const answer = await ask('/api/v1/watch-areas/backtest', { method: 'POST', signal: mine.signal, body: { ...now, name: now.name.trim() || 'Draft', since } });
      show(answer, { from: Math.max(Date.parse(since), Date.parse(answer.history.from ?? since)), to: began, ...binsOf(answer.over_time) }, now);
    } catch (error) {
      if (givenUp(error)) intro();
      else result.replaceChildren(problem(error.message, [error.hint || 'Try again; nothing was changed.']));
    } finally {
      clearInterval(timer);
      run.disabled = false;
    }
    return undefined;
  }

  function show(answer, past, tested) {
    const alerts = answer.alerts.toSorted((one, other) => Date.parse(other.time) - Date.parse(one.time));
    const total = answer.total ?? alerts.length;
    rates(answer.expected_rate ?? undefined);
    const rows = alerts.slice(0, SHOWN).map((alert) => el('li', { class: 'test-alarm' }, el('div', { text: alert.reason }),
      el('div', { class: 'row-sub', text: `${longTime(alert.time)} · ${againstText(alert)}` })));
    const expected = BY_CHANCE.has(tested.rule.kind) ? 'false ones expected' : 'expected';
    result.replaceChildren(
      answer.note ? el('p', { class: 'test-note', text: answer.note }) : '',
      el('div', { class: 'part test-figures' },
        figure(count(total), total === 1 ? 'alarm' : 'alarms'), figure(rateText(answer.rate, answer.expected_rate), 'would have come'), figure(Number.isFinite(answer.expected_rate) ? rateText(answer.expected_rate, answer.rate) : 'unknown', expected)),
      el('div', { class: 'part' }, historyChart({ ...past, alerts }),
        el('div', { class: 'past-ends' }, el('span', { text: dayText(past.from) }), el('span', { text: 'reports over time; ▼ alarms' }), el('span', { text: dayText(past.to) })),
        el('p', { class: 'note', text: method(answer, tested) })),
      el('div', { class: 'part' }, el('h3', { text: 'The alarms, newest first' }),
        rows.length ? el('ul', { class: 'test-list' }, ...rows) : el('p', { class: 'note', text: answer.note && !Number.isFinite(answer.expected_rate) ? 'None, because it could not be judged.' : 'None: nothing in this time was what the rule asks for. Widen the place, the filter or the budget if that is too quiet.' }),
        total > SHOWN ? el('p', { class: 'note', text: `and ${count(total - SHOWN)} more` }) : null));
  }

  return {
    /** The draft changed: what is shown is not its test any more. */
    stale() {
      if (!result.querySelector('.test-figures') || result.querySelector('.test-stale')) return;
      result.prepend(el('p', { class: 'test-stale', text: 'The watch area was changed since: test it again.' }));
      rates(undefined);
    },
    stop: () => running?.abort(),
  };
}

const dayText = (ms) => shortTime(ms, 'day');

/** What was done, and against what, in plain words. */
function method(answer, { rule }) {
  const parts = [`${count(answer.history?.reports ?? 0)} reports of this place are stored that all who are told may see; each week was judged by what was known before it.`];
  if (answer.tests) parts.push(`${count(answer.tests)} tests made.`);
  if (Number.isFinite(answer.threshold)) {
    if (rule.kind !== 'count') parts.push(`An alarm has to be rarer than once in ${count(Math.round(10 ** Math.min(answer.threshold, 12)))} tries.`);
    else if (answer.threshold > rule.above) parts.push(`To keep to the budget it takes more than ${count(answer.threshold)} reports, and not ${count(rule.above)}.`);
  }
  if (answer.budget && BY_CHANCE.has(rule.kind)) {
    parts.push(`Budget: ${budgetText(answer.budget)[0].toLowerCase()}${budgetText(answer.budget).slice(1)}.`);
    if (rule.kind !== 'count') parts.push('After an alarm the next has to be ten times as rare; that falls back in the time of the budget.');
    if (answer.rate > (answer.budget.alarms * 24) / answer.budget.hours) parts.push('More came than that: some of them were real, or the past was not like itself.');
  }
  return parts.join(' ');
}

const figure = (value, what) => el('div', { class: 'test-figure' }, el('b', { text: value }), el('span', { class: 'muted', text: what }));

function problem(what, lines) {
  return el('div', { class: 'problem', role: 'alert' }, el('p', { class: 'problem-what', text: what }), el('ul', {}, ...lines.map((line) => el('li', { text: line }))));
}
