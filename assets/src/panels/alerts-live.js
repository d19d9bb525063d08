/** New alerts on every page: cards that never take the focus, words read out, a sound if wanted, a number in the bar. */
import { IDS } from './ids.js';
import { button, byId, el, memory } from './dom.js';
import { ago, appFacts, count, may, moment } from './format.js';
import { go } from './keys.js';
import { byUrgency } from './alerts-desk.js';
import { severityMark } from './alerts-marks.js';
import { severityWord } from './alerts-words.js';

const CARDS = 3;
const KEPT = 400;
const NARROW_PX = 1500;
const SEVERE_FROM = 5;

/**
 * Show what the desk hears of.
 * @param {{desk: object, sound: object}} context
 */
export function showAlerts({ desk, sound }) {
  const told = remembered('told');
  const later = remembered('later');
  const cards = new Map();
  let state = { items: [], open: 0 };
  const more = button('', { class: 'button alerts-more', on: { click: () => go('/alerts') } });

  function paint() {
    showBadge();
    const host = byId(IDS.alertsNow);
    if (!host) return;
    // What the open list shows already needs no card over it; whoever draws a watch area needs the map.
    const listed = new Set([...document.querySelectorAll(`#${IDS.alertsPanel} .item[data-alert]`)].map((node) => node.dataset.alert));
    const shown = state.items.filter((alert) => !listed.has(alert.id) && !later.has(name(alert))).sort(byUrgency);
    const first = shown.slice(0, room());
    const wanted = new Set(first.map(name));
    for (const [key, node] of cards) if (!wanted.has(key)) { node.remove(); cards.delete(key); }
    first.forEach((alert, place) => {
      const key = name(alert);
      if (!cards.has(key)) cards.set(key, card(alert));
      // A card that stands where it should is not touched: whoever is on its button stays there.
      if (host.children[place] !== cards.get(key)) host.insertBefore(cards.get(key), host.children[place] ?? null);
    });
    const rest = state.open - state.items.length + shown.length - first.length;
    const words = `${count(rest)} more ${rest === 1 ? 'alert waits' : 'alerts wait'}`;
    if (more.textContent !== words) more.textContent = words;
    if (rest <= 0 || !first.length) more.remove();
    else if (host.lastChild !== more) host.append(more);
  }

  function showBadge() {
    const badge = byId(IDS.alertsBadge);
    const text = state.open ? (state.open > 99 ? '99+' : String(state.open)) : '';
    if (!badge || badge.textContent === text) return;
    badge.textContent = text;
    badge.title = state.open ? `${count(state.open)} not acknowledged` : '';
  }

  function card(alert) {
    const severe = isSevere(alert);
    const words = `${alert.state === 'escalated' ? 'Nobody has acknowledged: ' : ''}${alert.reason}`;
    return el('article', { class: `alert-card${severe ? ' severe' : ''}`, dataset: { alert: alert.id }, 'aria-label': `Alert: ${alert.watch_area.name}` },
      el('div', { class: 'alert-head' }, severityMark(alert.severity), el('b', { class: 'grow', text: alert.watch_area.name }),
        el('time', { class: 'muted', datetime: alert.at, title: moment(Date.parse(alert.at)), dataset: { wfAge: String(Date.parse(alert.at)) }, text: ago(Date.parse(alert.at)) })),
      el('p', { class: 'alert-reason', text: words, title: words }),
      el('div', { class: 'alert-do' },
        button('Show', { on: { click: () => show(alert) } }),
        may('triage') ? button('Acknowledge', { class: 'button primary', on: { click: () => desk.acknowledge(alert) } }) : null,
        el('span', { class: 'grow' }),
        button('Later', { class: 'button quiet', title: 'Take this card away; the alert stays open', on: { click: () => { later.add(name(alert)); paint(); } } })));
  }

  function show(alert) {
    memory.set('alert.show', alert.id);
    if (window.location.pathname === '/alerts') window.dispatchEvent(new CustomEvent('wf:show-alert'));
    else go('/alerts');
  }

  /** Read out and sound what was not told before, in this browser, in any of its windows. */
  function announce() {
    const news = state.items.filter((alert) => !told.has(name(alert))).sort(byUrgency);
    if (!news.length) return;
    told.add(...news.map(name));
    const severe = news.filter(isSevere);
    say(IDS.alertsSaidSevere, severe);
    say(IDS.alertsSaid, news.filter((alert) => !isSevere(alert)));
    sound.play(severe.length > 0);
  }

  desk.follow((next) => {
    state = next;
    paint();
    announce();
  });
  window.addEventListener('wf:alerts-listed', paint);
  return { showBadge };
}

/** As many as leave the map to be seen; the wall is only looked at. */
function room() {
  if (document.querySelector('.alerts-page.editing') || window.innerWidth < NARROW_PX) return 1;
  return CARDS;
}

const isSevere = (alert) => alert.severity >= SEVERE_FROM || alert.state === 'escalated';

/** An alert that escalates is told of once more; otherwise nothing repeats. */
const name = (alert) => `${alert.id}:${alert.state}`;

function say(id, news) {
  const host = byId(id);
  if (!host || !news.length) return;
  const lines = news.slice(0, CARDS).map((alert) => `${severityWord(alert.severity)} alert${alert.state === 'escalated' ? ', escalated' : ''}, ${alert.watch_area.name}: ${alert.reason}`);
  if (news.length > CARDS) lines.push(`and ${news.length - CARDS} more alerts`);
  host.textContent = lines.join('. ');
}

/** A set that this browser remembers for who is signed in. */
function remembered(what) {
  const key = `alerts.${what}.${appFacts().user}`;
  const read = () => memory.get(key, []);
  return {
    has: (entry) => read().includes(entry),
    add: (...entries) => memory.set(key, [...new Set([...read(), ...entries])].slice(-KEPT)),
  };
}
