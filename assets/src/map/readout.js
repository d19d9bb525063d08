/** The coordinates under the pointer, at the foot of the map: a click changes how they are written, another copies. */
import { FORMATS, FORMAT_LABELS, write } from './coordinates.js';
import { make } from './events.js';

const REMEMBERED_AS = 'wf-coordinates';
const SAY_COPIED_MS = 1200;

/** A MapLibre control that shows where the pointer is, and the centre when there is no pointer. */
export class Readout {
  onAdd(map) {
    this.map = map;
    this.format = FORMATS.includes(localStorage.getItem(REMEMBERED_AS)) ? localStorage.getItem(REMEMBERED_AS) : FORMATS[0];
    this.place = map.getCenter();
    this.frame = 0;
    this.box = make('div', 'maplibregl-ctrl wf-readout');
    this.text = make('button', 'wf-readout-text');
    this.copy = make('button', 'wf-readout-copy', 'Copy');
    for (const button of [this.text, this.copy]) button.type = 'button';
    this.text.title = 'Click for the next way of writing';
    this.text.addEventListener('click', () => this.next());
    this.copy.addEventListener('click', () => this.copyText());
    this.box.append(this.text, this.copy);
    this.follow = ({ lngLat }) => this.show(lngLat);
    this.centre = () => this.show(map.getCenter());
    map.on('mousemove', this.follow);
    map.on('mouseout', this.centre);
    map.on('moveend', this.centre);
    this.draw();
    return this.box;
  }

  onRemove() {
    this.map.off('mousemove', this.follow);
    this.map.off('mouseout', this.centre);
    this.map.off('moveend', this.centre);
    cancelAnimationFrame(this.frame);
    this.box.remove();
  }

  show(place) {
    this.place = place;
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = 0;
    const words = write({ lon: this.place.lng, lat: this.place.lat }, this.format);
    this.text.textContent = words;
    this.text.setAttribute('aria-label', `${FORMAT_LABELS[this.format]}: ${words}. Change how coordinates are written`);
  }

  next() {
    this.format = FORMATS[(FORMATS.indexOf(this.format) + 1) % FORMATS.length];
    localStorage.setItem(REMEMBERED_AS, this.format);
    this.draw();
  }

  async copyText() {
    try {
      await navigator.clipboard.writeText(this.text.textContent);
      this.copy.textContent = 'Copied';
    } catch {
      this.copy.textContent = 'Not allowed';
    }
    setTimeout(() => (this.copy.textContent = 'Copy'), SAY_COPIED_MS);
  }
}
