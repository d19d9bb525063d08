/** A sheet of paper: the map as it is, its legend, the time and the marking. */
import { make } from './events.js';

/**
 * Print what the map shows.
 * @param {{map: import('maplibre-gl').Map, element: HTMLElement}} context
 * @param {() => Promise<() => void>} onPaper  puts the map into the colours of paper, and returns how to take them off
 */
export async function printMap({ map, element }, onPaper) {
  // Whoever keeps the log is asked first: what is not entered in it does not go on paper.
  const waits = [];
  window.dispatchEvent(new CustomEvent('wf:print', { detail: { waits } }));
  if ((await Promise.all(waits)).includes(false)) return;
  const sheet = make('div', 'wf-sheet');
  const picture = new Image();
  picture.alt = 'Map';
  const asBefore = await onPaper();
  picture.src = await pictureOf(map);
  asBefore();
  await picture.decode().catch(() => undefined);
  const now = new Date();
  const local = now.toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'short', hour12: false });
  const marking = markingOnScreen();
  sheet.append(make('div', 'wf-sheet-marking', marking));
  sheet.append(picture);
  const legend = element.querySelector('.wf-legend')?.cloneNode(true);
  if (legend) {
    legend.classList.remove('wf-legend-folded');
    sheet.append(legend);
  }
  sheet.append(make('div', 'wf-sheet-foot', `Watchfloor · ${local} (${now.toISOString().slice(0, 16)}Z)`));
  sheet.append(make('div', 'wf-sheet-marking', marking));
  document.body.append(sheet);
  document.body.classList.add('wf-printing');
  const done = () => {
    sheet.remove();
    document.body.classList.remove('wf-printing');
  };
  window.addEventListener('afterprint', done, { once: true });
  window.print();
}

/** Return the next frame as a picture: WebGL forgets a frame once it is shown, so it is read as it is drawn. */
function pictureOf(map) {
  return new Promise((resolve) => {
    map.once('render', () => resolve(map.getCanvas().toDataURL('image/png')));
    map.triggerRepaint();
  });
}

function markingOnScreen() {
  return [...document.querySelectorAll('#wf-banner > *')].map((node) => node.textContent.trim()).filter(Boolean).join(' · ');
}
