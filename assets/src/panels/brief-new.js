/** A new brief: from a template or empty, over a period, since the one before, of what the Watch page filters. */
import { button, el } from './dom.js';
import { ask } from './api.js';
import { may, shortTime } from './format.js';
import { choice, labelled, text, tick } from './alerts-fields.js';
import { lastFilter } from './alerts-watch.js';
import { openBrief } from './brief-desk.js';

const PERIODS = [['8', 'The last 8 hours'], ['12', 'The last 12 hours'], ['24', 'The last 24 hours'], ['72', 'The last 3 days'], ['168', 'The last week']];

/**
 * Ask for a new brief in a dialog.
 * @param {{templates: object[], briefs: object[], made: (brief: object) => void}} context
 */
export function newBrief({ templates, briefs, made }) {
  const dialog = el('dialog', { class: 'dialog brief-dialog', 'aria-label': 'New brief', on: { close: () => dialog.remove() } });
  const filter = lastFilter();
  const last = [...briefs].sort((one, other) => Date.parse(other.made_at) - Date.parse(one.made_at));
  const asked = { template: templates[0]?.key ?? '', title: '', hours: '12', since: last.find((one) => one.frozen_at)?.id ?? last[0]?.id ?? '', filtered: Boolean(filter), shared: false };
  const title = text('Title', '', { placeholder: templates[0]?.title ?? 'Brief', maxlength: '200' }, (value) => { asked.title = value; });
  const about = el('p', { class: 'note' });
  const problem = el('p', { class: 'problem', role: 'alert', hidden: true });
  const kinds = el('div', { class: 'brief-kinds', role: 'radiogroup', 'aria-label': 'Template' },
    ...[...templates, { key: '', title: 'Empty', about: 'No page yet: add what you see with b.' }].map((one) => el('label', {},
      el('input', { type: 'radio', name: 'wf-brief-kind', value: one.key, checked: one.key === asked.template, on: { change: () => pick(one) } }), el('span', { text: one.title }))));

  function pick(one) {
    asked.template = one.key;
    title.placeholder = one.title;
    about.textContent = one.about ?? '';
  }

  async function send() {
    problem.hidden = true;
    make.disabled = true;
    const kind = templates.find((one) => one.key === asked.template);
    try {
      const brief = await ask('/api/v1/briefs', { method: 'POST', body: {
        template: asked.template || null, title: asked.title.trim() || kind?.title || 'Brief', filter: asked.filtered ? filter : '', bbox: null,
        since: asked.since || null, hours: Number(asked.hours), shared: asked.shared,
      } });
      openBrief.set(brief);
      dialog.close();
      made(brief);
    } catch (error) {
      problem.textContent = `${error.message} ${error.hint ?? ''}`;
      problem.hidden = false;
    } finally {
      make.disabled = false;
    }
  }

  const make = button('Make the brief', { class: 'button primary large', on: { click: send } });
  dialog.replaceChildren(el('h2', { text: 'New brief' }), el('div', { class: 'brief-new' }, kinds, el('div', { class: 'edit-fields' }, about,
    labelled('Title', title),
    labelled('Period', choice('Period', PERIODS, asked.hours, (value) => { asked.hours = value; })),
    labelled('What changed since', choice('What changed since', [['', 'The start of the period'], ...last.slice(0, 30).map((one) => [one.id, `${one.title.slice(0, 60)} · ${shortTime(one.made_at)}`])], asked.since, (value) => { asked.since = value; })),
    filter ? tick('Only what the Watch page filters', asked.filtered, (on) => { asked.filtered = on; }) : el('p', { class: 'note', text: 'Of everything you may see: the Watch page has no filter.' }),
    may('share_view') ? tick('Share it with your agency', asked.shared, (on) => { asked.shared = on; }) : null, problem)),
  el('div', { class: 'actions' }, make, button('Cancel', { class: 'button large', on: { click: () => dialog.close() } })));
  document.body.append(dialog);
  pick(templates[0] ?? { key: '', title: 'Brief' });
  dialog.showModal();
  title.focus();
}
