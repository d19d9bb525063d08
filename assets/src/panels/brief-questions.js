/** Questions that were asked of a brief, by page: the leader asks, the speaker sees them, nobody forgets them. */
import { button, el } from './dom.js';
import { ask, givenUp, latest } from './api.js';
import { shortTime } from './format.js';
import { nothing } from './respond-desk.js';
import { refused } from './brief-desk.js';

/**
 * Fill the pane.
 * @param {HTMLElement} host
 * @param {{desk: object, page: () => string|null, asked?: () => void}} context  `asked` is told after each new question
 */
export function fillQuestions(host, { desk, page, asked: told = () => {} }) {
  const asking = latest();
  const field = el('textarea', { class: 'field', rows: '2', maxlength: '1000', 'aria-label': 'Question', placeholder: 'What was asked, in a sentence', on: { keydown(event) {
    if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); send(); }
  } } });
  const list = el('div');
  host.replaceChildren(el('div', { class: 'pad brief-ask' }, field, button('Note the question', { on: { click: send } })), list);

  async function refresh() {
    try {
      const { items } = await asking(`${desk.address}/questions`);
      const places = new Map((desk.brief()?.pages ?? []).map((one, place) => [one.id, place + 1]));
      list.replaceChildren(items.length ? el('ul', { class: 'brief-rows' }, ...items.map((one) => el('li', { class: 'brief-question' }, el('p', { text: one.text }),
        el('span', { class: 'muted', text: [places.has(one.page) ? `Page ${places.get(one.page)}` : '', one.by, one.at ? shortTime(one.at) : ''].filter(Boolean).join(' · ') }))))
        : nothing('No question yet.', 'What a leader asks during the brief is noted here, with the page that it was asked on.'));
    } catch (error) {
      if (!givenUp(error)) list.replaceChildren(nothing(error.message, error.hint ?? ''));
    }
  }

  async function send() {
    const text = field.value.trim();
    if (!text) return field.focus();
    try {
      await ask(`${desk.address}/questions`, { method: 'POST', body: { page: page(), text } });
      field.value = '';
      told();
      await refresh();
    } catch (error) {
      refused(error);
    }
    return undefined;
  }

  return { refresh };
}
