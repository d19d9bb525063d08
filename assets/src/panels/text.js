/** Text search within the filter, and what changed since the last look. */
import { button, debounce, el } from './dom.js';
import { shortTime } from './format.js';

/**
 * Make the group.
 * @param {{state: object, look: {last: Function}}} context
 */
export function textGroup({ state, look }) {
  const change = debounce(() => state.patch({ q: input.value.trim().slice(0, 200) }), 300);
  const input = el('input', {
    class: 'field', type: 'search', maxlength: '200', placeholder: 'Words in title, story or address',
    'aria-label': 'Words in title, story or address', on: { input: change },
  });
  const since = button('Changed since I last looked', { on: { click: () => {
    state.patch({ since: state.params().since ? '' : String(look.last()) });
  } } });
  const node = el('div', { class: 'pad' }, input, since);
  function showSince() {
    const at = look.last();
    since.disabled = !at && !state.params().since;
    since.title = at ? `Since ${shortTime(at)}` : 'Press “unseen” above the reports once, and changes after it can be shown here';
  }
  window.addEventListener('wf:looked', showSince);
  return {
    node,
    show(params) {
      if (document.activeElement !== input) input.value = params.q ?? '';
      since.setAttribute('aria-pressed', String(Boolean(params.since)));
      showSince();
    },
    hint: () => '',
  };
}
