/** One place from the map: whoever asked is told once, and no longer waits when the tool is put down. */

/**
 * Let somebody pick one place on the map.
 * @param {{draw: (tool: string) => void}} map
 * @param {(place: {lon: number, lat: number}) => void} take
 */
export function pickOnce(map, take) {
  // First: picking up this tool puts down the one before, which is told in the same way.
  map.draw('pick');
  const waiting = new AbortController();
  const { signal } = waiting;
  window.addEventListener('wf:pick', ({ detail }) => { waiting.abort(); take(detail); }, { signal });
  window.addEventListener('wf:shape', () => waiting.abort(), { signal });
}
