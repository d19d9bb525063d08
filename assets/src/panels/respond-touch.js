/** Dragging with a finger: what a mouse does by itself is told to the same places as the same events. */
import { el } from './dom.js';

const TYPE = 'text/wf-resource';

/**
 * Return a grip that drags a resource with a finger or a pen.
 * @param {{id: string, name: string}} resource
 */
export function grip(resource) {
  const node = el('span', { class: 'board-grip', 'aria-hidden': 'true', text: '⠿' });
  let carried = null;
  let ghost = null;
  let under = null;

  /** Tell what lies under the finger of a drag; say whether it takes what is dragged. */
  function tell(kind, target, { clientX, clientY }, relatedTarget = null) {
    return Boolean(target) && !target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, clientX, clientY, dataTransfer: carried, relatedTarget }));
  }

  function move(event) {
    ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY - 36}px)`;
    const now = document.elementFromPoint(event.clientX, event.clientY);
    if (under && under !== now) tell('dragleave', under, event, now);
    under = now;
    return tell('dragover', now, event);
  }

  function end() {
    ghost?.remove();
    node.classList.remove('dragged');
    node.closest('[draggable]')?.setAttribute('draggable', 'true');
    carried = null;
    ghost = null;
    under = null;
  }

  node.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse' || !event.isPrimary) return;
    event.preventDefault();
    node.setPointerCapture(event.pointerId);
    node.classList.add('dragged');
    // A long press would begin the browser's own dragging, which then takes the finger away.
    node.closest('[draggable]')?.setAttribute('draggable', 'false');
    carried = new DataTransfer();
    carried.setData(TYPE, resource.id);
    ghost = el('div', { class: 'board-ghost', text: resource.name });
    document.body.append(ghost);
    move(event);
  });
  node.addEventListener('pointermove', (event) => { if (carried) move(event); });
  node.addEventListener('pointerup', (event) => {
    if (!carried) return;
    const taken = move(event);
    tell(taken ? 'drop' : 'dragleave', under, event);
    end();
  });
  node.addEventListener('pointercancel', (event) => {
    if (carried) tell('dragleave', under, event);
    end();
  });
  return node;
}
