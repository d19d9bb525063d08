/** A small chart of the past: reports over time, and where the alarms would have been. Drawn as SVG, no library. */
import { count, moment, shortTime } from './format.js';

const MOST_LINES = 20;
const NS = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, FOOT, HEAD] = [360, 132, 18, 16];

/**
 * Return the chart.
 * @param {{from: number, to: number, bins: {at: number, n: number}[], step: number, alerts: {time: string, reason: string}[]}} past
 */
export function historyChart({ from, to, bins, step, alerts }) {
  const x = (ms) => ((ms - from) / Math.max(1, to - from)) * WIDTH;
  const most = Math.max(1, ...bins.map((bin) => bin.n));
  const floor = HEIGHT - FOOT;
  const y = (n) => floor - (n / most) * (floor - HEAD);
  const words = `${count(bins.reduce((sum, bin) => sum + bin.n, 0))} reports from ${shortTime(from)} to ${shortTime(to)}, ${alerts.length} ${alerts.length === 1 ? 'alarm' : 'alarms'}`;
  const chart = node('svg', { class: 'past-chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words, preserveAspectRatio: 'none' });
  chart.append(node('line', { x1: 0, x2: WIDTH, y1: floor, y2: floor, class: 'past-axis' }));
  for (const bin of bins) {
    if (!bin.n) continue;
    const bar = node('rect', { x: x(bin.at), y: y(bin.n), width: Math.max(1, x(bin.at + step) - x(bin.at) - 0.5), height: floor - y(bin.n), class: 'past-bar' });
    bar.append(node('title', {}, `${moment(bin.at)}: ${count(bin.n)}`));
    chart.append(bar);
  }
  for (const alert of alerts) {
    const at = x(Date.parse(alert.time));
    // A line and a triangle: an alarm is a shape, not a colour.
    const mark = node('g', { class: 'past-alarm' });
    // Many lines would hide what they stand on.
    if (alerts.length <= MOST_LINES) mark.append(node('line', { x1: at, x2: at, y1: 10, y2: floor }));
    mark.append(node('path', { d: `M${at - 5} 1h10l-5 9z` }), node('title', {}, `${moment(Date.parse(alert.time))}: ${alert.reason}`));
    chart.append(mark);
  }
  return chart;
}

/** Bins of what a test on the past answers: the watch area's own reports, wherever it lies. */
export function binsOf({ from, step_s: step, counts }) {
  return { step: step * 1000, bins: counts.map((n, place) => ({ at: Date.parse(from) + place * step * 1000, n })) };
}

function node(tag, attributes, text = '') {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text) made.textContent = text;
  return made;
}
