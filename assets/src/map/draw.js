/** Drawing a shape for the filter, measuring, and picking a place: one tool at a time, Escape leaves it. */
import {
  TerraDraw, TerraDrawCircleMode, TerraDrawFreehandMode, TerraDrawLineStringMode, TerraDrawPolygonMode, TerraDrawRectangleMode,
} from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import { tell } from './events.js';
import { createGuide } from './guide.js';
import { measureText } from './measure.js';
import { circleText, lineText, polygonText, rectangleText } from './shapes.js';

const KEYS = { cancel: 'Escape', finish: 'Enter' };
const DRAG = 'click-move-or-drag';

/** What each tool is called by the page, by terra-draw, and what people are told to do. */
const TOOLS = {
  polygon: { mode: 'polygon', text: polygonText, say: 'Click each corner, then the first one again or Enter. Esc stops.' },
  lasso: { mode: 'freehand', text: (ring) => polygonText(thin(ring)), say: 'Drag round what you want. Esc stops.' },
  rectangle: { mode: 'rectangle', text: rectangleText, say: 'Drag from corner to corner. Esc stops.' },
  circle: { mode: 'circle', text: circleText, say: 'Drag from the centre outwards. Esc stops.' },
  route: { mode: 'linestring', line: true, text: lineText, say: 'Click along the route; click the last point again, or Enter, to finish. Esc stops.' },
  measure: { mode: 'linestring', say: 'Click along the way; click the last point again to finish. Esc stops.' },
  pick: { say: 'Click the place, or move it under the cross and press Enter. Esc stops.' },
};

/** The filter travels in the address: a lasso keeps this many corners at most. */
const MOST_CORNERS = 120;

/**
 * Let people draw on a map.
 * @param {{map: import('maplibre-gl').Map, state: object, element: HTMLElement}} context
 */
export function createDrawing({ map, state, element }) {
  const guide = createGuide(element, () => leave());
  let tool = null;
  let terra = null;

  function stop() {
    if (terra) {
      terra.stop();
      terra = null;
    }
    tool = null;
    guide.hide();
    element.classList.remove('wf-picking');
    document.removeEventListener('keydown', onKey, true);
    map.off('click', onPick);
    map.doubleClickZoom.enable();
  }

  /** Put the tool down without a result, and say so: whoever waits for a shape or a place need not wait on. */
  function leave() {
    if (!tool) return;
    stop();
    tell('shape', null);
  }

  function onKey(event) {
    if (event.key === 'Escape') {
      // A pick stands beside a form, whose own lists and fields Escape closes too.
      if (tool === 'pick' && event.target !== document.body && !element.contains(event.target)) return;
      event.stopPropagation();
      leave();
    } else if (event.key === 'Enter' && tool === 'pick' && event.target === map.getCanvas()) {
      event.stopPropagation();
      picked(map.getCenter());
    }
  }

  function onPick({ lngLat }) {
    picked(lngLat);
  }

  function picked({ lng, lat }) {
    stop();
    tell('pick', { lon: Number(lng.toFixed(6)), lat: Number(lat.toFixed(6)) });
  }

  function onFinish(id) {
    const feature = terra?.getSnapshotFeature(id);
    if (!feature) return;
    if (tool === 'measure') {
      guide.say(measureText(feature.geometry.coordinates));
      return;
    }
    const shape = TOOLS[tool].text(TOOLS[tool].line ? feature.geometry.coordinates : feature.geometry.coordinates[0]);
    // Not inside terra-draw's own event: it still works on the feature when this returns.
    queueMicrotask(() => {
      stop();
      tell('shape', { shape });
    });
  }

  function onChange() {
    if (tool !== 'measure') return;
    const line = terra.getSnapshot().findLast((feature) => feature.geometry.type === 'LineString');
    if (line) guide.say(measureText(line.geometry.coordinates));
  }

  return {
    /** @param {'polygon'|'lasso'|'rectangle'|'circle'|'route'|'measure'|'pick'|null} next */
    start(next) {
      leave();
      if (!next || !Object.hasOwn(TOOLS, next)) return;
      tool = next;
      guide.show(TOOLS[next].say);
      document.addEventListener('keydown', onKey, true);
      map.doubleClickZoom.disable();
      if (next === 'pick') {
        element.classList.add('wf-picking');
        map.on('click', onPick);
        map.getCanvas().focus();
        return;
      }
      terra = startTerra(map, state.colors);
      terra.on('finish', onFinish);
      terra.on('change', onChange);
      terra.setMode(TOOLS[next].mode);
    },
    active: () => tool !== null,
    destroy() {
      stop();
      guide.remove();
    },
  };
}

function startTerra(map, colors) {
  const area = {
    fillColor: colors.accent, fillOpacity: 0.12, outlineColor: colors.accent, outlineWidth: 2,
    closingPointColor: colors.accent, closingPointWidth: 5, closingPointOutlineColor: colors.ground, closingPointOutlineWidth: 2,
  };
  const line = {
    lineStringColor: colors.accent, lineStringWidth: 2.5,
    closingPointColor: colors.accent, closingPointWidth: 5, closingPointOutlineColor: colors.ground, closingPointOutlineWidth: 2,
  };
  const terra = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, prefixId: 'wf-draw' }),
    modes: [
      new TerraDrawPolygonMode({ styles: area, keyEvents: KEYS }),
      new TerraDrawFreehandMode({ styles: area, keyEvents: KEYS, drawInteraction: DRAG, minDistance: 4 }),
      new TerraDrawRectangleMode({ styles: area, keyEvents: KEYS, drawInteraction: DRAG }),
      new TerraDrawCircleMode({ styles: area, keyEvents: KEYS, drawInteraction: DRAG }),
      new TerraDrawLineStringMode({ styles: line, keyEvents: KEYS }),
    ],
  });
  terra.start();
  return terra;
}

function thin(ring) {
  const step = Math.ceil(ring.length / MOST_CORNERS);
  if (step <= 1) return ring;
  const kept = ring.slice(0, -1).filter((_, index) => index % step === 0);
  return [...kept, kept[0]];
}
