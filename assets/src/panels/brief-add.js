/** `b`: what is looked at becomes a page of the open brief, from whichever page; it can be taken back at once. */
import { el, notify } from './dom.js';
import { ask } from './api.js';
import { may } from './format.js';
import { openBrief, refused, visit } from './brief-desk.js';
import { withShape } from './hotspots-actions.js';
import { format } from './query.js';

const KINDS = { view: 'The view', chart: 'The chart', incident: 'The incident', hotspot: 'The hotspot', site: 'The site', household: 'The household', alert: 'The alert' };

/**
 * Say what of the page in hand would be added.
 * @param {{root: HTMLElement, part: object}|null} page
 * @param {object} map
 */
export function whatIsShown(page, map) {
  const part = page?.part ?? {};
  const asked = part.forBrief?.();
  if (asked) return asked;
  const record = document.querySelector('main [data-wf-record]');
  if (part.state) {
    const view = { filter: part.state.text(), bbox: map?.state()?.bbox ?? null };
    const hotspot = part.hotspots?.opened?.();
    if (hotspot?.ranked) return { kind: 'hotspot', ...view, id: hotspot.id };
    // A cell of the surface has no name of its own: its reports have.
    if (hotspot) return { kind: 'view', filter: format(withShape(part.state.params(), hotspot.shape)), bbox: hotspot.bbox };
    if (record && part.selection?.current()) return { ...JSON.parse(record.dataset.wfRecord), ...view };
    return { kind: 'view', ...view };
  }
  return record ? JSON.parse(record.dataset.wfRecord) : null;
}

/** Add it to the open brief, or ask for one. */
export async function addToBrief(page, map) {
  if (!may('share_view')) return notify('Your role reads briefs and does not make them. Ask a supervisor for one that does.', { bad: true });
  const shown = whatIsShown(page, map);
  if (!shown) return notify('There is nothing here to put into a brief. Open an incident, a site, a household or an alert, or go to the Watch page.', { bad: true });
  const open = openBrief.get();
  if (!open) return offer(shown);
  try {
    await put(open, shown);
  } catch (error) {
    if (error.status === 404 || error.status === 409) {
      openBrief.set(null);
      return offer(shown, error.status === 409 ? 'The open brief is frozen.' : 'The open brief is gone.');
    }
    refused(error);
  }
  return undefined;
}

async function put({ id, title }, { kind, filter, bbox, id: record }, tries = 2) {
  const address = `/api/v1/briefs/${id}`;
  const brief = await ask(address);
  if (brief.frozen_at) {
    const error = new Error('The brief is frozen.');
    error.status = 409;
    throw error;
  }
  const before = new Set(brief.pages.map((page) => page.id));
  try {
    await ask(`${address}/pages`, { method: 'POST', body: { kind, ...(filter !== undefined && { filter }), ...(bbox && { bbox }), ...(record && { id: record }), revision: brief.revision } });
  } catch (error) {
    // Somebody else wrote in it just then: the page is added to what it is now.
    if (error.status === 409 && tries > 1) return put({ id, title }, { kind, filter, bbox, id: record }, tries - 1);
    throw error;
  }
  const now = await ask(address);
  const made = now.pages.find((page) => !before.has(page.id));
  notify(`${KINDS[kind] ?? 'It'} is page ${now.pages.indexOf(made) + 1} of “${(now.title ?? title).slice(0, 60)}”.`, { seconds: 10, action: { label: 'Undo', run: () => undo(address, made) } });
  window.dispatchEvent(new CustomEvent('wf:brief-added', { detail: { id } }));
  return undefined;
}

async function undo(address, page) {
  try {
    const { revision } = await ask(address);
    await ask(`${address}/pages/${page.id}`, { method: 'DELETE', body: { revision } });
    notify('The page is out of the brief again.');
  } catch (error) {
    refused(error);
  }
}

function offer(shown, why = 'No brief is open.') {
  notify(why, { seconds: 20, action: { label: 'Start one with this', async run() {
    try {
      const brief = await ask('/api/v1/briefs', { method: 'POST', body: { template: null, title: 'Brief', filter: shown.filter ?? '', bbox: null, since: null, hours: 24, shared: false } });
      openBrief.set(brief);
      await put(brief, shown);
    } catch (error) {
      refused(error);
    }
  } } });
}

/** Open the brief that `b` adds to. */
export const goToBrief = () => visit(openBrief.get() ? `/brief/${openBrief.get().id}` : '/brief');

/** A button that adds, for pages whose panels JavaScript makes. */
export function addButton() {
  return may('share_view') ? el('button', { type: 'button', class: 'button', title: 'b', text: 'Add to brief', dataset: { wfDo: 'add-brief' } }) : null;
}
