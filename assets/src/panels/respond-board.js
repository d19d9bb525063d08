/** The board of resources: what each is doing; dragged to a column, or moved by its menu. */
import { button, el, notify } from './dom.js';
import { givenUp, latest } from './api.js';
import { choice, labelled, text } from './alerts-fields.js';
import { nothing, part } from './respond-desk.js';
import { grip } from './respond-touch.js';
import { BOARD, named } from './respond-words.js';

const KINDS = [['team', 'Team'], ['boat', 'Boat'], ['helicopter', 'Helicopter'], ['drone', 'Drone'], ['dog', 'Dog']];
/** What a resource of a kind does unless somebody knows better: km/h searching, metres swept in good, fair and poor sight, hours. */
const USUAL = { team: [2, 60, 40, 20, 10], boat: [12, 200, 120, 60, 8], helicopter: [90, 400, 250, 100, 2.5], drone: [30, 120, 80, 40, 0.6], dog: [3, 80, 70, 60, 6] };
const COLUMNS = BOARD.slice(0, 4);

/**
 * Fill the pane.
 * @param {HTMLElement} host
 * @param {{desk: object, changed: () => void, listed: (items: object[]) => void, send: (resource: object) => void}} context
 */
export function fillBoard(host, { desk, changed, listed, send }) {
  const asked = latest();
  let items = [];
  let drawn = '';
  const board = el('div', { class: 'board' });
  const goals = el('div');
  host.replaceChildren(board, goals, addResource({ desk, done: changed }));

  async function refresh() {
    try {
      items = (await asked('/api/v1/resources')).items;
    } catch (error) {
      if (givenUp(error)) return;
      board.replaceChildren(nothing(error.message, error.hint || 'Watchfloor tries again with the next change.'));
      return;
    }
    listed(items);
    const now = JSON.stringify(items);
    if (now === drawn || board.contains(document.activeElement?.closest('select')) || board.querySelector('.dragged')) return;
    drawn = now;
    draw();
  }

  function draw() {
    if (!items.length) return board.replaceChildren(nothing('There is no team, boat or drone on the board.', 'Add the first below: the plan needs to know who can search, and from where.'));
    const out = items.filter((one) => one.status === 'out_of_service');
    return board.replaceChildren(...[...COLUMNS, ...(out.length ? [BOARD[4]] : [])].map(([status, label]) => {
      const here = items.filter((one) => one.status === status);
      const column = el('section', { class: 'board-column', dataset: { status }, 'aria-label': label, on: {
        dragover: (event) => { event.preventDefault(); column.classList.add('over'); },
        dragleave: () => column.classList.remove('over'),
        drop(event) {
          event.preventDefault();
          column.classList.remove('over');
          const one = items.find((other) => other.id === event.dataTransfer.getData('text/wf-resource'));
          if (one) move(one, status);
        },
      } }, el('h3', {}, label, el('span', { class: 'tab-count', text: String(here.length) })), ...here.map(card));
      return column;
    }));
  }

  function card(one) {
    return el('div', { class: 'respond-card board-card', draggable: 'true', dataset: { wfMarking: one.marking }, on: { dragstart: (event) => event.dataTransfer.setData('text/wf-resource', one.id) } },
      el('div', { class: 'board-name' }, el('b', { text: one.name }), grip(one)), el('div', { class: 'row-sub', text: [named(KINDS, one.kind), one.base?.name, one.radio].filter(Boolean).join(' · ') }),
      choice(`Where ${one.name} is`, BOARD, one.status, (status) => move(one, status)),
      one.status === 'out_of_service' ? null : button('Send …', { class: 'button quiet', 'aria-label': `Send ${one.name} to a household, task or segment`, on: { click: () => send(one) } }));
  }

  /** The tasks that are open, beside the board: a resource is dropped on one, or sent to it. */
  function showTasks(tasks, take) {
    goals.replaceChildren(...(tasks.length ? [part('Tasks: drop a resource on one', ...tasks.map((one) => el('button', { type: 'button', class: 'row-button board-task', dataset: { task: one.id }, on: { click: () => take(one) } },
      el('b', { text: `${one.order}. ${one.segment?.name ?? `Household ${one.household?.number ?? ''}`}` }), el('div', { class: 'row-sub', text: `${one.resource?.name ?? 'A resource'} · ${one.status}` }))))] : []));
  }

  async function move(one, status) {
    if (status === one.status) return;
    document.activeElement?.blur();
    const done = await desk.attempt(`/api/v1/resources/${one.id}`, { method: 'PATCH', body: { status, revision: one.revision } });
    drawn = '';
    if (done) notify(`${one.name}: ${named(BOARD, status).toLowerCase()}.`, { seconds: 10, action: { label: 'Undo', async run() { await desk.attempt(`/api/v1/resources/${one.id}`, { method: 'PATCH', body: { status: one.status, revision: done.revision } }); changed(); } } });
    changed();
  }

  return { refresh, showTasks, items: () => items };
}

function addResource({ desk, done }) {
  let kind = 'team';
  let base = null;
  const name = text('Name of the resource', '', { maxlength: '200', placeholder: 'Team 1' });
  const radio = text('Radio channel', '', { maxlength: '200' });
  const station = text('Name of the base', '', { maxlength: '200' });
  const fields = [['Searches at, km/h', 0], ['Sees in good sight, m', 1], ['In fair sight, m', 2], ['In poor sight, m', 3], ['Hours it lasts', 4]].map(([label]) => el('input', { class: 'field', type: 'number', min: '0', step: 'any', 'aria-label': label }));
  const usual = () => fields.forEach((field, place) => { field.value = String(USUAL[kind][place]); });
  usual();
  const where = button('Click its base on the map', { on: { async click() {
    base = (await desk.pick()) ?? base;
    if (base) where.textContent = `Base at ${base.lat.toFixed(4)}, ${base.lon.toFixed(4)}`;
  } } });

  async function save() {
    if (!name.value.trim()) return void name.focus();
    if (!base) return void notify('Click its base on the map first: the plan counts the way from there.', { bad: true });
    const [speed, good, fair, poor, lasts] = fields.map((field) => Number(field.value));
    const body = { name: name.value.trim(), kind, speed_kmh: speed, sweep_m: { good, fair, poor }, endurance_h: lasts, base: { ...base, name: station.value.trim() }, radio: radio.value.trim() };
    if (!await desk.attempt('/api/v1/resources', { method: 'POST', body }, `${body.name} is on the board.`)) return undefined;
    name.value = '';
    return done();
  }

  return part('Add a resource', el('div', { class: 'edit-two' }, labelled('Name', name), labelled('Kind', choice('Kind of resource', KINDS, kind, (next) => { kind = next; usual(); }))), where,
    el('div', { class: 'edit-two' }, labelled('Base', station), labelled('Radio', radio), ...fields.map((field) => labelled(field.getAttribute('aria-label'), field))), el('div', { class: 'actions' }, button('Add', { class: 'button primary', 'aria-label': 'Add the resource', on: { click: save } })));
}
