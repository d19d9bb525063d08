/** The call form: works without a network, says where each call is, and never sends one twice. */
import { addPerson, fill, keepPosition, read } from './form.js';
import { makeQueue } from './queue.js';
import { remembered, speak, word } from './words.js';

const AGAIN_MS = 15_000;
const form = document.querySelector('form');
const people = document.getElementById('people');
const template = document.getElementById('person');
const state = document.getElementById('state');
const kept = document.getElementById('kept');
const queue = makeQueue(({ items, state: now }) => { list(items); say(now, items.length); });

function say(now, count) {
  const words = { sending: 'sending', waiting: 'kept', 'signed-out': 'signed_out', full: 'full' };
  const key = words[now] ?? '';
  if (!key && !count) return; // "sent" stays until the next call is begun
  state.replaceChildren(key ? word(key) : '');
  state.dataset.state = now === 'signed-out' || now === 'full' ? 'problem' : now;
  if (now === 'signed-out') {
    const link = Object.assign(document.createElement('a'), { href: '/login?next=/call', textContent: word('sign_in') });
    state.append(' ', link);
  }
}

function list(items) {
  kept.hidden = !items.length;
  kept.querySelector('ul').replaceChildren(...items.map((item) => {
    const row = document.createElement('li');
    const what = document.createElement('p');
    what.textContent = [item.body.people.map((one) => one.name).filter(Boolean).join(', '), item.body.place_text, item.body.narrative]
      .filter(Boolean).join(' · ').slice(0, 160);
    row.append(what);
    if (item.refused) row.append(...refusal(item));
    return row;
  }));
}

function refusal(item) {
  const why = Object.assign(document.createElement('p'), { className: 'why', textContent: word('refused', { why: item.refused }) });
  const acts = Object.assign(document.createElement('div'), { className: 'acts' });
  const act = (key, done) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'plain', textContent: word(key) });
    button.addEventListener('click', () => { done(); queue.take(item.body.id); queue.tell(); });
    acts.append(button);
  };
  act('edit', () => fill(form, people, item.body, template));
  act('discard', () => {});
  return [why, acts];
}

async function submit(event) {
  event.preventDefault();
  const body = read(form, people);
  if (!form.reportValidity()) return problem('wrong');
  if (!body.place_text && !body.narrative && body.lon === undefined) return problem('needs_something');
  // Begun before the form is emptied: from here on the call is kept.
  const done = queue.add(body);
  clear();
  const sent = await done;
  if (sent && !queue.items().length) { state.textContent = word('sent'); state.dataset.state = 'sent'; }
}

function problem(key) {
  state.textContent = word(key);
  state.dataset.state = 'problem';
}

function clear() {
  form.reset();
  people.replaceChildren();
  addPerson(people, template);
  for (const name of ['caller_place', 'place_text']) keepPosition(form.elements[name]);
  for (const note of form.querySelectorAll('output')) note.textContent = '';
  window.scrollTo({ top: 0 });
}

function locate(button) {
  const field = form.elements[button.dataset.for];
  const note = button.parentElement.querySelector('output');
  if (!navigator.geolocation) { note.textContent = word('position_failed'); return; }
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      keepPosition(field, coords.longitude, coords.latitude, Math.round(coords.accuracy));
      note.textContent = word('position_kept', { m: Math.round(coords.accuracy) });
    },
    () => { note.textContent = word('position_failed'); },
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
  );
}

try {
  const theme = JSON.parse(localStorage.getItem('wf.theme'));
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch { /* the device's own, then */ }
const chooser = document.getElementById('language');
speak(new URLSearchParams(window.location.search).has('lang') ? document.documentElement.lang : remembered() ?? document.documentElement.lang);
chooser.value = document.documentElement.lang;
chooser.addEventListener('change', () => { speak(chooser.value); queue.tell(); });
form.addEventListener('submit', submit);
document.getElementById('add-person').addEventListener('click', () => addPerson(people, template).querySelector('input').focus());
for (const button of form.querySelectorAll('[data-for]')) button.addEventListener('click', () => locate(button));
addPerson(people, template);
queue.tell();

const flush = async () => {
  if (!queue.items().some((item) => !item.refused)) return;
  const sent = await queue.flush();
  if (sent && !queue.items().length) { state.textContent = word('sent'); state.dataset.state = 'sent'; }
};
window.addEventListener('online', flush);
document.addEventListener('visibilitychange', () => { if (!document.hidden) flush(); });
setInterval(flush, AGAIN_MS);
flush();
// Missing where the page came over plain http from another machine: then it opens with a network alone.
navigator.serviceWorker?.register('/call-worker.js', { scope: '/call' }).catch(() => {});
