/** The filter state of the page: one query, kept in the URL, with undo; everything else follows it. */
import { IDS } from './ids.js';
import { setStore } from './dom.js';
import { format, parse, quote, tidy } from './query.js';

const UNDO_STEPS = 50;
/** What the address says besides the filter: how one looks, not at what. */
const BESIDE = ['wall', 'hotspots'];

/**
 * Make the state.
 * @returns {{params: Function, text: Function, set: Function, patch: Function, undo: Function, canUndo: Function, follow: Function}}
 */
export function createState() {
  let params = parse(window.location.search);
  let text = format(params);
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
    if (url) writeUrl(text);
    setStore(IDS.query, text);
    for (const follower of followers) follower(params, text);
  }

  return {
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
    beside: (name, value) => writeUrl(text, { [name]: value }),
    /** Read the filter from the address again (back and forward). */
    reload: () => apply(parse(window.location.search), { undoable: false, url: false }),
  };
}

function writeUrl(text, change = {}) {
  const now = new URLSearchParams(window.location.search);
  const kept = BESIDE.map((name) => [name, change[name] ?? now.get(name)]).filter(([, value]) => value);
  const search = [text, ...kept.map(([name, value]) => `${name}=${quote(value)}`)].filter(Boolean).join('&');
  window.history.replaceState(window.history.state, '', `${window.location.pathname}${search ? `?${search}` : ''}${window.location.hash}`);
}
