/** The note beside the pointer: title, time and how sure the place is, fetched when somebody lingers. */
import { make } from './events.js';
import { DEFAULT_POINT } from './layers-incidents.js';
import { SEVERITY_LABELS, SITE_STATUS_LABELS } from './palette.js';

const LINGER_MS = 120;
const REMEMBER = 200;
const OFFSET_PX = 16;

/**
 * Show notes over a map.
 * @param {{map: import('maplibre-gl').Map, element: HTMLElement}} context
 * @param {{hover: (target: object|null) => void}} marks
 */
export function createHover({ map, element }, marks) {
  const note = make('div', 'wf-note');
  note.setAttribute('role', 'tooltip');
  note.hidden = true;
  element.append(note);
  const known = new Map();
  let current = '';
  let timer = 0;
  let request = null;

  function place(point) {
    const { clientWidth: width, clientHeight: height } = element;
    const left = point.x + OFFSET_PX + note.offsetWidth > width ? point.x - OFFSET_PX - note.offsetWidth : point.x + OFFSET_PX;
    const top = Math.min(point.y + OFFSET_PX, height - note.offsetHeight - 4);
    note.style.transform = `translate(${Math.max(4, Math.round(left))}px, ${Math.max(4, Math.round(top))}px)`;
  }

  function fill(hit, record) {
    const own = hit.kind === 'cell' ? [] : linesOf(noteLines(hit, record));
    // What stands on a cell says first what it is, then what the cell says.
    const cell = hit.cell ? [make('div', own.length ? 'wf-note-cell wf-note-beneath' : 'wf-note-cell')] : [];
    cell[0]?.append(...linesOf(hit.cell.lines));
    note.replaceChildren(...own, ...cell);
    note.hidden = false;
  }

  async function lookUp(key, hit, point) {
    request?.abort();
    request = new AbortController();
    try {
      const answer = await fetch(`/api/v1/features/${hit.kind}s/${hit.fid}`, { signal: request.signal });
      if (!answer.ok) return;
      remember(known, key, await answer.json());
    } catch {
      return; // The line is cut or the pointer has moved on: what the tile says stays on screen.
    }
    if (key !== current) return;
    fill(hit, known.get(key));
    place(point);
  }

  return {
    /**
     * @param {import('./pointer.js').Hit|null} hit
     * @param {{x: number, y: number}} [point]
     */
    show(hit, point) {
      const key = hit ? `${hit.kind}/${hit.fid ?? `${hit.lon},${hit.lat}`}/${hit.cell?.id ?? ''}` : '';
      if (key && key === current) {
        place(point);
        return;
      }
      current = key;
      clearTimeout(timer);
      marks.hover(hit && isRecord(hit) ? hit : null);
      if (!hit) {
        note.hidden = true;
        return;
      }
      fill(hit, known.get(key));
      place(point);
      if (isRecord(hit) && !known.has(key)) timer = setTimeout(lookUp, LINGER_MS, key, hit, point);
    },
    destroy() {
      clearTimeout(timer);
      request?.abort();
      note.remove();
    },
  };
}

const isRecord = ({ kind }) => kind === 'incident' || kind === 'site';
const linesOf = (lines) => lines.filter(Boolean).map((text, index) => make('div', index ? 'wf-note-line' : 'wf-note-title', text));

/**
 * Return the lines of a note: what is known from the tile, then from the record.
 * @param {import('./pointer.js').Hit} hit
 * @param {object} [record]
 */
export function noteLines(hit, record) {
  const { properties } = hit;
  if (hit.kind === 'cluster') {
    const grave = Number(properties.hi) || 0;
    const red = Number(properties.red) || 0;
    return [`${Number(properties.n).toLocaleString('en-US')} ${'sev' in properties ? 'incidents' : 'sites'}`,
      grave ? `${grave.toLocaleString('en-US')} high or extreme` : '', red ? `${red.toLocaleString('en-US')} with status red` : '',
      'Click to look closer'];
  }
  if (hit.kind === 'site') {
    const status = SITE_STATUS_LABELS[Number(properties.status) || 0];
    return [record?.name ?? properties.name ?? 'Site', [record?.kind ?? properties.kind, `status ${status.toLowerCase()}`].filter(Boolean).join(' · '), record?.address];
  }
  const several = Number(properties.n) > 1 ? `${Number(properties.n).toLocaleString('en-US')} reports on this spot` : '';
  const title = record?.title ?? record?.type_label ?? 'Incident';
  const facts = [record?.type_label, SEVERITY_LABELS[Number(properties.sev) || 0]].filter(Boolean).join(' · ');
  return [title, facts, record ? when(record.occurred, record.time_precision) : '', certainty(properties), several];
}

function certainty({ acc, loc }) {
  if (Number(loc) === DEFAULT_POINT) return 'Place not known: the source’s stand-in point';
  const metres = Number(acc);
  if (!(metres > 0)) return 'Accuracy of the place not known';
  return metres >= 1000 ? `Place within ${(metres / 1000).toFixed(1)} km` : `Place within ${Math.round(metres)} m`;
}

/** Write a time as exactly as its source tells it, and no more. */
function when(text, precision = 'minute') {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return '';
  const day = { month: 'short', day: 'numeric', year: 'numeric' };
  if (precision === 'year') return String(time.getUTCFullYear());
  if (precision === 'month') return time.toLocaleDateString('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' });
  if (precision === 'day') return `${time.toLocaleDateString('en-US', day)} (day only)`;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' };
  return `${time.toLocaleString('en-US', { ...day, ...clock })} (${time.toISOString().slice(11, 16)}Z)`;
}

function remember(store, key, value) {
  store.set(key, value);
  if (store.size > REMEMBER) store.delete(store.keys().next().value);
}
