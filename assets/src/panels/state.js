/** The filter state of the page: one query, kept in the URL, with undo; everything else follows it. */
import { IDS } from './ids.js';
import { setStore } from './dom.js';
import { appFacts } from './format.js';
import { format, parse, quote, tidy } from './query.js';

const UNDO_STEPS = 50;

/** Whether this document was opened on the Watch page and has shown nothing else yet: then its address is the truth. */
let opening = window.location.pathname === '/';

/** The filter with which this person left the Watch page in this tab; null when they were not there yet. */
const left = {
  key: () => `wf.filter.${appFacts().user}`,
  get() {
    try {
      return sessionStorage.getItem(left.key());
    } catch {
      return null;
    }
  },
  set(text) {
    try {
      sessionStorage.setItem(left.key(), text);
    } catch {
      // A full or closed storage: the filter then lasts as long as the page.
    }
  },
};
/** What the address says besides the filter: how one looks, not at what. */
const BESIDE = ['wall', 'hotspots'];

/**
 * Make the state.
 * @returns {{params: Function, text: Function, set: Function, patch: Function, undo: Function, canUndo: Function, follow: Function}}
 */
export function createState() {
  let params = parse(window.location.search);
  let text = format(params);
  const kept = opening ? null : left.get();
  opening = false;
  // Back from another page by a link without a filter: as it was left. An address with a filter says it all.
  if (!text && kept) {
    params = parse(kept);
    text = format(params);
    writeUrl(text);
  }
  left.set(text);
  // What the address says: a film of the timeline changes the filter, but neither the address nor what is kept.
  let written = text;
  const past = [];
  const followers = new Set();

  function apply(next, { undoable = true, url = true } = {}) {
    const wanted = tidy(next);
    const wantedText = format(wanted);
    if (wantedText === text) return;
    if (undoable) {
      past.push(params);
      if (past.length > UNDO_STEPS) past.shift();
    }
    params = wanted;
    text = wantedText;
    if (url) keep();
    setStore(IDS.query, text);
    for (const follower of followers) follower(params, text);
  }

  function keep() {
    written = text;
    writeUrl(text);
    left.set(text);
  }

  return {
    /** Whether the page is shown again as it was left; its map then looks where it looked. */
    again: kept !== null,
    params: () => params,
    text: () => text,
    /** Replace the whole filter. */
    set: (next, options) => apply(typeof next === 'string' ? parse(next) : next, options),
    /** Change some parameters. */
    patch: (change, options) => apply({ ...params, ...change }, options),
    undo() {
      if (past.length) apply(past.pop(), { undoable: false });
    },
    canUndo: () => past.length > 0,
    /** Call `follower(params, text)` after every change; returns how to stop. */
    follow(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    /** Keep something of `BESIDE` in the address; '' takes it out. */
    beside: (name, value) => writeUrl(written, { [name]: value }),
    /** Read the filter from the address again (back and forward). */
    reload() {
      apply(parse(window.location.search), { undoable: false, url: false });
      written = text;
      left.set(text);
    },
  };
}

function writeUrl(text, change = {}) {
  const now = new URLSearchParams(window.location.search);
  const kept = BESIDE.map((name) => [name, change[name] ?? now.get(name)]).filter(([, value]) => value);
  const search = [text, ...kept.map(([name, value]) => `${name}=${quote(value)}`)].filter(Boolean).join('&');
  window.history.replaceState(window.history.state, '', `${window.location.pathname}${search ? `?${search}` : ''}${window.location.hash}`);
}
