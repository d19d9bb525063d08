import { Map, setWorkerUrl } from 'maplibre-gl';
setWorkerUrl(new URL('./maplibre-gl-worker.mjs', import.meta.url).href);
export function createMap() { return { Map }; }
