/** A brief's chart as plotly draws it: bars, stacks or lines over the same labels, the usual level behind. */
import { IDS } from './ids.js';
import { setProps } from './dom.js';

/** Okabe-Ito, then greys; patterns tell them apart on paper and to colour-blind readers. */
const COLORS = ['#56B4E9', '#E69F00', '#009E73', '#CC79A7', '#0072B2', '#D55E00', '#9AA4B2', '#6B7685'];
const PATTERNS = ['', '/', 'x', '.', '-', '\\', '+', '|'];

/** Draw a chart at a size of type. */
export function drawChart(chart, { size = 13 } = {}) {
  if (chart) setProps(IDS.briefChart, { figure: figureOf(chart, size) });
}

function figureOf({ kind, labels, series, unit, title }, size) {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const one = series.filter((entry) => !entry.usual).length === 1;
  const data = series.map((entry, place) => {
    const base = { name: plain(entry.name), x: labels.map(plain), y: entry.values, hovertemplate: `%{x}: %{y:,} ${plain(unit ?? '')}<extra>${plain(entry.name)}</extra>` };
    if (entry.usual) return { ...base, type: 'scatter', mode: 'lines', line: { color: token('text'), width: 1.5, dash: 'dot', shape: 'hvh' } };
    const color = one ? token('accent') : COLORS[place % COLORS.length];
    if (kind === 'line') return { ...base, type: 'scatter', mode: 'lines+markers', line: { color, width: 2.5 }, marker: { size: size / 2, color } };
    return { ...base, type: 'bar', marker: { color, pattern: one ? {} : { shape: PATTERNS[place % PATTERNS.length], fillmode: 'overlay', fgcolor: token('ground'), fgopacity: 0.45, size: 6 } } };
  });
  const font = { family: token('font'), size, color: token('text') };
  return {
    data,
    layout: {
      barmode: kind === 'stacked' ? 'stack' : 'group', bargap: 0.25, showlegend: series.length > 1, font,
      title: { text: plain(title ?? ''), font: { ...font, size: size * 1.1 }, x: 0, xref: 'paper', xanchor: 'left', y: 1, yref: 'container', yanchor: 'top', pad: { t: size * 0.8 } },
      margin: { l: size * 4.5, r: size, t: size * 3, b: size * 2.5 }, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
      legend: { orientation: 'h', y: 1, yanchor: 'bottom', x: 1, xanchor: 'right', font },
      xaxis: { type: 'category', linecolor: token('line'), tickcolor: token('line'), fixedrange: true, automargin: true, nticks: 16, tickfont: { ...font, color: token('muted') } },
      yaxis: { gridcolor: token('line'), zeroline: false, rangemode: 'tozero', fixedrange: true, tickformat: ',~r', automargin: true, title: { text: plain(unit ?? ''), font: { ...font, color: token('muted') } }, tickfont: { ...font, color: token('muted') } },
      hoverlabel: { bgcolor: token('raised'), bordercolor: token('line'), font: { ...font, size: 13 } },
    },
  };
}

/** Plotly reads a little markup: what came from outside loses its brackets. */
const plain = (text) => String(text).replace(/[<>&]/g, ' ').slice(0, 120);
