/** The controls: zoom, north, full screen and print at the upper right; scales and coordinates at the foot. */
import { AttributionControl, FullscreenControl, NavigationControl, ScaleControl } from 'maplibre-gl';
import { make } from './events.js';
import { Readout } from './readout.js';

/**
 * Add the controls to a map.
 * @param {{map: import('maplibre-gl').Map, element: HTMLElement}} context
 * @param {{onMeasure: () => void, onPrint: () => void}} actions
 */
export function addControls(context, { onMeasure, onPrint }) {
  const { map, element } = context;
  const tools = [new NavigationControl({ visualizePitch: false }), new FullscreenControl({ container: element }), new Buttons([
    { name: 'measure', say: 'Measure a distance or an area', act: onMeasure },
    { name: 'print', say: 'Print the map', act: onPrint },
  ])];
  const facts = [
    new AttributionControl({ compact: true }),
    new Readout(),
    new ScaleControl({ unit: 'imperial', maxWidth: 96 }),
    new ScaleControl({ unit: 'metric', maxWidth: 96 }),
  ];
  for (const control of tools) map.addControl(control, 'top-right');
  for (const control of facts) map.addControl(control, 'bottom-right');
  // MapLibre opens the credits at first; the floor needs the room, and they stay one click away.
  map.once('load', () => {
    const credits = element.querySelector('.maplibregl-ctrl-attrib');
    credits?.classList.remove('maplibregl-compact-show');
    credits?.removeAttribute('open');
  });
  return {
    destroy() {
      for (const control of [...tools, ...facts]) map.removeControl(control);
    },
  };
}

/** A group of buttons of our own among MapLibre's. */
class Buttons {
  constructor(buttons) {
    this.buttons = buttons;
  }

  onAdd() {
    this.box = make('div', 'maplibregl-ctrl maplibregl-ctrl-group');
    for (const { name, say, act } of this.buttons) {
      const button = make('button', `wf-button-${name}`);
      button.type = 'button';
      button.title = say;
      button.setAttribute('aria-label', say);
      button.append(make('span', 'maplibregl-ctrl-icon'));
      button.addEventListener('click', act);
      this.box.append(button);
    }
    return this.box;
  }

  onRemove() {
    this.box.remove();
  }
}
