/** The hotspot part of the legend: what is shown, against what, in which cells; what the signs mean; what was left out. */
import { make, tell } from './events.js';
import { Z_STOPS } from './hotspot-cells.js';
import { AGAINST, AGAINST_SHORT, isOfEarlier, KINDS, LEAST_CELL_M, MOST_CELL_M, USUAL, USUAL_SHORT } from './hotspot-options.js';
import { number, TRENDS } from './hotspot-words.js';

const MODES = ['gi_star', 'excess', 'trend', 'difference'];
const SIZES = [['auto', 'Auto'], ['x0.5', 'Auto, half'], ['x2', 'Auto, twice'], ['own', 'In metres …']];
const PRINTED = 12;
const POPULATION = 'Not adjusted for population.';

/**
 * Make the block under the switch.
 * @param {{onSet: (change: object) => void}} options
 */
export function createHotspotLegend({ onSet }) {
  const block = make('div', 'wf-key-block wf-hot');
  const controls = make('div', 'wf-hot-controls');
  const modes = make('div', 'wf-hot-modes');
  modes.setAttribute('role', 'group');
  modes.setAttribute('aria-label', 'What the hotspot layer shows');
  const buttons = MODES.map((kind) => {
    const button = make('button', '', KINDS[kind]);
    button.type = 'button';
    button.addEventListener('click', () => onSet({ kind }));
    modes.append(button);
    return [kind, button];
  });
  const against = choice('Against', Object.entries(AGAINST_SHORT), (value) => onSet({ against: value }));
  const size = choice('Cell size', SIZES, (value) => {
    own.hidden = value !== 'own';
    if (value === 'own') own.querySelector('input').focus();
    else onSet({ cell: value });
  });
  const own = metres((value) => onSet({ cell: value }));
  const within = choice('Within', [['all', 'All that is filtered'], ['here', 'This view only'], ['again', 'The present view']], (value) => onSet({ here: value !== 'all' }));
  const adjusted = choice('Adjust for', [['', 'Nothing']], (value) => onSet({ exposure: value }));
  adjusted.select.title = 'Areas that were imported with a column of population can be adjusted for';
  controls.append(modes, against.box, size.box, own, within.box, adjusted.box);
  fetch('/api/v1/hotspots/exposures').then((answer) => (answer.ok ? answer.json() : { items: [] })).then(offer, () => null);
  const key = make('div', 'wf-hot-key');
  const said = make('div', 'wf-hot-said');
  const foot = make('div', 'wf-hot-foot');
  const list = act('List', () => tell('hotspot-list'));
  const sure = act('How sure?', () => tell('how-sure'));
  foot.append(list, sure, act('Analysis', () => tell('analysis')));
  const printed = make('div', 'wf-print-only');
  const [method, ranks] = [make('p'), make('ol')];
  printed.append(method, ranks);
  const density = make('div', 'wf-key-block');
  const densityKey = rampKey(['few reports', 'many']);
  const densitySaid = make('div', 'wf-key-note', `Where reports are. ${POPULATION} No reports is not all clear.`);
  density.append(densityKey, densitySaid);
  block.append(controls, foot, key, said, printed);

  let asked = { kind: 'gi_star', exposure: '' };
  function offer({ items }) {
    for (const { id, name } of items) {
      const option = make('option', '', name);
      option.value = id;
      adjusted.select.append(option);
    }
    adjust();
  }
  function adjust() {
    adjusted.box.hidden = asked.kind !== 'gi_star' || adjusted.select.options.length < 2;
    adjusted.select.value = asked.exposure;
  }

  function choose(options) {
    asked = options;
    adjust();
    for (const [kind, button] of buttons) button.setAttribute('aria-pressed', String(kind === options.kind));
    against.box.hidden = !isOfEarlier(options.kind);
    const short = options.kind === 'excess' ? USUAL_SHORT : AGAINST_SHORT;
    for (const option of against.select.options) option.textContent = short[option.value];
    against.select.value = options.against;
    against.select.title = `Compared with ${wordsOf(options)}`;
    const inMetres = /^\d+$/.test(options.cell);
    size.select.value = inMetres ? 'own' : options.cell;
    own.hidden = !inMetres;
    if (inMetres) own.querySelector('input').value = options.cell;
    within.select.value = options.bbox ? 'here' : 'all';
    within.select.options[1].textContent = options.bbox ? 'The dashed box' : 'This view only';
    within.select.options[2].hidden = !options.bbox;
    key.replaceChildren(...keyOf(options.kind));
  }

  return {
    density,
    block,
    choose,
    busy: () => { for (const place of [said, densitySaid]) place.classList.add('wf-busy'); },
    /** Say what an answer of the server is, and what it does not know. */
    say(kind, answer, options) {
      for (const place of [said, densitySaid]) place.classList.remove('wf-busy');
      if (kind === 'density') {
        densitySaid.textContent = [answer.note, POPULATION, leftOut(answer)].filter(fresh()).join(' ');
        return;
      }
      for (const option of size.select.options) {
        const inUse = option.value === options.cell && answer.cell_m;
        option.textContent = SIZES.find(([value]) => value === option.value)[1] + (inUse ? ` (${lengthText(answer.cell_m)})` : '');
      }
      said.replaceChildren(...[answer.note, facts(answer), answer.exposure ?? POPULATION, leftOut(answer)].filter(fresh()).map((words) => make('p', 'wf-key-note', words)));
      method.textContent = `${KINDS[kind]}${isOfEarlier(kind) ? `, against ${wordsOf(options)}` : ''}. ${answer.method?.text ?? ''}`;
    },
    refuse(message, hint) {
      for (const place of [said, densitySaid]) place.classList.remove('wf-busy');
      said.replaceChildren(make('p', 'wf-key-note wf-hot-refused', `${message} ${hint}`));
      densitySaid.textContent = `${message} ${hint}`;
      method.textContent = '';
    },
    /** The strongest ones go onto paper with the map. */
    rank(items) {
      ranks.replaceChildren(...items.slice(0, PRINTED).map(({ name, sentence }) => make('li', '', `${name}: ${sentence}`)));
      list.textContent = items.length ? `List (${number(items.length)})` : 'List';
    },
  };
}

/** A line is said once, however many parts of the answer hold it. */
function fresh() {
  let before = '';
  return (words) => {
    const isNew = Boolean(words) && !before.includes(words);
    before += words ?? '';
    return isNew;
  };
}

function facts({ reports, cell_m, tests, tested }) {
  const made = tested && tests ? `, ${number(tests)} tests, corrected` : '';
  return reports === undefined ? '' : `${number(reports)} reports${cell_m ? ` in cells of ${lengthText(cell_m)}` : ''}${made}.`;
}

/** Return what was left out, in words; nothing where nothing was. */
export function leftOut(answer) {
  const { default_points_left_out: stand, duplicates_left_out: twice, unlocated_left_out: lost, cells = {} } = answer;
  const parts = [
    stand && `${number(stand)} on stand-in points`, twice && `${number(twice)} duplicates`, lost && `${number(lost)} without a place`,
    cells.masked_water && `${number(cells.masked_water)} cells of water`, cells.masked_outside && `${number(cells.masked_outside)} cells outside`,
  ].filter(Boolean);
  return parts.length ? `Left out: ${parts.join(', ')}.` : '';
}

const wordsOf = ({ kind, against }) => (kind === 'excess' ? USUAL : AGAINST)[against];

function keyOf(kind) {
  if (kind === 'trend') {
    const rows = make('div', 'wf-hot-trends');
    for (const { letter, way, label, seen } of Object.values(TRENDS)) {
      const row = make('span', 'wf-hot-trend', label);
      row.title = seen;
      const sign = make('i', `wf-hot-letter wf-way-${way}`, letter);
      row.prepend(sign);
      rows.append(row);
    }
    return [rows, sign('wf-key-hatch', 'Hatched: passed a test'), sign('wf-key-dots', 'Dotted, reversed: cold')];
  }
  if (kind === 'difference') {
    return [rampKey(['¼ ×', 'the same', '4 ×'], 'wf-key-change'), sign('wf-key-hatch', '+ more, passed a test'), sign('wf-key-dots', '− fewer, passed a test'),
      sign('wf-key-bold', 'Bold: robust at 2 or 3 sizes')];
  }
  return [rampKey(Z_STOPS.filter((_, index) => index % 2 === 0).map((z, index) => (index ? String(z) : `z ${z}`)).concat(`${Z_STOPS.at(-1)}+`)),
    sign('wf-key-hatch', 'Hatched: passed a test'), sign('wf-key-bold', 'Bold: robust at 2 or 3 sizes'), sign('wf-key-edge', 'Dashed: at the edge'),
    sign('wf-key-faint', 'Faint: may be chance')];
}

function sign(className, words) {
  const line = make('div', 'wf-key-claim');
  line.append(make('span', className), make('span', '', words));
  return line;
}

function rampKey(words, className = '') {
  const box = make('div');
  const ends = make('div', 'wf-key-ends');
  ends.append(...words.map((each) => make('span', '', each)));
  box.append(make('div', `wf-key-ramp ${className}`), ends);
  return box;
}

function choice(label, entries, onChange) {
  const box = make('label', 'wf-hot-choice');
  const select = make('select', 'field small');
  for (const [value, words] of entries) {
    const option = make('option', '', words);
    option.value = value;
    select.append(option);
  }
  select.addEventListener('change', () => onChange(select.value));
  box.append(make('span', '', label), select);
  return { box, select };
}

function metres(onChange) {
  const box = make('label', 'wf-hot-choice');
  const input = make('input', 'field small');
  Object.assign(input, { type: 'number', min: String(LEAST_CELL_M), max: String(MOST_CELL_M), step: '50', placeholder: '500' });
  input.addEventListener('change', () => input.value && onChange(input.value));
  box.append(make('span', '', 'Metres'), input);
  box.hidden = true;
  return box;
}

function act(words, run) {
  const button = make('button', 'button', words);
  button.type = 'button';
  button.addEventListener('click', run);
  return button;
}

function lengthText(value) {
  return value < 1000 ? `${Math.round(value)} m` : `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} km`;
}
