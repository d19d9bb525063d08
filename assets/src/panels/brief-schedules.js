/** Briefs that make themselves: every day at an hour, to these people, held for a person where that is wanted. */
import { button, el } from './dom.js';
import { ask } from './api.js';
import { appFacts, may, moment } from './format.js';
import { choice, labelled, text, tick } from './alerts-fields.js';
import { lastFilter } from './alerts-watch.js';
import { refused } from './brief-desk.js';

const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'].map((label, day) => [day, label]);
const FORMS = [['pdf', 'PDF'], ['pptx', 'PowerPoint'], ['html', 'Web page']];

/**
 * Fill the part.
 * @param {HTMLElement} host
 * @param {{templates: () => object[], words: object}} context
 */
export function fillSchedules(host, { templates, words }) {
  let items = [];
  let recipients = [];
  const list = el('div');
  const form = el('div');
  host.replaceChildren(el('div', { class: 'brief-list-head' }, el('h2', { text: 'Schedules' }), el('span', { class: 'grow' }), may('export') ? button('New schedule', { on: { click: open } }) : null), form, list);

  async function refresh() {
    try {
      const [found, known] = await Promise.all([ask('/api/v1/brief-schedules'), may('export') ? ask('/api/v1/recipients').catch(() => ({ items: [] })) : { items: [] }]);
      items = found.items;
      recipients = known.items;
      paint();
    } catch (error) {
      list.replaceChildren(el('p', { class: 'note pad', text: error.status === 403 ? 'Your role does not see schedules.' : `${error.message} ${error.hint ?? ''}` }));
    }
  }

  const nameOf = (key) => recipients.find((one) => one.key === key)?.name ?? key;
  const kind = (key) => templates().find((one) => one.key === key)?.title ?? key;

  function paint() {
    list.replaceChildren(items.length ? el('ul', { class: 'brief-rows' }, ...items.map((one) => el('li', { class: 'brief-schedule' },
      el('div', {}, el('b', { text: `${one.at} ${daysText(one.days)}` }), el('span', { text: `${one.title || kind(one.template)} → ${one.recipients.map(nameOf).join(', ') || 'nobody: kept here'}` }),
        el('span', { class: 'muted', text: [one.hold ? 'held for a person' : 'sent by itself', one.active === false ? 'paused' : one.due ? `next ${moment(Date.parse(one.due))}` : one.zone].join(' · ') }),
        one.ran ? el('span', { class: 'muted' }, `Last ${moment(Date.parse(one.ran))}: ${one.outcome || 'made'} `, one.brief ? el('a', { href: `/brief/${one.brief}`, text: 'open it' }) : null) : null),
      may('export') ? button(`Delete the schedule ${one.title ?? ''}`, { iconName: 'close', class: 'fold', on: { click: () => remove(one) } }) : null)))
      : el('p', { class: 'note pad', text: 'Nothing makes itself yet. A morning brief at 06:00 is a good first one.' }));
  }

  async function remove(one) {
    try {
      await ask(`/api/v1/brief-schedules/${one.id}`, { method: 'DELETE', ...(one.revision !== undefined && { body: { revision: one.revision } }) });
    } catch (error) {
      refused(error);
    }
    refresh();
  }

  function open() {
    if (form.childElementCount) return form.replaceChildren();
    const asked = { template: templates()[0]?.key ?? 'morning', title: '', at: '06:00', days: new Set(DAYS.map(([day]) => day)), recipients: new Set(), forms: new Set(['pdf']), hold: true };
    const at = el('input', { class: 'field', type: 'time', value: asked.at, 'aria-label': 'At', on: { input: ({ target }) => { asked.at = target.value; } } });
    const some = (set, options, name) => el('div', { class: 'brief-some', role: 'group', 'aria-label': name }, ...options.map(([value, label]) => tick(label, set.has(value), (on) => (on ? set.add(value) : set.delete(value)))));
    form.replaceChildren(el('div', { class: 'part edit-fields' },
      labelled('Template', choice('Template', templates().map((one) => [one.key, one.title]), asked.template, (value) => { asked.template = value; })),
      labelled('Title', text('Title of the scheduled brief', '', { placeholder: 'As the template is called' }, (value) => { asked.title = value; })),
      labelled(`At (${words.zone})`, at), some(asked.days, DAYS, 'Days'),
      recipients.length ? some(asked.recipients, recipients.map((one) => [one.key, one.name]), 'To') : el('p', { class: 'note', text: 'No recipients yet: add them on the Share page. Until then it is made and kept here.' }),
      some(asked.forms, FORMS, 'As'), tick('Hold it for a person before it goes', asked.hold, (on) => { asked.hold = on; }),
      el('div', { class: 'actions' }, button('Save the schedule', { class: 'button primary', on: { click: () => save(asked) } }), button('Cancel', { on: { click: () => form.replaceChildren() } }))));
    return undefined;
  }

  async function save(asked) {
    try {
      await ask('/api/v1/brief-schedules', { method: 'POST', body: {
        template: asked.template, title: asked.title.trim() || kind(asked.template), filter: lastFilter(), at: asked.at, zone: words.zone || appFacts().zone,
        days: DAYS.map(([day]) => day).filter((day) => asked.days.has(day)), recipients: [...asked.recipients], forms: [...asked.forms], hold: asked.hold,
      } });
      form.replaceChildren();
      refresh();
    } catch (error) {
      refused(error);
    }
  }

  refresh();
  return { named: paint };
}

function daysText(days = []) {
  if (!days.length || days.length === 7) return 'every day';
  return days.map((day) => DAYS[day]?.[1] ?? day).join(' ');
}
