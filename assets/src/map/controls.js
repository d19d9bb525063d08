/** The controls: zoom, north, full screen and print at the upper right; scales and coordinates at the foot. */
import { AttributionControl, FullscreenControl, NavigationControl, ScaleControl } from 'maplibre-gl';
import { make } from './events.js';
import { printMap } from './print.js';
import { Readout } from './readout.js';

/**
 * Add the controls to a map.
 * @param {{map: import('maplibre-gl').Map, element: HTMLElement}} context
 */
export function addControls(context) {
  const { map, element } = context;
  const tools = [new NavigationControl({ visualizePitch: false }), new FullscreenControl({ container: element }), new PrintControl(context)];
  const facts = [
    new AttributionControl({ compact: true }),
    new Readout(),
    new ScaleControl({ unit: 'imperial', maxWidth: 96 }),
    new ScaleControl({ unit: 'metric', maxWidth: 96 }),
  ];
  for (const control of tools) map.addControl(control, 'top-right');
  for (const control of facts) map.addControl(control, 'bottom-right');
  element.querySelector('.maplibregl-ctrl-attrib')?.classList.remove('maplibregl-compact-show');
  return {
    destroy() {
      for (const control of [...tools, ...facts]) map.removeControl(control);
    },
  };
}

class PrintControl {
  constructor(context) {
    this.context = context;
  }

  onAdd() {
    this.box = make('div', 'maplibregl-ctrl maplibregl-ctrl-group');
    const button = make('button', 'wf-print-button');
    button.type = 'button';
    button.title = 'Print the map';
    button.setAttribute('aria-label', 'Print the map');
    button.append(make('span', 'maplibregl-ctrl-icon'));
    button.addEventListener('click', () => printMap(this.context));
    this.box.append(button);
    return this.box;
  }

  onRemove() {
    this.box.remove();
  }
}
