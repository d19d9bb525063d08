/** Where a file is dropped or chosen, and how far its way to the server is. */
import { button, el } from './dom.js';

/**
 * Fill the drop zone.
 * @param {HTMLElement} host
 * @param {{sent: (upload: {token: string}) => void, refused: (error: {message: string, hint?: string}) => void}} hooks
 */
export function createDrop(host, { sent, refused }) {
  let request = null;
  const input = el('input', { class: 'visually-hidden', type: 'file', id: 'wf-import-file', on: { change: () => {
    if (input.files.length) send(input.files[0]);
    input.value = '';
  } } });
  const zone = el('label', { class: 'drop-zone', for: 'wf-import-file' },
    input,
    el('span', { class: 'drop-what', text: 'Drop a file here, or choose one' }),
    el('span', { class: 'muted', text: 'CSV, Excel, Parquet, GeoJSON, TopoJSON, KML, shapefile, GPX, GeoPackage; packed or not' }));
  const words = el('span', { class: 'grow' });
  const bar = el('progress', { max: '1', 'aria-label': 'Progress of the upload' });
  const stopButton = button('Cancel', { on: { click: () => request?.abort() } });
  const way = el('div', { class: 'drop-way', hidden: true }, el('div', { class: 'file-line' }, words, stopButton), bar);
  host.replaceChildren(zone, way);

  const over = (on) => (event) => {
    event.preventDefault();
    zone.classList.toggle('over', on);
  };
  zone.addEventListener('dragover', over(true));
  zone.addEventListener('dragleave', over(false));
  zone.addEventListener('drop', (event) => {
    over(false)(event);
    const { files } = event.dataTransfer;
    if (files.length > 1) refused({ message: 'One file at a time.', hint: 'Put files that belong together into a .zip.' });
    else if (files.length) send(files[0]);
  });

  function send(file) {
    request?.abort();
    const mine = new XMLHttpRequest();
    request = mine;
    zone.hidden = true;
    way.hidden = false;
    words.textContent = `Sending ${file.name}`;
    bar.removeAttribute('value');
    mine.upload.addEventListener('progress', ({ loaded, total }) => {
      bar.value = total ? loaded / total : 0;
      words.textContent = loaded < total
        ? `Sending ${file.name}: ${megabytes(loaded)} of ${megabytes(total)} MB`
        : `Reading ${file.name} …`;
    });
    mine.addEventListener('load', () => {
      const answer = parsed(mine.responseText);
      if (mine.status === 201) sent(answer);
      else refused({ message: answer.message ?? `The server answered ${mine.status}.`, hint: answer.hint });
    });
    mine.addEventListener('error', () => refused({ message: 'The file did not reach the server.', hint: 'Check the connection, then choose it again.' }));
    mine.addEventListener('abort', () => refused({ message: 'The upload was cancelled; nothing was kept.' }));
    mine.addEventListener('loadend', () => {
      if (request !== mine) return;
      request = null;
      zone.hidden = false;
      way.hidden = true;
    });
    mine.open('POST', `/api/v1/uploads?${new URLSearchParams({ name: file.name })}`);
    mine.setRequestHeader('Content-Type', 'application/octet-stream');
    mine.send(file);
  }

  return { stop: () => request?.abort() };
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
