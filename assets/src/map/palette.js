/** The colours of the map, which paper shares: tokens of the page for the ground, NAPSG's ramp for severity. */
import tokens from '../../../layers/style/palette.json';

export const SEVERITY_COLORS = tokens.severity.colors;
export const SEVERITY_LETTERS = tokens.severity.letters;
export const SEVERITY_LABELS = tokens.severity.labels;

/** From this severity on (moderate) a symbol is loud; what is below has a grey frame and a coloured letter. */
export const LOUD_FROM = tokens.severity.loud_from;

/** Site status by FEMA lifeline: unknown, green, yellow, red; the letter stands beside the colour. */
export const SITE_STATUS_LETTERS = tokens.site_status.letters;
export const SITE_STATUS_LABELS = tokens.site_status.labels;

/** Outlines of an incident's frame in a 40-px square, and what is written on and round them. */
export const FRAMES = tokens.frames;

/** Perceptually even and safe for colour-blind readers; low to high. */
export const DENSITY_RAMP = tokens.ramp;

/**
 * @typedef {object} Palette
 * @property {'dark'|'light'} theme
 * @property {string} ground
 * @property {string} panel
 * @property {string} line
 * @property {string} text
 * @property {string} muted
 * @property {string} accent
 * @property {string} ink   the dark fill of incident symbols, in both themes
 * @property {string[]} ramp    of the surfaces, low to high: what is most stands out most on either ground
 * @property {string[]} change  of a difference, fewer to more
 * @property {string[]} siteStatus  frame colour by status
 */

/**
 * Return the colours of a theme.
 * @param {'dark'|'light'} theme
 * @returns {Palette}
 */
export function palette(theme) {
  const name = theme === 'light' ? 'light' : 'dark';
  return {
    theme: name,
    ...tokens.themes[name],
    ramp: name === 'dark' ? DENSITY_RAMP : [...DENSITY_RAMP].reverse(),
    change: tokens.change[name],
  };
}
