/** The page's words in its five languages, as the server put them into the page. */
const KEY = 'wf.call.language';
const ALL = JSON.parse(document.getElementById('words').textContent);
let language = document.documentElement.lang;

/** Return a word in the language that was chosen, with the values put into it. */
export function word(key, values = {}) {
  return (ALL[language][key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Return the language that was chosen. */
export const chosen = () => language;

/** Write the whole page in a language; what was filled in stays. */
export function speak(next) {
  if (!(next in ALL)) return;
  language = next;
  document.documentElement.lang = next;
  document.title = word('title');
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = word(node.dataset.word, node.dataset);
  try { localStorage.setItem(KEY, next); } catch { /* the language of the server's page, then */ }
}

/** Return the language of the last visit, if this device remembers one. */
export function remembered() {
  try { return localStorage.getItem(KEY); } catch { return null; }
}
