/** The legend that is also the layer switch: what is drawn, how much of it, and what the signs mean. */
import { make } from './events.js';
import { createHotspotLegend } from './hotspot-legend.js';
import { SEVERITY_COLORS, SEVERITY_LABELS, SEVERITY_LETTERS } from './palette.js';

const ROWS = [
  { name: 'incidents', label: 'Incidents' },
  { name: 'sites', label: 'Sites' },
  { name: 'areas', label: 'Areas' },
  { name: 'density', label: 'Where reports are' },
  { name: 'hotspots', label: 'Hotspots' },
];

/**
 * Put the legend on the map.
 * @param {HTMLElement} element
 * @param {{state: {layers: Record<string, boolean>}, onSwitch: (name: string, on: boolean) => void,
 *   onPage: (name: string, on: boolean) => void, onHotspots: (change: object) => void}} options
 */
export function createLegend(element, { state, onSwitch, onPage, onHotspots }) {
  const box = make('section', 'wf-legend');
  box.setAttribute('aria-label', 'Layers and legend');
  const head = make('button', 'wf-legend-head', 'Layers');
  head.type = 'button';
  const body = make('div', 'wf-legend-body');
  box.append(head, body);
  const rows = Object.fromEntries(ROWS.map((row) => [row.name, layerRow(row, state.layers[row.name], (on) => {
    onSwitch(row.name, on);
    onPage(row.name, on);
  })]));
  const hotspots = createHotspotLegend({ onSet: onHotspots });
  hotspots.choose(state.hotspots);
  const [without, withoutSites] = [unplaced('incidents'), unplaced('sites')];
  for (const row of ROWS) {
    body.append(rows[row.name].box);
    if (row.name === 'incidents') body.append(severityKey(), without.node);
    if (row.name === 'sites') body.append(withoutSites.node);
    if (row.name === 'density') body.append(hotspots.density);
    if (row.name === 'hotspots') body.append(hotspots.block);
  }
  element.append(box);

  function fold(folded) {
    box.classList.toggle('wf-legend-folded', folded);
    head.setAttribute('aria-expanded', String(!folded));
  }
  function setLayer(name, on) {
    if (!rows[name]) return;
    rows[name].input.checked = on;
    rows[name].box.classList.toggle('wf-off', !on);
    hotspots.density.hidden = !state.layers.density;
    hotspots.block.hidden = !state.layers.hotspots;
  }
  head.addEventListener('click', () => fold(!box.classList.contains('wf-legend-folded')));
  // A small map needs its ground more than its key.
  fold(element.clientHeight < 420 || element.clientWidth < 760);
  for (const row of ROWS) setLayer(row.name, state.layers[row.name]);

  return {
    setLayer,
    /** @param {Record<string, number>} counts by layer; `unlocated` and `unlocatedSites` are how many of them no map can show */
    setCounts({ unlocated, unlocatedSites, ...counts }) {
      without.say(unlocated);
      withoutSites.say(unlocatedSites);
      for (const [name, count] of Object.entries(counts)) {
        if (rows[name]) rows[name].count.textContent = count === null ? '' : Number(count).toLocaleString('en-US');
      }
    },
    hotspots,
    /** Put something of its own at the foot. */
    append: (node) => body.append(node),
    toggle: () => fold(!box.classList.contains('wf-legend-folded')),
    destroy: () => box.remove(),
  };
}

/** Return a line that says how many of a layer no map can show. */
function unplaced(name) {
  const node = make('div', `wf-key-note wf-key-without wf-without-${name}`);
  node.hidden = true;
  return {
    node,
    say(count) {
      if (count === undefined) return;
      node.hidden = !count;
      node.textContent = `${Number(count).toLocaleString('en-US')} of them without a location: in lists only.`;
    },
  };
}

function layerRow({ name, label }, on, onChange) {
  const box = make('label', 'wf-legend-row');
  const input = make('input');
  input.type = 'checkbox';
  input.checked = on;
  input.addEventListener('change', () => onChange(input.checked));
  const sign = make('span', `wf-sign wf-sign-${name}`);
  sign.setAttribute('aria-hidden', 'true');
  const count = make('span', 'wf-legend-count');
  box.append(input, sign, make('span', 'wf-legend-label', label), count);
  return { box, input, count };
}

function severityKey() {
  const key = make('div', 'wf-key wf-key-severity');
  key.setAttribute('aria-label', 'Severity, from none to extreme');
  key.setAttribute('role', 'img');
  SEVERITY_COLORS.forEach((color, level) => {
    const step = make('span', 'wf-key-step', SEVERITY_LETTERS[level]);
    step.style.background = color;
    step.title = SEVERITY_LABELS[level];
    key.append(step);
  });
  const ends = make('div', 'wf-key-ends');
  ends.append(make('span', '', 'none'), make('span', '', 'extreme'));
  const signs = make('div', 'wf-key-note', 'Ring: place is within. Dashed: accuracy unknown. “?”: place unknown.');
  const both = make('div', 'wf-key-block');
  both.append(key, ends, signs);
  return both;
}
