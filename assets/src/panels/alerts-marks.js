/** Small marks of alerts: severity as glyph and word, states in words. */
import { el } from './dom.js';
import { severityWord } from './alerts-words.js';

const LETTERS = ['–', 'L', 'N', 'M', 'W', 'H', 'X'];
const STATES = { open: 'Open', escalated: 'Escalated', acknowledged: 'Acknowledged', closed: 'Closed' };

/** Return a severity as a diamond with its letter, its word beside it. */
export function severityMark(level) {
  const word = severityWord(level);
  return el('span', { class: 'sev-mark' },
    el('span', { class: `sev sev-${level}`, 'aria-hidden': 'true' }, el('span', { class: 'sev-letter', text: LETTERS[level] ?? '–' })),
    el('span', { class: 'sev-word', text: word[0].toUpperCase() + word.slice(1) }));
}

/** Return a marking as the banner writes it. */
export function markingChip(text) {
  return el('span', { class: `tlp tlp-${text.replace('TLP:', '').replace('+', '-').toLowerCase()}`, text });
}

/** Return the state of an alert as a word in a frame. */
export function stateMark(state) {
  return el('span', { class: `status state-${state}`, text: STATES[state] ?? state });
}
