/** A photo in large, over the page; closing it leads back to the small one. */
import { el } from './dom.js';

/**
 * Show a photo of a report.
 * @param {{src: string, alt: string, name: string, about: string}} photo
 */
export function showPhoto(photo) {
  const dialog = el('dialog', { class: 'dialog photo', 'aria-label': photo.alt });
  const close = el('button', { type: 'button', class: 'button', text: 'Close', autofocus: true, on: { click: () => dialog.close() } });
  const save = el('a', { class: 'button', href: photo.src, download: '', text: 'Save' });
  dialog.append(
    el('img', { src: photo.src, alt: photo.alt }),
    el('div', { class: 'photo-foot' }, el('div', { class: 'grow' }, el('div', { text: photo.name }), el('div', { class: 'muted', text: photo.about })), save, close),
  );
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
