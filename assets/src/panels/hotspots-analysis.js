/** Near sites, near repeat and the most likely clusters of what is filtered: a table each, with its method. */
import { IDS } from './ids.js';
import { button, byId, el } from './dom.js';
import { askTold, givenUp, withQuery } from './api.js';

const QUESTIONS = [
  ['near-sites', 'Near sites', 'Which types of report lie nearer to sites of a sector than chance would put them'],
  ['near-repeat', 'Near repeat', 'Whether a report is soon followed by another close by'],
  ['scan', 'Clusters', 'Where and when most came together'],
];

/**
 * Show the analyses of a filter; closing the dialog gives up what is being computed.
 * @param {{text: () => string}} state
 */
export function showAnalysis(state) {
  const dialog = byId(IDS.howSure);
  if (!dialog || dialog.open) return;
  const title = el('h2', { id: 'wf-analysis-title', text: 'Analysis' });
  const body = el('div', { class: 'sure-lines analysis', tabindex: '0', 'aria-label': 'Result', 'aria-live': 'polite' });
  const reach = el('select', { class: 'field small', 'aria-label': 'Near is', on: { change: () => ask(current) } },
    ...[['250', 'within 250 m'], ['500', 'within 500 m'], ['1000', 'within 1 km'], ['5000', 'within 5 km']].map(([value, text]) => el('option', { value, text })));
  reach.value = '500';
  const soon = el('select', { class: 'field small', 'aria-label': 'Soon is', on: { change: () => ask(current) } },
    ...[['1', 'within 1 hour'], ['6', 'within 6 hours'], ['24', 'within a day'], ['168', 'within a week']].map(([value, text]) => el('option', { value, text })));
  soon.value = '6';
  const tabs = QUESTIONS.map(([name, label, about]) => [name, button(label, { title: about, on: { click: () => ask(name) } })]);
  const stop = button('Cancel', { on: { click: () => { asking?.abort(); say('Cancelled: the server has stopped too.'); } } });
  let current = 'near-sites';
  let asking = null;

  const say = (text) => { stop.hidden = true; body.replaceChildren(el('p', { class: 'muted', text })); };

  async function ask(name) {
    current = name;
    asking?.abort();
    asking = new AbortController();
    const mine = asking;
    for (const [each, node] of tabs) node.setAttribute('aria-pressed', String(each === name));
    reach.hidden = name === 'scan';
    soon.hidden = name !== 'near-repeat';
    stop.hidden = false;
    const bar = el('progress', { max: '1', 'aria-label': 'Progress of the analysis' });
    const share = el('span', { 'aria-hidden': 'true' }); // the bar says it; read aloud at each step it would be noise
    body.replaceChildren(el('p', { class: 'muted analysis-wait' }, 'Computing … ', share, bar));
    const told = (done) => { bar.value = done; share.textContent = `${Math.round(done * 100)} %`; };
    try {
      const answer = await askTold(withQuery(`/api/v1/hotspots/analysis/${name}`, state.text(), { metres: reach.value, hours: soon.value }), { signal: mine.signal, told });
      if (mine !== asking) return;
      stop.hidden = true;
      body.replaceChildren(...result(answer));
    } catch (error) {
      if (!givenUp(error) && mine === asking) say(`${error.message} ${error.hint ?? ''}`);
    }
  }

  dialog.setAttribute('aria-labelledby', title.id);
  dialog.replaceChildren(title, el('div', { class: 'analysis-head' }, ...tabs.map(([, node]) => node), el('span', { class: 'grow' }), reach, soon),
    body, el('div', { class: 'sure-foot' }, stop, button('Close', { autofocus: true, on: { click: () => dialog.close() } })));
  dialog.addEventListener('close', () => asking?.abort(), { once: true });
  dialog.showModal();
  ask(current);
}

function result({ title, columns, rows, method }) {
  const cell = (value) => el('td', { class: typeof value === 'number' ? 'number' : '', text: value === null ? '–' : typeof value === 'number' ? value.toLocaleString('en-US', { maximumSignificantDigits: 6 }) : String(value) });
  const table = el('table', { class: 'analysis-table' }, el('thead', {}, el('tr', {}, ...columns.map((name, at) => el('th', { scope: 'col', class: typeof rows[0]?.[at] === 'number' ? 'number' : '', text: name })))),
    el('tbody', {}, ...rows.map((row) => el('tr', { class: last(row) <= 0.05 ? 'claim' : '' }, ...row.map(cell)))));
  return [el('p', { text: `${title}.` }), rows.length ? table : el('p', { class: 'muted', text: 'Nothing to show for this filter.' }),
    el('p', { class: 'muted', text: 'Bold: beyond chance, p or q at most 0.05.' }),
    ...method.lines.map(({ label, text }) => el('p', { class: 'note' }, el('strong', { text: `${label}: ` }), text))];
}

const last = (row) => Number(row.at(-1));
