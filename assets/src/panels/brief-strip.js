/** The pages of a brief in their order: chosen, moved by hand or by keys, taken out. */
import { button, el } from './dom.js';
import { may } from './format.js';
import { thumb } from './brief-thumb.js';

/**
 * Fill the strip.
 * @param {HTMLElement} host
 * @param {{choose: (id: string) => void, move: (order: string[]) => void, remove: (page: object) => void}} actions
 */
export function fillStrip(host, { choose, move, remove }) {
  const said = el('p', { class: 'visually-hidden', role: 'status' });
  const list = el('ol', { class: 'brief-strip', 'aria-label': 'Pages' });
  host.replaceChildren(list, said);
  let pages = [];
  let at = null;
  let fixed = false;
  let dragged = null;

  function show(brief, chosen) {
    pages = brief.pages;
    at = chosen;
    fixed = Boolean(brief.frozen_at) || !may('share_view');
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.page : null;
    list.replaceChildren(...pages.map(row));
    if (focused) list.querySelector(`.brief-pick[data-page="${CSS.escape(focused)}"]`)?.focus();
  }

  function row(page, place) {
    const chosen = page.id === at;
    const stale = page.stale?.length ?? 0;
    return el('li', {
      class: `brief-item${chosen ? ' chosen' : ''}`, draggable: fixed ? 'false' : 'true', dataset: { page: page.id },
      on: {
        dragstart: (event) => { dragged = page.id; event.dataTransfer.effectAllowed = 'move'; event.dataTransfer.setData('text/plain', page.id); },
        dragover: (event) => { if (dragged && dragged !== page.id) { event.preventDefault(); event.currentTarget.classList.add('over'); } },
        dragleave: (event) => event.currentTarget.classList.remove('over'),
        dragend: () => { dragged = null; },
        drop: (event) => { event.preventDefault(); event.currentTarget.classList.remove('over'); if (dragged) put(dragged, place); dragged = null; },
      },
    },
    el('button', { type: 'button', class: 'brief-pick', dataset: { page: page.id }, 'aria-current': chosen ? 'page' : null, title: fixed ? '' : 'Alt and an arrow moves the page', on: { click: () => choose(page.id), keydown: (event) => keys(event, page, place) } },
      el('span', { class: 'brief-place', text: String(place + 1) }), thumb(page),
      el('span', { class: 'brief-pick-words' }, el('span', { class: 'title', text: page.headline || 'No headline yet' }),
        stale ? el('span', { class: 'stale-mark', text: 'changed since' }) : null)),
    fixed ? null : button(`Take out page ${place + 1}`, { iconName: 'close', class: 'fold', on: { click: () => remove(page) } }));
  }

  function keys(event, page, place) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === 'Delete' && !fixed) return void remove(page);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.altKey && !fixed) put(page.id, place + step);
    else if (pages[place + step]) {
      choose(pages[place + step].id);
      list.querySelectorAll('.brief-pick')[place + step]?.focus();
    }
  }

  function put(id, place) {
    if (fixed || place < 0 || place >= pages.length) return;
    const order = pages.map((page) => page.id).filter((one) => one !== id);
    order.splice(place, 0, id);
    said.textContent = `Now page ${place + 1} of ${pages.length}.`;
    move(order);
  }

  return { show };
}
