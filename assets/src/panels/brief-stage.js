/** A page of a brief as it will be seen: headline, map or chart or table, three lines, source and marking. */
import { IDS } from './ids.js';
import { byId, el } from './dom.js';
import { moment } from './format.js';
import { markingOf } from './brief-marks.js';
import { drawChart } from './brief-chart.js';
import { mapKey } from './brief-map.js';
import { opened } from './brief-numbers.js';

const MOST_ROWS = 60;

/**
 * Make the stage.
 * @param {{drawing: object, openFigure?: (key: string) => void}} context  numbers open where `openFigure` is given
 */
export function createStage({ drawing, openFigure = null }) {
  const root = byId(IDS.briefStage);
  const find = (name) => root.querySelector(`.${name}`);
  let page = null;

  /** Show a page; null shows that there is none. */
  function show(next, { fly = false } = {}) {
    page = next;
    root.classList.toggle('nothing', !page);
    if (!page) {
      find('brief-words').replaceChildren(el('div', { class: 'empty' }, el('p', { class: 'empty-what', text: 'This brief has no page yet.' }),
        el('p', { text: 'Add one above, or press b on the Watch page, on an incident, a hotspot, a site, a household or an alert.' })));
      for (const name of ['brief-lines', 'brief-source']) find(name).replaceChildren();
      for (const name of ['brief-map', 'brief-chart', 'brief-table']) find(name).hidden = true;
      return;
    }
    words(page);
    find('brief-map').hidden = !page.map;
    find('brief-chart').hidden = !page.chart;
    find('brief-table').hidden = !page.table;
    const figures = [page.map, page.chart, page.table].filter(Boolean).length;
    find('brief-card').dataset.figures = String(figures);
    find('brief-figure').hidden = !figures;
    if (page.table) table(page.table);
    size();
    key();
    drawing.show(page, { fly });
  }

  /** Write the words alone: what is drawn stays while somebody types. */
  function words(next = page) {
    page = next;
    const said = (text, props, tag) => el(tag, props, ...opened(text, page.figures ?? [], openFigure));
    find('brief-words').replaceChildren(said(page.headline || 'No headline yet', { class: page.headline ? 'brief-headline' : 'brief-headline muted' }, 'h2'));
    find('brief-lines').replaceChildren(...(page.lines ?? []).filter(Boolean).map((line) => said(line, {}, 'p')));
    find('brief-card').dataset.lines = String((page.lines ?? []).filter(Boolean).length);
    find('brief-source').replaceChildren(el('span', { text: page.source || '' }), markingOf(page.marking || 'TLP:RED'));
  }

  function key() {
    if (!page) return;
    const live = drawing.live();
    find('brief-key').replaceChildren(...mapKey(page.map, { live, at: live ? ` ${moment(Date.now())}` : ` ${page.map?.at ? moment(Date.parse(page.map.at)) : ''}` }));
  }

  function table({ title, columns, rows, numeric = [] }) {
    const right = (place) => (numeric.includes(place) ? 'number' : null);
    const more = rows.length - MOST_ROWS;
    find('brief-table').setAttribute('aria-label', title || 'Table');
    // Names and what is known of them: the first column heads its line, and there is no head above.
    const named = columns.every((name) => !name);
    find('brief-table').replaceChildren(el('table', {}, el('caption', { text: title }),
      named ? null : el('thead', {}, el('tr', {}, ...columns.map((name, place) => el('th', { scope: 'col', class: right(place), text: name })))),
      el('tbody', {}, ...rows.slice(0, MOST_ROWS).map((row) => el('tr', {}, ...row.map((cell, place) => (named && !place ? el('th', { scope: 'row', text: cell }) : el('td', { class: right(place), text: cell }))))))),
    ...(more > 0 ? [el('p', { class: 'muted', text: `and ${more.toLocaleString('en-US')} more` })] : []));
  }

  /** Type grows with the card; plotly has to be told. */
  function size() {
    if (page?.chart) drawChart(page.chart, { size: Math.max(12, Math.round(find('brief-card').clientWidth / 90)) });
  }

  const watching = new ResizeObserver(() => { size(); drawing.resize(); });
  watching.observe(root);
  return { show, words, key, size, page: () => page, stop: () => watching.disconnect() };
}
