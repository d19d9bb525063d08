/** The colours of the map: tokens of the page for the ground, NAPSG's ramp for severity. */

/** NAPSG Incident Symbology Guideline v2.0: none, low, notice, moderate, watch, high, extreme. */
export const SEVERITY_COLORS = ['#FFFFFF', '#00AC3A', '#237ACF', '#FFD718', '#FF8918', '#FF181E', '#ED1AFC'];
export const SEVERITY_LETTERS = ['–', 'L', 'N', 'M', 'W', 'H', 'X'];
export const SEVERITY_LABELS = ['None', 'Low', 'Notice', 'Moderate', 'Watch', 'High', 'Extreme'];

/** From this severity on (moderate) a symbol is loud; what is below has a grey frame and a coloured letter. */
export const LOUD_FROM = 3;

/** Site status by FEMA lifeline: unknown, green, yellow, red; the letter stands beside the colour. */
export const SITE_STATUS_LETTERS = ['U', 'G', 'Y', 'R'];
export const SITE_STATUS_LABELS = ['Unknown', 'Green', 'Yellow', 'Red'];

/** Perceptually even and safe for colour-blind readers (after cividis); low to high. */
export const DENSITY_RAMP = ['#12305C', '#3D4A6B', '#666970', '#8E8A6F', '#BBAE60', '#EAD646'];

/** Fewer, the same, more: blue and orange are told apart by colour-blind readers too. */
const CHANGE_RAMPS = { dark: ['#6FB7F2', '#2C3A4C', '#2A2F38', '#54402A', '#F7A540'], light: ['#1B5C9E', '#B9D3EA', '#EEF0F3', '#F0CFA6', '#A84F00'] };

const FALLBACK = {
  dark: { ground: '#0E1116', panel: '#161B22', line: '#2A313C', text: '#E6EAF0', muted: '#9AA4B2', accent: '#4C9AFF' },
  light: { ground: '#F6F7F9', panel: '#FFFFFF', line: '#D9DEE5', text: '#1A212B', muted: '#586374', accent: '#1366D6' },
};

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
  const dark = theme !== 'light';
  return {
    theme: dark ? 'dark' : 'light',
    ...FALLBACK[dark ? 'dark' : 'light'],
    ramp: dark ? DENSITY_RAMP : [...DENSITY_RAMP].reverse(),
    change: CHANGE_RAMPS[dark ? 'dark' : 'light'],
    ink: dark ? '#0E1116' : '#1A212B',
    siteStatus: dark ? ['#9AA4B2', '#2FBF62', '#FFD718', '#FF5A5F'] : ['#586374', '#00802B', '#B38600', '#D40D13'],
  };
}
