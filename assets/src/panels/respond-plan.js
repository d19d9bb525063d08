/** Who goes where next: a plan and what it gains, and the tasks that are under way. */
import { button, el, notify } from './dom.js';
import { givenUp, latest } from './api.js';
import { choice, labelled, tick } from './alerts-fields.js';
import { nothing, part } from './respond-desk.js';
import { amount, hours } from './respond-words.js';
import { resultForm } from './respond-result.js';
import { newId } from '../call/queue.js';

const EXPORTS = [['ics204', 'Print ICS-204'], ['gpx', 'GPX'], ['kml', 'KML'], ['geojson', 'GeoJSON'], ['cot', 'CoT']];
const NEXT = { planned: ['assigned', 'Assign'], assigned: ['searching', 'On the way'], searching: ['returning', 'Return'] };
const ENDED = new Set(['done', 'cancelled']);

/**
 * Fill the pane.
 * @param {HTMLElement} host
 * @param {{desk: object, map: object, resources: () => object[], household: () => object|null, changed: () => void, listed: (open: object[]) => void}} context
 */
export function fillPlan(host, { desk, map, resources, household, changed, listed }) {
  const asked = latest();
  const left = new Set();
  let plan = null;
  let tasks = [];
  let drawn = '';
  const ask = { hours: 12, visibility: 'good', model: 'random' };
  const who = el('div', { class: 'edit-people' });
  const make = button('Make the plan', { class: 'button primary', on: { click: run } });
  const making = el('div');
  const result = el('div');
  const underWay = el('div');
  const field = el('input', { class: 'field', type: 'number', min: '0.5', max: '240', step: '0.5', value: '12', 'aria-label': 'Hours', on: { input: ({ target }) => { ask.hours = Number(target.value); } } });
  host.replaceChildren(part('Plan the search',
    el('div', { class: 'edit-two' }, labelled('Hours', field), labelled('Visibility', choice('Visibility', [['good', 'Good'], ['fair', 'Fair'], ['poor', 'Poor']], 'good', (value) => { ask.visibility = value; }))),
    labelled('How searches find', choice('Model of detection', [['random', 'Random search'], ['inverse-cube', 'Inverse cube'], ['definite', 'Definite range']], 'random', (value) => { ask.model = value; })),
    who, el('div', { class: 'actions' }, make), making), result, underWay);

  function showWho() {
    const all = resources();
    who.replaceChildren(...(all.length ? all.map((one) => tick(`${one.name} (${one.kind})`, !left.has(one.id), (on) => { if (on) left.delete(one.id); else left.add(one.id); }))
      : [el('p', { class: 'muted', text: 'There is no resource yet: add teams, boats or drones under Resources.' })]));
    make.disabled = !all.length;
  }

  async function run() {
    make.disabled = true;
    const ids = resources().filter((one) => !left.has(one.id) && one.status !== 'out_of_service').map((one) => one.id);
    const work = newId();
    const made = await desk.long(making, 'Making the plan', (signal) => desk.attempt('/api/v1/plan', { method: 'POST', body: { ...ask, resources: ids, work }, signal }), `/api/v1/plan/work/${work}`);
    make.disabled = false;
    if (!made) return;
    plan = made;
    showPlan();
    map.tasks(plan.tasks, resources());
  }

  function showPlan() {
    if (!plan) return result.replaceChildren();
    const files = EXPORTS.map(([format, label]) => el('a', { class: 'button', href: `/api/v1/plan/${plan.id}?format=${format}`, text: label, ...(format === 'ics204' ? { target: '_blank', rel: 'noopener' } : { download: '' }) }));
    const gain = el('p', { class: 'respond-gain' }, el('b', { text: amount(plan.expected_people) }), ` people expected to be reached in ${hours(plan.hours ?? ask.hours)}; an even split: `, el('b', { text: amount(plan.even_split) }), ` (${plan.gain >= 0 ? '+' : '−'}${amount(Math.abs(plan.gain))})`);
    return result.replaceChildren(part(`Plan: ${plan.tasks.length} ${plan.tasks.length === 1 ? 'task' : 'tasks'}`, gain,
      plan.without_place ? el('p', { class: 'muted', text: `${plan.without_place} households have no place yet and are in no task.` }) : null,
      ...(plan.notes ?? []).map((text) => el('p', { class: 'muted', text })),
      plan.tasks.length ? el('ol', { class: 'respond-tasks' }, ...plan.tasks.map((one) => line(one))) : nothing('No task helps within these hours.', 'Give more hours, more resources, or evidence of where people are.'),
      el('div', { class: 'actions' }, plan.tasks.length && !plan.adopted ? button('Adopt the plan', { class: 'button primary', on: { click: adopt } }) : null, ...(plan.tasks.length ? files : []))));
  }

  async function adopt() {
    const done = await desk.attempt(`/api/v1/plan/${plan.id}/adopt`, { method: 'POST' }, 'The tasks are on the board.');
    if (!done) return;
    plan = { ...plan, adopted: new Date().toISOString() };
    showPlan();
    changed();
  }

  function line(one, ...more) {
    const what = one.segment ? one.segment.name : `Household ${one.household?.number ?? ''}`;
    return el('li', { class: 'respond-card', dataset: ENDED.has(one.status) || !one.status ? {} : { task: one.id } },
      el('button', { type: 'button', class: 'row-button', on: { click: () => map.look({ lon: one.lon, lat: one.lat, zoom: 14 }) } }, el('b', { text: `${one.order}. ${one.resource?.name ?? 'A resource'} → ${what}` }),
        el('div', { class: 'row-sub', text: `There in ${hours(one.arrive_h)}, searches ${hours(one.hours)}; finds ${amount(one.expected_people)} people (POD ${Math.round(one.pod * 100)} %)` }), el('div', { class: 'row-sub', text: one.why }), el('div', { class: 'row-sub mono', text: `${one.usng}${one.resource?.radio ? ` · ${one.resource.radio}` : ''}` })), ...more);
  }

  async function refresh() {
    showWho();
    try {
      tasks = (await asked('/api/v1/tasks')).items;
    } catch (error) {
      if (givenUp(error)) return;
      tasks = [];
    }
    const open = tasks.filter((one) => !ENDED.has(one.status));
    listed(open);
    if (!plan || plan.adopted) map.tasks(open, resources());
    const now = JSON.stringify(tasks);
    if (now === drawn || underWay.contains(document.activeElement?.closest('.respond-result'))) return;
    drawn = now;
    underWay.replaceChildren(tasks.length ? part(`Tasks (${open.length} under way)`, el('ol', { class: 'respond-tasks' }, ...[...open, ...tasks.filter((one) => ENDED.has(one.status))].map(taskLine)))
      : nothing('No task is under way.', 'Make a plan and adopt it.'));
  }

  function taskLine(one) {
    if (ENDED.has(one.status)) return line(one, el('p', { class: 'status', text: one.status === 'done' ? `Done: ${(one.result?.outcome ?? '').replace('_', ' ')}` : 'Cancelled' }));
    const form = el('div', { class: 'respond-result' });
    const [next, label] = NEXT[one.status] ?? [];
    return line(one, el('div', { class: 'actions' }, el('span', { class: 'status', text: one.status }), next ? button(label, { 'aria-label': `${label}: task ${one.order}`, on: { click: () => move(one, next) } }) : null,
      button('Result', { 'aria-label': `Result of task ${one.order}`, on: { click: () => form.replaceChildren(resultForm(one, { desk, household: household(), done: () => { form.replaceChildren(); drawn = ''; changed(); } })) } }),
      button('Cancel', { class: 'button quiet', 'aria-label': `Cancel task ${one.order}`, on: { click: () => move(one, 'cancelled') } })), form);
  }

  async function move(one, status) {
    const done = await desk.attempt(`/api/v1/tasks/${one.id}`, { method: 'PATCH', body: { status, revision: one.revision } });
    if (done && status !== 'cancelled') notify(`Task ${one.order} is ${status}.`, { action: { label: 'Undo', async run() { await desk.attempt(`/api/v1/tasks/${one.id}`, { method: 'PATCH', body: { status: one.status, revision: done.revision } }); changed(); } } });
    changed();
  }

  return { refresh, open: () => tasks.filter((one) => !ENDED.has(one.status)) };
}
