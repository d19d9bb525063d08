/** The words of the Respond page: statuses, kinds of evidence, clocks. */
import { el } from './dom.js';
import { count } from './format.js';

export const STATUSES = [
  ['unverified', 'Unverified'], ['located', 'Located'], ['assigned', 'Assigned'], ['reached', 'Reached'],
  ['evacuated', 'Evacuated'], ['safe', 'Safe'], ['duplicate', 'Duplicate'], ['deceased', 'Deceased'],
];

export const KINDS = {
  point: 'Point', candidates: 'Place name', bearing: 'Bearing and distance', near_line: 'Along a road', visible_from: 'Seen from',
  area: 'Area', cell_sector: 'Cell sector', sighting: 'Sighting', footprint: 'Photo or video from the air', damage: 'Damage',
  last_known: 'Last known point', searched: 'Searched, not found',
};

export const BOARD = [['available', 'Available'], ['assigned', 'Assigned'], ['searching', 'Searching'], ['returning', 'Returning'], ['out_of_service', 'Out of service']];

/** Return what a code is called in a list of pairs. */
export const named = (pairs, code) => pairs.find(([value]) => value === code)?.[1] ?? code;

/** "4 people", "1 person". */
export const people = (n) => `${count(n)} ${Number(n) === 1 ? 'person' : 'people'}`;

/** 0.384 → "0.38"; 12.3 → "12". */
export const amount = (n) => (Math.abs(n) >= 10 ? count(Math.round(n)) : Number(n ?? 0).toFixed(Math.abs(n) >= 1 ? 1 : 2));

/** Hours as people say them: "40 min", "6 h", "3.1 days". */
export function hours(n) {
  if (n < 1) return `${Math.round(n * 60)} min`;
  return n < 48 ? `${n < 10 ? Number(n.toFixed(1)) : Math.round(n)} h` : `${(n / 24).toFixed(1)} days`;
}

/** What the water clock says. */
export function water(clock) {
  const left = clock.water_hours_left;
  if (left === null || left === undefined) return 'Water unknown';
  return left <= 0 ? `Water out ${hours(-left)}` : `Water ${hours(left)} left`;
}

/** How long nobody has heard of them. */
export function contact(clock) {
  const since = hours(clock.hours_since_contact);
  return clock.contact_known === false ? `Call ${since} ago` : `Contact ${since} ago`;
}

/** "Trapped · 30" → "Trapped": in a row the reason counts, in the pane its points too. */
export const withoutPoints = (reason) => reason.replace(/ · [\d.]+$/, '');

/** How urgent a score is: a letter beside the colour of the same severity. */
export function urgency(score) {
  if (score >= 60) return { level: 5, letter: 'H', label: 'Urgent' };
  if (score >= 30) return { level: 4, letter: 'W', label: 'Soon' };
  return { level: 2, letter: 'N', label: 'Later' };
}

/** Return the mark of an urgency. */
export function urgencyMark(score) {
  const { level, letter, label } = urgency(score);
  return el('span', { class: `sev sev-${level}`, title: `${label}: ${score} points` }, el('span', { class: 'sev-letter', 'aria-hidden': 'true', text: letter }), el('span', { class: 'visually-hidden', text: `${label}. ` }));
}
