/** Correcting a place: a marker that is dragged, or moved with the arrow keys, and then confirmed. */
import { Marker } from 'maplibre-gl';
import { make, tell } from './events.js';
import { createGuide } from './guide.js';

const STEP_PX = 2;
const LEAP_PX = 20;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Let people move one incident.
 * @param {{map: import('maplibre-gl').Map, element: HTMLElement}} context
 */
export function createMover({ map, element }) {
  const guide = createGuide(element, () => finish());
  let marker = null;
  let target = null;
  let moved = false;

  function clear() {
    marker?.remove();
    marker = null;
    guide.hide();
  }

  function finish() {
    const at = marker?.getLngLat();
    clear();
    if (at && moved) tell('moved', { fid: target.fid, lon: Number(at.lng.toFixed(6)), lat: Number(at.lat.toFixed(6)) });
  }

  function onKey(event) {
    if (event.key === 'Escape') {
      clear();
    } else if (event.key === 'Enter') {
      finish();
    } else if (Object.hasOwn(ARROWS, event.key)) {
      const pixels = event.shiftKey ? LEAP_PX : STEP_PX;
      const spot = map.project(marker.getLngLat());
      marker.setLngLat(map.unproject([spot.x + ARROWS[event.key][0] * pixels, spot.y + ARROWS[event.key][1] * pixels]));
      moved = true;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return {
    /** @param {{fid: number, lon: number, lat: number}|null} next */
    start(next) {
      clear();
      if (!next) return;
      target = next;
      moved = false;
      const handle = make('button', 'wf-mover');
      handle.type = 'button';
      handle.setAttribute('aria-label', 'Drag to the right place, or use the arrow keys; Enter keeps it, Escape leaves it');
      handle.addEventListener('keydown', onKey);
      marker = new Marker({ element: handle, draggable: true }).setLngLat([next.lon, next.lat]).addTo(map);
      marker.on('dragend', () => {
        moved = true;
        handle.focus();
      });
      guide.show('Drag the mark to the right place, then Done. Esc leaves it where it was.');
      handle.focus();
    },
    active: () => marker !== null,
    destroy() {
      clear();
      guide.remove();
    },
  };
}
