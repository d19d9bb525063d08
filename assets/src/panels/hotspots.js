/** Hotspots beside the map: joins the surface, the ranked list, the details and "How sure?". */
import { IDS } from './ids.js';
import { byId, throttle } from './dom.js';
import { holds } from '../map/hotspot-cells.js';
import { isOfEarlier, optionsText, parseOptions } from '../map/hotspot-options.js';
import { cellSentence } from '../map/hotspot-words.js';
import { clippedText } from '../map/shapes.js';
import { factsOf, hotspotDetails } from './hotspots-details.js';
import { showAnalysis } from './hotspots-analysis.js';
import { hotspotActions } from './hotspots-actions.js';
import { hotspotList } from './hotspots-list.js';
import { showHowSure } from './hotspots-sure.js';

/** In a surge the list follows new reports this often at most; the filter at once. */
const LIVE_EVERY_MS = 4000;
const PARAMETER = 'hotspots';
const SURROUNDINGS = 0.75;

/** How the surface was left in this tab. */
const left = {
  get() {
    try {
      return sessionStorage.getItem(`wf.${PARAMETER}`);
    } catch {
      return null;
    }
  },
  set(text) {
    try {
      sessionStorage.setItem(`wf.${PARAMETER}`, text);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  },
};

/**
 * Bring the hotspots to life.
 * @param {{state: object, map: object, tabs: object, sides: object, selection: object, token: string|null, on: Function}} context
 */
export function startHotspots({ state, map, tabs, sides, selection, token, on }) {
  const panel = byId(IDS.hotspotDetails);
  let surface = { on: false, about: {} };
  let method = null;
  let held = null;
  let now = { token: String(token ?? '') };

  const sure = () => showHowSure(held || !surface.about?.method ? method ?? surface.about?.method : surface.about.method);
  const details = hotspotDetails({ state, actions: hotspotActions({ state, map, sure }), select: (target) => selection.select(target, { fly: true }), close: () => hold(null) });
  const list = hotspotList({
    state, sure, set: (change) => map.setHotspots(change),
    pick(item, { fly }) {
      hold(placeOf(item));
      if (fly) map.flyTo({ bbox: roundabout(item.bbox) });
    },
    hover: (item) => map.markHotspots({ hovered: item?.outline ?? null }),
    took(items, given) {
      method = given;
      tabs.count(PARAMETER, items.length);
      map.markHotspots({ items });
    },
  });
  tabs.add({ name: PARAMETER, label: 'Hotspots', title: 'Ranked hotspots (h)', nodes: [byId(IDS.hotspotHead), byId(IDS.hotspotList)] });

  /** The list is asked for while somebody looks at it, or at the surface that it belongs to. */
  function rank() {
    if (tabs.current() === PARAMETER || (surface.on && surface.layer === 'hotspots')) list.refresh(now);
    else {
      list.forget();
      tabs.count(PARAMETER, null);
    }
  }
  const rankLive = throttle(rank, LIVE_EVERY_MS);

  function hold(place) {
    held = place;
    panel.hidden = place === null;
    byId(IDS.details).hidden = place !== null;
    map.markHotspots({ held: place?.outline ?? null, hovered: null });
    if (!place) {
      details.clear();
      panel.closest('.details').classList.toggle('has-selection', selection.current() !== null);
      return;
    }
    if (selection.current()) selection.select(null);
    panel.closest('.details').classList.add('has-selection');
    sides.show('panel');
    details.show(place);
    list.highlight(place.id);
  }

  function placeOf(item) {
    return { ranked: true, id: item.id, name: item.name, kicker: `Hotspot ${item.rank} of ${list.items().length}`, sentence: item.sentence, count: item.count, facts: factsOf(item, now),
      sites: item.sites, shape: item.shape, bbox: item.bbox, outline: item.outline };
  }

  /** A cell within a ranked hotspot stands for it; any other stands for itself. */
  function onCell({ detail: cell }) {
    const ranked = cell.kind === (now.kind ?? 'gi_star') ? list.items().find(({ outline }) => holds(outline, [cell.lon, cell.lat])) : null;
    hold(ranked ? placeOf(ranked) : placeOfCell(cell, state.params()));
  }

  function showList() {
    if (!surface.on || surface.layer !== 'hotspots') map.setLayer('hotspots', true);
    sides.show('panel');
    tabs.choose(PARAMETER);
    byId(IDS.hotspotList).focus();
  }

  on('wf:hotspots', ({ detail }) => {
    surface = detail;
    const text = optionsText(detail.options, { density: detail.layer === 'density', hotspots: detail.layer === 'hotspots' });
    state.beside(PARAMETER, text);
    left.set(text);
    if (detail.layer !== 'hotspots') return rank();
    const { cell, bbox } = detail.options;
    const own = isOfEarlier(detail.kind);
    const exposure = own ? '' : detail.options.exposure;
    now = { ...now, bbox, exposure, kind: own ? detail.kind : 'gi_star', against: own ? detail.options.against : '', cell_m: cell === 'auto' ? null : detail.about.cell_m, reports: detail.about.reports };
    return rank();
  });
  on('wf:hotspot', onCell);
  on('wf:hotspot-list', showList);
  on('wf:how-sure', sure);
  on('wf:analysis', () => showAnalysis(state));
  state.follow(() => rank());

  function fromAddress() {
    const said = new URLSearchParams(window.location.search).get(PARAMETER);
    // Back from another page: as it was left.
    use(said ?? (state.again ? left.get() : null));
  }

  function use(text) {
    const asked = parseOptions(text);
    if (asked) {
      map.setHotspots(asked.options);
      map.setLayer(asked.layer, true);
    } else if (surface.on) for (const layer of ['density', 'hotspots']) map.setLayer(layer, false);
  }
  fromAddress();
  on('popstate', fromAddress);

  return {
    list, showList,
    /** The hotspot or cell in hand; null when there is none. */
    opened: () => held,
    /** The surface as the address says it, '' for none; and back to one that was said so. */
    text: () => (surface.on ? optionsText(surface.options, { density: surface.layer === 'density', hotspots: surface.layer === 'hotspots' }) : ''),
    use,
    /** The tab was chosen: the map shows what the list speaks of. */
    chosen() {
      if (!surface.on || surface.layer !== 'hotspots') map.setLayer('hotspots', true);
      rank();
    },
    changed(newToken) {
      now = { ...now, token: String(newToken) };
      rankLive();
    },
    /** A record was selected: it takes the place of the hotspot. */
    recordChosen() {
      if (held) hold(null);
    },
    /** Close what is held; tell whether something was. */
    back() {
      const was = held !== null;
      if (was) hold(null);
      return was;
    },
  };
}

/** Return a box with its surroundings: what is hot is seen beside what is not. */
function roundabout([west, south, east, north]) {
  const [x, y] = [(east - west) * SURROUNDINGS, (north - south) * SURROUNDINGS];
  return [west - x, south - y, east + x, north + y];
}

function placeOfCell({ id, kind, properties, about, geometry, lines }, { shape, not }) {
  const ring = geometry.coordinates[0];
  const [lons, lats] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)];
  const bbox = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
  const [title, ...rest] = lines;
  // Within what is drawn, unless that is what is left out.
  const within = shape && !not?.split(',').includes('shape') ? clippedText(shape, bbox) : '';
  return { id, name: title, kicker: 'One cell of the map', sentence: cellSentence(kind, properties, about),
    facts: rest.map((text, at) => [at ? ' ' : 'Measured', text]), count: properties.count, sites: null, shape: within || `r:${bbox.join(',')}`, bbox, outline: geometry };
}
