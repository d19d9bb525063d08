/** Calls on their way: kept on this device until the center has them, and taken there once by their id. */

const KEY = 'wf.calls';
const PATIENCE_MS = 20_000;

/** Return an id that no other call has; `crypto.randomUUID` is missing where the page came over plain http. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * Return the queue; `changed({ items, state })` is called whenever it is another one.
 * An item is `{ body, refused }`; `state` is '', 'sending', 'waiting', 'signed-out' or 'full'.
 */
export function makeQueue(changed) {
  let unkept = []; // what this device could not keep: lives as long as the page
  let running = null;
  let state = '';

  const items = () => [...stored(), ...unkept];
  const tell = (next) => { state = next; changed({ items: items(), state }); };

  function add(body) {
    if (!store([...stored(), { body, refused: '' }])) unkept = [...unkept, { body, refused: '' }];
    tell(unkept.length ? 'full' : 'sending');
    return flush();
  }

  function take(id) {
    unkept = unkept.filter((item) => item.body.id !== id);
    store(stored().filter((item) => item.body.id !== id));
  }

  /** Send what waits, one after the other; a second caller waits for the first. */
  function flush() {
    running ||= all().finally(() => { running = null; });
    return running;
  }

  async function all() {
    let sent = 0;
    const tried = new Set();
    for (;;) {
      // Read anew each time: another tab may have sent it, or this one may have got a new one meanwhile.
      const next = items().find((item) => !item.refused && !tried.has(item.body.id));
      if (!next) break;
      tried.add(next.body.id);
      tell('sending');
      const outcome = await send(next.body);
      if (outcome.done) { take(next.body.id); sent += 1; }
      else if (outcome.refused) refuse(next.body.id, outcome.refused);
      else { tell(outcome.state); return sent; }
    }
    tell('');
    return sent;
  }

  function refuse(id, why) {
    const mark = (item) => (item.body.id === id ? { ...item, refused: why } : item);
    unkept = unkept.map(mark);
    store(stored().map(mark));
  }

  return { add, flush, take, items, state: () => state, tell: () => tell(state) };
}

async function send(body) {
  let answer;
  try {
    answer = await fetch('/api/v1/calls', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    return { state: 'waiting' }; // no network, or no answer: the id lets it be sent again
  }
  if (answer.ok) return { done: true };
  if (answer.status === 401) return { state: 'signed-out' };
  if (answer.status >= 500 || answer.status === 429) return { state: 'waiting' };
  const said = await answer.json().catch(() => ({}));
  return { refused: [said.message, said.hint].filter(Boolean).join(' ') || String(answer.status) };
}

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(found) ? found.filter((item) => item?.body?.id) : [];
  } catch {
    return [];
  }
}

function store(items) {
  try {
    localStorage.setItem(KEY, JSON.stringify(items));
    return true;
  } catch {
    return false; // full, or switched off
  }
}
