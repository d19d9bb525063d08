/** Wall mode: the five largest facts under the map, and nothing that one could press. */
import { IDS } from './ids.js';
import { byId, el } from './dom.js';
import { ago, count } from './format.js';

/** Tell whether the address asks for the wall. */
export const isWall = () => new URLSearchParams(window.location.search).get('wall') === '1';

/** Go to wall mode or back; the map is made anew, so the page is loaded again. */
export function toggleWall() {
  const params = new URLSearchParams(window.location.search);
  if (isWall()) params.delete('wall');
  else params.set('wall', '1');
  window.location.assign(`/${params.size ? `?${params}` : ''}`);
}

/** Show the five largest facts of what is on screen. */
export function showFacts(summary, lookups) {
  const host = byId(IDS.facts);
  if (!host || !isWall()) return;
  const { facets } = summary;
  const severe = (facets.severity?.['5'] ?? 0) + (facets.severity?.['6'] ?? 0);
  const roots = lookups.types.filter((type) => !type.parent).map((type) => [type.label, facets.type?.[type.code] ?? 0]).sort((a, b) => b[1] - a[1]);
  const [top, most] = roots[0] ?? ['', 0];
  const last = summary.time?.last;
  const facts = [
    [count(summary.total), 'reports on this map'],
    [count(severe), 'high or extreme'],
    [count(facets.status?.new ?? 0), 'not yet acknowledged'],
    [count(most), most ? `${top.toLowerCase()}, the most frequent` : 'of any type'],
    [last ? ago(new Date(last).getTime()) : 'none', 'newest report'],
  ];
  host.replaceChildren(...facts.map(([value, what]) => el('div', { class: 'fact-wall' }, el('b', { text: value }), el('span', { text: what }))));
}
