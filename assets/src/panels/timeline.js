/** The timeline: counts by type over the filtered set, the usual level behind them, and a brush. */
import { IDS } from './ids.js';
import { byId, el, setProps } from './dom.js';
import { count, isoZ, moment } from './format.js';

const NOTHING = { start_ms: 0, step_ms: 1, series: [], usual: null };
const FEWEST_BINS = 24; // fewer would be drawn as slabs

/**
 * Drive the timeline's graph.
 * @param {{state: object, lookups: object}} context
 */
export function createTimeline({ state, lookups }) {
  let last = null;
  let windowMs = null;
  let attached = null;
  const labels = new Map(lookups.types.map((type) => [type.code, type.label]));

  function draw(summary) {
    if (summary) last = summary.timeline ?? NOTHING;
    // The graph comes after the map; what is known by then is drawn when it does.
    if (!last || !byId(IDS.timeline)) return;
    setProps(IDS.timeline, { figure: figure(last, { lookups, labels, windowMs }) });
    attach();
  }

  /** The graph is plotly's own element inside Dash's; it appears once and then stays. */
  function attach(tries = 0) {
    const graph = byId(IDS.timeline)?.querySelector('.js-plotly-plot');
    if (!graph?.on) {
      if (tries < 200) setTimeout(() => attach(tries + 1), 50);
      return;
    }
    if (attached === graph) return;
    attached = graph;
    graph.on('plotly_selected', (event) => {
      const range = event?.range?.x;
      if (!range) return;
      const [from, to] = range.map((value) => Date.parse(`${String(value).replace(' ', 'T')}Z`)).sort((a, b) => a - b);
      if (to - from < 1000) return;
      state.patch({ last: '', from: isoZ(Math.floor(from / 1000) * 1000), to: isoZ(Math.ceil(to / 1000) * 1000) });
    });
    // Plotly covers the page while a button is down, so the graph never hears a dblclick: this is its own word for it.
    graph.on('plotly_deselect', () => state.patch({ last: '', from: '', to: '' }));
  }

  return {
    draw,
    /** Draw what is known as soon as the graph is on the page. */
    appear(tries = 0) {
      if (byId(IDS.timeline)) draw(null);
      else if (tries < 2400) setTimeout(() => this.appear(tries + 1), 50);
    },
    /** Mark the window that playback shows, or nothing. */
    mark(range) {
      windowMs = range;
      draw(null);
    },
    data: () => last,
  };
}

function figure(timeline, { lookups, labels, windowMs }) {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const { start_ms: start, step_ms: step, series, usual } = timeline;
  const bins = series[0]?.counts.length ?? usual?.length ?? 0;
  const middles = Array.from({ length: bins }, (_, i) => stamp(start + (i + 0.5) * step));
  const totals = Array.from({ length: bins }, (_, i) => series.reduce((sum, entry) => sum + entry.counts[i], 0));
  const hover = middles.map((_, i) => {
    const from = start + i * step;
    const parts = series.filter((entry) => entry.counts[i]).sort((a, b) => b.counts[i] - a.counts[i]).slice(0, 4)
      .map((entry) => `${plain(labels.get(entry.key) ?? entry.key)} ${count(entry.counts[i])}`);
    const level = usual ? `, usual ${usual[i] < 10 ? usual[i].toFixed(1) : Math.round(usual[i])}` : '';
    return `${moment(from)}: ${count(totals[i])}${level}<br>${parts.join(', ')}`;
  });
  const data = series.map((entry) => ({
    type: 'bar', name: labels.get(entry.key) ?? entry.key, x: middles, y: entry.counts, width: step, hoverinfo: 'skip',
    marker: { color: lookups.colors[entry.key] ?? token('muted'), line: { width: 0 } }, selected: { marker: { opacity: 1 } }, unselected: { marker: { opacity: 1 } },
  }));
  if (usual) {
    data.push({ type: 'scatter', mode: 'lines', name: 'usual', x: middles, y: usual, hoverinfo: 'skip', line: { color: token('text'), width: 1.25, dash: 'dot', shape: 'hvh' } });
  }
  data.push({ type: 'scatter', mode: 'markers', x: middles, y: totals, text: hover, hoverinfo: 'text', marker: { opacity: 0, size: 8 }, selected: { marker: { opacity: 0 } }, unselected: { marker: { opacity: 0 } } });
  const spare = bins && bins < FEWEST_BINS ? ((FEWEST_BINS - bins) / 2) * step : 0;
  const highest = Math.max(...totals, 0);
  const shapes = windowMs ? [{ type: 'rect', xref: 'x', yref: 'paper', x0: stamp(windowMs[0]), x1: stamp(windowMs[1]), y0: 0, y1: 1, line: { width: 1, color: token('accent') }, fillcolor: 'rgba(76,154,255,0.15)' }] : [];
  return {
    data,
    layout: {
      barmode: 'stack', bargap: 0, dragmode: 'select', selectdirection: 'h', showlegend: false, shapes,
      margin: { l: 44, r: 12, t: 2, b: 20 }, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
      font: { family: token('font'), size: 11, color: token('muted') }, hovermode: 'x', uirevision: 'timeline',
      hoverlabel: { bgcolor: token('raised'), bordercolor: token('line'), font: { family: token('font'), size: 12, color: token('text') }, align: 'left' },
      xaxis: { type: 'date', visible: bins > 0, range: [stamp(start - spare), stamp(start + bins * step + spare)], showgrid: false, zeroline: false, linecolor: token('line'), tickcolor: token('line'), ticks: 'outside', ticklen: 3, fixedrange: true, tickformatstops: [{ dtickrange: [null, 86399999], value: '%-d %b %H:%MZ' }, { dtickrange: [86400000, 'M1'], value: '%-d %b' }, { dtickrange: ['M1', null], value: '%b %Y' }], nticks: 12 },
      yaxis: { showgrid: true, gridcolor: token('line'), gridwidth: 1, zeroline: false, fixedrange: true, visible: bins > 0, ...(highest < 4 ? { dtick: 1 } : { nticks: 3 }), rangemode: 'tozero', tickformat: ',d' },
      annotations: bins ? [] : [{ text: 'No report in this time.', xref: 'paper', yref: 'paper', x: 0.5, y: 0.5, showarrow: false, font: { size: 12, color: token('muted') } }],
      activeselection: { fillcolor: token('accent'), opacity: 0.2 }, newselection: { line: { color: token('accent'), width: 1, dash: 'solid' } },
    },
  };
}

const stamp = (ms) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
/** Labels come from an editable list and plotly reads a little markup: take its brackets away. */
const plain = (text) => String(text).replace(/[<>&]/g, ' ');

/** The names of the colours, largest first, for the bar above the graph. */
export function legend(timeline, lookups) {
  const labels = new Map(lookups.types.map((type) => [type.code, type.label]));
  const sums = timeline.series.map((entry) => ({ key: entry.key, sum: entry.counts.reduce((a, b) => a + b, 0) }));
  const shown = sums.filter((entry) => entry.sum > 0).sort((a, b) => b.sum - a.sum);
  return el('span', { class: 'legend' },
    timeline.usual ? el('span', { title: 'Mean of the same hours before what is shown, with the same filters' }, el('i', { class: 'usual' }), usualWords(timeline.usual_weeks)) : null,
    ...shown.map(({ key, sum }) => el('span', {}, el('i', { color: lookups.colors[key] }), `${labels.get(key) ?? key} ${count(sum)}`)));
}

const WEEKDAYS_FROM_WEEKS = 4; // as data/mirror/timeline.py

/** What the line means, and how much stands behind it. */
function usualWords(weeks) {
  const habit = weeks >= WEEKDAYS_FROM_WEEKS ? 'usual for hour and weekday' : 'usual for the hour';
  return `${habit} (${weeks} ${weeks === 1 ? 'week' : 'weeks'} before)`;
}
