/** Numbers, times and distances as the floor reads them. */

let zone = 'UTC';
let facts = { user: 0, zone: 'UTC', may: [], pages: {} };

/** Take the installation's facts from the page once it is there. */
export function takeFacts(given) {
  facts = given;
  zone = given.zone || 'UTC';
}

/** Return what is known of the installation and of who looks. */
export const appFacts = () => facts;

/** Tell whether the role of who looks allows this. */
export const may = (permission) => facts.may.includes(permission);

const formats = new Map();
function parts(ms, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat('en-US', { hourCycle: 'h23', ...options }));
  return Object.fromEntries(formats.get(key).formatToParts(ms).map((part) => [part.type, part.value]));
}

/** 1284 → "1,284". */
export const count = (n) => Number(n ?? 0).toLocaleString('en-US');

/** The clock in Z: "19:32Z". */
export function zulu(ms) {
  return `${new Date(ms).toISOString().slice(11, 16)}Z`;
}

/** The local clock with its zone: "14:32 EST". */
export function local(ms) {
  const p = parts(ms, { timeZone: zone, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
  return `${p.hour}:${p.minute} ${p.timeZoneName}`;
}

function dayOf(ms) {
  const p = parts(ms, { timeZone: zone, day: 'numeric', month: 'short', year: 'numeric' });
  return { day: `${p.day} ${p.month}`, year: p.year };
}

const PRECISIONS = ['second', 'minute', 'hour', 'day', 'month', 'year'];

/** "14:32" today, "18 Nov 14:32" this year, "18 Nov 2024" before; local time. */
export function shortTime(value, precision = 'second') {
  const ms = new Date(value).getTime();
  if (Number.isNaN(ms)) return '';
  const [then, now] = [dayOf(ms), dayOf(Date.now())];
  const clock = local(ms).slice(0, 5);
  if (then.year !== now.year) return `${then.day} ${then.year}`;
  if (PRECISIONS.indexOf(precision) >= 3) return then.day;
  return then.day === now.day ? clock : `${then.day} ${clock}`;
}

/** "22 Nov 14:32 EST (19:32Z)": a moment whose day matters. */
export const moment = (ms) => `${dayOf(ms).day} ${local(ms)} (${zulu(ms)})`;

/** "14:32 EST (19:32Z) · 4 min ago", with its day unless that is today. */
export function longTime(value) {
  const ms = new Date(value).getTime();
  const [then, now] = [dayOf(ms), dayOf(Date.now())];
  const day = then.day === now.day && then.year === now.year ? '' : `${then.day} ${then.year}, `;
  return `${day}${local(ms)} (${zulu(ms)}) · ${ago(ms)}`;
}

/** How long ago, in the largest unit that says enough. */
export function ago(ms, now = Date.now()) {
  const seconds = (now - ms) / 1000;
  const size = Math.abs(seconds);
  let text = `${(size / 31557600).toFixed(1)} years`;
  for (const [unit, length, limit] of [['s', 1, 60], ['min', 60, 5400], ['h', 3600, 129600], ['d', 86400, 6e7]]) {
    if (size < limit) {
      text = `${Math.floor(size / length)} ${unit}`;
      break;
    }
  }
  return seconds < -30 ? `in ${text}` : `${text} ago`;
}

/** 0.3 → as "310 m", "2.4 km". */
export function distance(metres) {
  if (metres < 1000) return `${Math.round(metres)} m`;
  return metres < 100000 ? `${(metres / 1000).toFixed(1)} km` : `${count(Math.round(metres / 1000))} km`;
}

/** The value of a datetime-local field, in the installation's zone, for a moment. */
export function toField(ms) {
  const p = parts(ms, { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

/** The moment that a datetime-local field means in the installation's zone, or NaN. */
export function fromField(text) {
  const wanted = Date.parse(`${text}Z`);
  // Two rounds settle the offset on both sides of a change of the clocks.
  let guess = wanted;
  for (let round = 0; round < 2 && !Number.isNaN(guess); round += 1) guess += wanted - Date.parse(`${toField(guess)}Z`);
  return guess;
}

/** A moment as the filter writes it: ISO, ending in Z, no finer than it has to be. */
export function isoZ(ms) {
  return new Date(ms).toISOString().replace('.000Z', 'Z').replace(/T(\d\d:\d\d):00Z$/, 'T$1Z');
}
