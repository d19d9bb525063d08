/** Clocks, ages, the sources' summary, the marking banner, theme, menus. */
import { IDS } from './ids.js';
import { byId, memory, setProps } from './dom.js';
import { ago, count, local, zulu } from './format.js';

/** Tick the clocks each second and every age on the page each five. */
export function startClocks() {
  let beat = 0;
  const tick = () => {
    const now = Date.now();
    write(byId(IDS.clockUtc), zulu(now));
    write(byId(IDS.clockLocal), local(now));
    if (beat % 5 === 0) {
      for (const node of document.querySelectorAll('[data-wf-age]')) write(node, ago(Number(node.dataset.wfAge), now));
    }
    showSources();
    beat += 1;
  };
  tick();
  setInterval(tick, 1000);
}

function write(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

function showSources() {
  const list = document.querySelector('[data-wf-sources]');
  const summary = byId(IDS.sourcesSummary);
  if (!summary) return;
  if (!list) {
    if (byId(IDS.sourcesList)?.childElementCount) write(summary, 'No sources yet');
    return;
  }
  const { count: n, oldest_ms: oldest, late } = JSON.parse(list.dataset.wfSources);
  const parts = [`${count(n)} ${n === 1 ? 'source' : 'sources'}`];
  if (oldest) parts.push(`oldest ${ago(oldest).replace(' ago', '')}`);
  if (late) parts.push(`${late} late`);
  write(summary, parts.join(', '));
  summary.classList.toggle('has-late', late > 0);
}

const RANKS = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'];
const NO_RECORDS = 'none'; // what a page says of itself that shows no records
const markings = new Map();

/**
 * Say what markings a part of the screen shows; the banner carries the highest of all parts.
 * @param {'page'|'details'} where
 * @param {...string} shown  as "TLP:AMBER LES", or "none" on a page without records
 */
export function showMarking(where, ...shown) {
  if (shown.length) markings.set(where, shown);
  else markings.delete(where);
  paintBanner();
}

/** Forget what the last page showed. */
export function forgetMarkings() {
  markings.clear();
  paintBanner();
}

function paintBanner() {
  const node = byId(IDS.bannerMarking);
  if (!node) return;
  const said = [...markings.values()].flat();
  const shown = said.filter((text) => text !== NO_RECORDS);
  // Until a page has said what it shows, it may show anything.
  if (!said.length) shown.push(RANKS.at(-1));
  const [highest] = shown.map((text) => text.split(' ')[0]).sort((one, other) => RANKS.indexOf(other) - RANKS.indexOf(one));
  const text = shown.some((each) => each.endsWith(' LES')) ? `${highest} LES` : highest;
  write(node, text ?? 'No records on screen');
  node.className = `tlp tlp-${highest ? highest.replace('TLP:', '').replace('+', '-').toLowerCase() : NO_RECORDS}`;
}

/** Return the theme in use. */
export const theme = () => (document.documentElement.dataset.theme === 'light' ? 'light' : 'dark');

/** Use a theme everywhere and remember it. */
export function useTheme(name, { remember = true } = {}) {
  document.documentElement.dataset.theme = name;
  if (remember) memory.set('theme', name);
  setProps(IDS.provider, { forceColorScheme: name });
  // The provider has no element of its own, so it is set by name too.
  window.dash_clientside?.set_props?.(IDS.provider, { forceColorScheme: name });
  const item = document.querySelector('[data-wf-do="theme"]');
  write(item, name === 'light' ? 'Dark theme' : 'Light theme');
  window.dispatchEvent(new CustomEvent('wf:theme', { detail: name }));
}

/** Close menus when something else is pressed, and on Escape. */
export function tendMenus() {
  document.addEventListener('click', (event) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
  });
}

/** Close whatever menu is open; tell whether one was. */
export function closeMenus() {
  const open = [...document.querySelectorAll('details.menu[open]')];
  for (const menu of open) {
    menu.open = false;
    menu.querySelector('summary')?.focus();
  }
  return open.length > 0;
}
