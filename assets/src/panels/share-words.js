/** The words of what leaves: kinds, forms, markings, states. */
import { el } from './dom.js';

export const WHAT = [['incidents', 'Reports'], ['sites', 'Sites'], ['hotspots', 'Hotspots'], ['photos', 'Photos of reports'], ['brief', 'A brief']];
/** Markings as the interface takes them, and as people read them. */
export const MARKINGS = [['clear', 'TLP:CLEAR'], ['green', 'TLP:GREEN'], ['amber', 'TLP:AMBER'], ['amber_strict', 'TLP:AMBER+STRICT'], ['red', 'TLP:RED']];
export const RECIPIENT_KINDS = [['agency', 'Agency'], ['person', 'Person'], ['public', 'The public']];
export const STORES = [['open', 'Open data'], ['incident', 'Incidents'], ['sar', 'Suspicious activity'], ['intel', 'Criminal intelligence']];
const TABLES = [['csv', 'CSV'], ['xlsx', 'Excel'], ['geojson', 'GeoJSON'], ['kml', 'KML'], ['gpkg', 'GeoPackage'], ['parquet', 'Parquet']];
export const FORMS = {
  incidents: TABLES, sites: TABLES, hotspots: [['csv', 'CSV'], ['geojson', 'GeoJSON']], photos: [['zip', 'ZIP']],
  brief: [['pdf', 'PDF'], ['pptx', 'PowerPoint'], ['html', 'Web page with its map'], ['png', 'Picture of the map'], ['gpkg', 'GeoPackage of what is shown'], ['kml', 'KML of what is shown']],
};
export const STATES = { released: 'Released', held: 'Waiting for approval', refused: 'Refused', recalled: 'Recalled' };
const KINDS = { incident: 'Reports', incidents: 'Reports', site: 'Sites', sites: 'Sites', photos: 'Photos', print: 'Printed map', hotspots: 'Hotspots', brief: 'Brief', alert: 'Alert', api: 'Answers of the interface', table: 'Table' };

/** Return what a release is in words. */
export const kindOf = (release) => KINDS[release.what] ?? String(release.what ?? 'Release').replaceAll('_', ' ');

/** Return to whom a release went. */
export const toWhom = (release) => release.recipient_name || nameOf(release.recipient);

/** Return the state of a release as a word in a frame. */
export const stateOf = (state) => el('span', { class: `status release-${String(state).replace(/[^a-z_]/g, '')}`, text: STATES[state] ?? state });

/** Return the name of a recipient, however the server says it. */
export const nameOf = (recipient) => recipient?.name ?? recipient ?? 'nobody';

/** Return a place in words: where, and how surely. */
export function placeText(place) {
  if (!place) return 'No place';
  const sure = place.accuracy_m > 0 ? ` ± ${place.accuracy_m >= 1000 ? `${(place.accuracy_m / 1000).toFixed(1)} km` : `${Math.round(place.accuracy_m)} m`}` : '';
  const at = Number.isFinite(place.lon) ? `${place.lat.toFixed(4)}, ${place.lon.toFixed(4)}${sure}` : '';
  return [place.text, at].filter(Boolean).join(' · ') || 'No place';
}
