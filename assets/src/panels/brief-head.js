/** The bar over a brief: its name, what it is, and what can be done with all of it. */
import { button, el, icon, notify } from './dom.js';
import { may, moment } from './format.js';
import { markingOf } from './brief-marks.js';
import { lastFilter } from './alerts-watch.js';
import { visit } from './brief-desk.js';

/**
 * Fill the bar.
 * @param {HTMLElement} host
 * @param {{desk: object, add: (page: object) => void, present: () => void}} actions
 */
export function fillHead(host, { desk, add, present }) {
  const title = el('input', { class: 'field brief-title', type: 'text', maxlength: '200', 'aria-label': 'Title of the brief', on: { change: () => title.value.trim() && desk.change('PATCH', '', { title: title.value.trim() }) } });
  const facts = el('span', { class: 'brief-facts' });
  const warning = el('div', { class: 'brief-warning', role: 'status', hidden: true });
  const addMenu = menu('Add page', 'button', [
    ['What the Watch page shows', 'A map of its filter, with the sentence that it calls for', () => add({ kind: 'view', filter: lastFilter() })],
    ['A chart over time', 'Counts of the same filter, with what is usual', () => add({ kind: 'chart', filter: lastFilter() })],
    ['A page of text', 'Words alone: decisions asked for, what is next', () => add({ kind: 'text' })],
  ], el('p', { class: 'note' }, 'Incidents, hotspots, sites, households and alerts: press ', el('kbd', { text: 'b' }), ' where they are shown.'));
  const show = button('Present', { class: 'button primary', title: 'p', on: { click: () => { document.documentElement.requestFullscreen?.().catch(() => {}); present(); } } });
  const send = button('Send …', { title: 'Preview what a recipient would get', on: { click: () => visit(`/share?what=brief&brief=${desk.id}`) } });
  const freeze = button('Freeze', { title: 'From then on it says what it said', on: { click: () => desk.change('POST', '/freeze', {}, 'The brief is frozen: it will say what it says now.') } });
  const copy = button('Make a copy', { on: { click: copied } });
  const shared = el('button', { type: 'button', class: 'menu-item', on: { click: () => desk.change('PATCH', '', { shared: !desk.brief().shared }) } });
  const more = el('details', { class: 'menu' }, el('summary', { class: 'button', text: 'More' }), el('div', { class: 'popover' }, shared,
    item('Make a copy', copied), item('Delete this brief', remove)));
  const row = el('div', { class: 'brief-bar' }, el('a', { class: 'button quiet', href: '/brief', text: 'All briefs', on: { click: (event) => { event.preventDefault(); visit('/brief'); } } }), title, facts, el('span', { class: 'grow' }), addMenu, freeze, copy, send, show, more);
  host.replaceChildren(row, warning);
  // Nothing can be done with a brief that is not there yet.
  row.inert = true;

  async function copied() {
    const made = await desk.change('POST', '/copy', {}, 'A copy: what you change here is not in the other.');
    if (made?.id && made.id !== desk.id) visit(`/brief/${made.id}`);
  }

  async function remove() {
    if (!window.confirm(`Delete “${desk.brief().title.slice(0, 80)}”? What was sent of it stays in the log.`)) return;
    const done = await desk.remove();
    if (!done) return;
    notify('The brief is deleted.');
    visit('/brief');
  }

  return {
    show(brief) {
      row.inert = false;
      const frozen = Boolean(brief.frozen_at);
      if (document.activeElement !== title) title.value = brief.title;
      const writes = may('share_view');
      title.disabled = frozen || !writes;
      facts.replaceChildren(markingOf(brief.marking), frozen ? el('span', { class: 'status', text: `Frozen ${moment(Date.parse(brief.frozen_at))}` }) : el('span', { class: 'muted', text: brief.shared ? 'Shared with your agency' : 'Yours alone' }));
      addMenu.hidden = freeze.hidden = frozen || !writes;
      copy.hidden = !frozen || !writes;
      more.hidden = !writes;
      send.hidden = !may('export');
      show.disabled = !brief.pages.length;
      shared.textContent = brief.shared ? 'Keep it to yourself' : 'Share with your agency';
      shared.hidden = !may('share_view') || frozen;
      warn(brief);
    },
  };

  /** What it said and is no longer so, and who was told. */
  function warn(brief) {
    const stale = brief.stale ?? [];
    warning.hidden = !stale.length;
    if (!stale.length) return;
    const sent = brief.releases ?? [];
    const told = sent.length ? ` It went to ${[...new Set(sent.map((one) => one.recipient?.name ?? one.recipient))].join(', ')}: send a correction from the log.` : '';
    const pages = new Set(stale.map((one) => one.page)).size;
    warning.replaceChildren(icon('bell'), el('b', { text: `What ${pages === 1 ? 'one page says' : `${pages} pages say`} has changed since.` }),
      el('span', { class: 'grow', text: `${stale.slice(0, 2).map((one) => one.what ?? one).join(' ')}${stale.length > 2 ? ' …' : ''}${told}` }),
      ...(sent.length ? [el('a', { class: 'button', href: `/share?tab=log&q=${encodeURIComponent(brief.title)}`, text: 'Open the log' })] : []));
  }
}

function item(label, run) {
  return el('button', { type: 'button', class: 'menu-item', text: label, on: { click: (event) => { event.currentTarget.closest('details').open = false; run(); } } });
}

function menu(label, kind, items, foot) {
  return el('details', { class: 'menu' }, el('summary', { class: kind, text: label }), el('div', { class: 'popover brief-add' },
    ...items.map(([name, about, run]) => {
      const node = item('', run);
      node.append(el('span', {}, el('b', { text: name }), el('span', { class: 'muted', text: about })));
      return node;
    }), foot));
}
