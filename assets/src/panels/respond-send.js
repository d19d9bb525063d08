/** Sending a resource by hand: dropped on a household, task or segment, or chosen after “Send”. */
import { button, el, notify } from './dom.js';
import { ask } from './api.js';

/**
 * @param {{desk: object, host: HTMLElement, resources: () => object[], tasks: () => object[], changed: () => void}} context
 */
export function createSender({ desk, host, resources, tasks, changed }) {
  let waiting = null;
  let busy = false;
  const words = el('span', {});
  const bar = el('div', { class: 'respond-banner', role: 'status', hidden: true }, words, button('Cancel', { 'aria-label': 'Send nobody', on: { click: () => { stop(); desk.leave(); } } }));
  host.append(bar);

  function stop() {
    waiting = null;
    bar.hidden = true;
  }

  /** Send a resource somewhere; a task that another has is taken over from it. */
  async function give(resource, goal) {
    if (busy) return;
    busy = true;
    try {
      await (goal.kind === 'task' ? takeOver(resource, goal) : make(resource, goal));
    } finally {
      busy = false;
      changed();
    }
  }

  async function make(resource, goal, earlier = null) {
    const before = goal.kind === 'household' ? await ask(`/api/v1/households/${goal.id}`).catch(() => null) : null;
    const at = before && before.place.lon === null && !before.proposals.length ? await whereToAsk(resource, before) : null;
    if (at === undefined) return notify('Nobody is sent: nothing says where this household is.');
    const made = await desk.attempt('/api/v1/tasks', { method: 'POST', body: { resource: resource.id, [goal.kind]: goal.id, ...(at && { at }) } });
    if (!made) return earlier && give(earlier.resource, goal);
    const where = made.segment?.name ?? `household ${made.household?.number ?? ''}`;
    const said = made.status === 'planned' ? `${resource.name} goes to ${where} after the task it is at.` : `${resource.name} is assigned to ${where}.`;
    return notify(said, { seconds: 20, action: { label: 'Undo', run: () => undo(made, before, goal, earlier) } });
  }

  /** Of a household that nothing places, let a person say where to begin; undefined when that is given up. */
  async function whereToAsk(resource, one) {
    words.textContent = `Nothing says where ${one.number} is: click where ${resource.name} asks for them first. Esc stops.`;
    bar.hidden = false;
    const at = await desk.pick();
    bar.hidden = true;
    return at ?? undefined;
  }

  async function undo(made, before, goal, earlier) {
    const now = (await ask('/api/v1/tasks').catch(() => ({ items: [] }))).items.find((one) => one.id === made.id) ?? made;
    if (await desk.attempt(`/api/v1/tasks/${made.id}`, { method: 'PATCH', body: { status: 'cancelled', revision: now.revision } })) {
      if (earlier) await desk.attempt('/api/v1/tasks', { method: 'POST', body: { resource: earlier.resource.id, [goal.kind]: goal.id } });
      else if (before) await asItWas(before);
    }
    changed();
  }

  /** What a cancelled task leaves as “located” is what it was before. */
  async function asItWas(before) {
    const now = await ask(`/api/v1/households/${before.id}`).catch(() => null);
    if (now && now.status !== before.status && now.status === 'located') await desk.attempt(`/api/v1/households/${before.id}/status`, { method: 'POST', body: { status: before.status, note: 'Undone', revision: now.revision } });
  }

  async function takeOver(resource, { id }) {
    const task = tasks().find((one) => one.id === id);
    if (!task) return notify('This task is no longer there.', { bad: true });
    if (task.resource?.id === resource.id) {
      if (task.status !== 'planned') return notify(`${resource.name} has this task already.`);
      const done = await desk.attempt(`/api/v1/tasks/${id}`, { method: 'PATCH', body: { status: 'assigned', revision: task.revision } });
      return done && notify(`${resource.name} is assigned to task ${task.order}.`, { seconds: 10, action: { label: 'Undo', async run() { await desk.attempt(`/api/v1/tasks/${id}`, { method: 'PATCH', body: { status: 'planned', revision: done.revision } }); changed(); } } });
    }
    const goal = task.segment ? { kind: 'segment', id: task.segment.id } : { kind: 'household', id: task.household?.id };
    if (!await desk.attempt(`/api/v1/tasks/${id}`, { method: 'PATCH', body: { status: 'cancelled', revision: task.revision } })) return undefined;
    const earlier = resources().find((one) => one.id === task.resource?.id);
    return make(resource, goal, earlier ? { resource: earlier } : null);
  }

  return {
    /** Wait for where a resource is sent: pressed in the list, on the map, or among the tasks. */
    start(resource) {
      waiting = resource;
      words.textContent = `Send ${resource.name}: choose a household in the list or on the map, a task, or a segment. Esc stops.`;
      bar.hidden = false;
    },
    stop,
    waiting: () => waiting !== null,
    /** Take a goal that was pressed, or that a resource was dropped on; says whether it was taken. */
    take(goal, id = null) {
      const resource = id ? resources().find((one) => one.id === id) : waiting;
      if (!resource) return false;
      stop();
      give(resource, goal);
      return true;
    },
  };
}

/** Let a resource be dropped on what `goalOf` finds under the pointer. */
export function dropOn(host, goalOf, send) {
  let marked = null;
  const mark = (node) => {
    if (marked === node) return;
    marked?.classList.remove('over');
    node?.classList.add('over');
    marked = node;
  };
  host.addEventListener('dragover', (event) => {
    const found = event.dataTransfer.types.includes('text/wf-resource') ? goalOf(event.target) : null;
    mark(found?.node ?? null);
    if (found) event.preventDefault();
  });
  host.addEventListener('dragleave', ({ relatedTarget }) => { if (!host.contains(relatedTarget)) mark(null); });
  host.addEventListener('drop', (event) => {
    const found = goalOf(event.target);
    mark(null);
    const id = event.dataTransfer.getData('text/wf-resource');
    if (!found || !id) return;
    event.preventDefault();
    send(found.goal, id);
  });
}
