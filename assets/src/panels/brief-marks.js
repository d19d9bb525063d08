/** Markings of briefs and of what is shared. */
import { markingChip } from './alerts-marks.js';

const RANKS = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'];

/** Return the highest of some markings; "" of none. */
export function highestMarking(texts) {
  const known = texts.filter(Boolean);
  const [highest] = [...known].sort((one, other) => RANKS.indexOf(other.split(' ')[0]) - RANKS.indexOf(one.split(' ')[0]));
  if (!highest) return '';
  return known.some((text) => text.endsWith(' LES')) ? `${highest.split(' ')[0]} LES` : highest.split(' ')[0];
}

/** Return a marking as a chip, its caveats after it; what says nothing is the most restrictive. */
export function markingOf(text) {
  const chip = markingChip((text || 'TLP:RED').split(' ')[0]);
  chip.textContent = (text || 'TLP:RED').replace(' ', ' · ');
  return chip;
}
