/** Presses on what the server made: one listener reads `data-wf-…` and runs what it names. */
import { notify } from './dom.js';
import { showPhoto } from './photos.js';
import { act } from './selection.js';

/**
 * Listen for presses and for forms.
 * @param {Record<string, Function>} commands  what `data-wf-do` may name
 * @param {{select: Function, query: Function, move: Function, viewAction: Function}} hooks
 */
export function delegate(commands, hooks) {
  document.addEventListener('click', (event) => {
    const node = event.target.closest('[data-wf-do],[data-wf-act],[data-wf-select],[data-wf-query],[data-wf-view],[data-wf-move],[data-wf-photo]');
    if (!node || node.disabled) return;
    const data = node.dataset;
    if (data.wfDo) commands[data.wfDo]?.(node);
    else if (data.wfSelect) hooks.select(JSON.parse(data.wfSelect), node);
    else if (data.wfQuery !== undefined) hooks.query(data.wfQuery, data.wfMap ? JSON.parse(data.wfMap) : null);
    else if (data.wfMove) hooks.move(JSON.parse(data.wfMove));
    else if (data.wfPhoto) showPhoto(JSON.parse(data.wfPhoto));
    else if (data.wfView) viewAction(JSON.parse(data.wfView), node, hooks);
    else if (data.wfAct) pressed(JSON.parse(data.wfAct), node);
    if (!node.closest('summary')) node.closest('details.menu')?.removeAttribute('open');
  });
}

/** Run an action; one that carries text takes it from the field beside the button. */
function pressed(action, node) {
  const field = node.closest('[data-wf-form]')?.querySelector('textarea, input');
  if (field) {
    const text = field.value.trim();
    if (!text && action.needs_text) {
      field.focus();
      notify('Write something first.', { bad: true });
      return;
    }
    action = { ...action, text };
    field.value = '';
  }
  act(action);
}

function viewAction(action, node, hooks) {
  const field = node.closest('[data-wf-form]')?.querySelector('input');
  if (field) {
    if (!field.value.trim()) {
      field.focus();
      notify('Give the view a name first.', { bad: true });
      return;
    }
    action = { ...action, name: field.value.trim() };
    field.value = '';
  }
  hooks.viewAction(action);
}
