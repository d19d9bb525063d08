/** The live connection: hears of changes, comes back by itself, and always says how it stands. */
import { IDS } from './ids.js';
import { byId } from './dom.js';
import { ago, local } from './format.js';

const SILENCE_MS = 40_000; // two heartbeats missed and a little
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/**
 * Follow `/live`; `changed(token)` is called when what the actor may see has changed, and after every return.
 * @param {(token: string) => void} changed
 */
export function followLive(changed) {
  let socket = null;
  let wait = FIRST_WAIT_MS;
  let heard = Date.now();
  let lostAt = 0;
  let token = null;
  let alerts = null;
  let people = null;
  let timer = 0;
  let ended = false;
  let tilesLostAt = 0;

  function open() {
    clearTimeout(timer);
    if (ended || (socket && socket.readyState <= WebSocket.OPEN)) return;
    const address = new URL('/live', window.location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const mine = new WebSocket(address);
    socket = mine;
    mine.addEventListener('message', (event) => hear(JSON.parse(event.data)));
    mine.addEventListener('close', (event) => {
      if (socket !== mine) return;
      if (event.code === 4401) { ended = true; window.dispatchEvent(new CustomEvent('wf:signed-out')); }
      lose();
    });
  }

  function hear(message) {
    const back = lostAt !== 0;
    heard = Date.now();
    if (message.alerts !== undefined && (message.alerts !== alerts || back)) {
      alerts = message.alerts;
      window.dispatchEvent(new CustomEvent('wf:alerts', { detail: alerts }));
    }
    if (message.people !== undefined && (message.people !== people || back)) {
      people = message.people;
      window.dispatchEvent(new CustomEvent('wf:people', { detail: people }));
    }
    wait = FIRST_WAIT_MS;
    lostAt = 0;
    show();
    if (message.token !== token || back) {
      token = message.token;
      changed(token);
    }
  }

  function lose() {
    lostAt ||= Date.now();
    show();
    clearTimeout(timer);
    // Spread out, so that a restarted server is not met by everybody at once.
    timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  function show() {
    const node = byId(IDS.connection);
    if (!node) return;
    const gone = lostAt ? Date.now() - lostAt : 0;
    const heardNow = tilesLostAt ? 'map-stale' : 'live';
    const state = !lostAt ? (token ? heardNow : 'connecting') : gone > 10_000 || !navigator.onLine ? 'offline' : 'reconnecting';
    const words = {
      live: 'live', connecting: 'connecting', reconnecting: 'reconnecting',
      offline: `offline since ${lostAt ? local(lostAt) : ''}`, 'map-stale': `map as of ${tilesLostAt ? local(tilesLostAt) : ''}`,
    };
    if (node.dataset.state !== state) node.dataset.state = state;
    const text = ended ? 'signed out' : words[state];
    const label = node.querySelector('.connection-text');
    if (label && label.textContent !== text) label.textContent = text;
    node.title = titleOf(state);
  }

  function titleOf(state) {
    if (state === 'live') return `Live; last heard ${ago(heard)}`;
    if (state === 'map-stale') return `Counts and lists are live; the map shows what was current ${ago(tilesLostAt)}. Watchfloor tries again by itself.`;
    return `What is on screen was current ${ago(heard)}. Watchfloor reconnects by itself.`;
  }

  setInterval(() => {
    if (!ended && socket?.readyState === WebSocket.OPEN && Date.now() - heard > SILENCE_MS) socket.close();
    show();
  }, 2000);
  window.addEventListener('online', () => { wait = FIRST_WAIT_MS; open(); });
  window.addEventListener('offline', () => { socket?.close(); lose(); });
  // The map asks for its tiles by itself: it may be cut off while the socket still stands, and the other way round.
  window.addEventListener('wf:connection', ({ detail }) => {
    tilesLostAt = detail?.tiles === false ? tilesLostAt || Date.now() : 0;
    show();
  });
  open();
  return { token: () => token, show };
}
