/** The one entry of the page's own JavaScript: `window.watchfloor = {map, ...panels}`. */
import { createMap } from './map/index.js';
import * as panels from './panels/index.js';

window.watchfloor = Object.assign(window.watchfloor ?? {}, { map: createMap(), panels });
window.dispatchEvent(new CustomEvent('wf:loaded'));
