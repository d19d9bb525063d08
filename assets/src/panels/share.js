/** The Share page in the browser: what would leave, who may have it, who says yes, and what went out. */
import { IDS } from './ids.js';
import { byId, el, throttle } from './dom.js';
import { createTabs } from './tabs.js';
import { fillApprovals } from './share-approval.js';
import { fillLog } from './share-log.js';
import { fillPreview } from './share-preview.js';
import { createRecipients, fillRecipients } from './share-recipients.js';
import { fillThird } from './share-third.js';

const PANES = [['preview', 'Preview', fillPreview], ['recipients', 'Recipients', fillRecipients], ['waiting', 'Waiting for approval', fillApprovals], ['log', 'Log', fillLog], ['third', 'Third agency', fillThird]];

/**
 * Bring the page to life.
 * @param {HTMLElement} root
 * @param {{map: object, token: () => string|null}} context
 */
export function startShare(root) {
  const { agencies } = JSON.parse(root.dataset.words);
  const stopping = new AbortController();
  const asked = Object.fromEntries(new URLSearchParams(window.location.search));
  const panes = Object.fromEntries(PANES.map(([name, label]) => [name, el('div', { class: 'share-pane', role: 'tabpanel', 'aria-label': label, tabindex: '0' })]));
  byId(IDS.shareBody).replaceChildren(...Object.values(panes));
  const recipients = createRecipients();
  const parts = {};
  const tabs = createTabs(byId(IDS.shareTabs), { chosen: (name) => parts[name]?.refresh() });
  const context = { agencies, recipients, asked, signal: stopping.signal, open: (name) => tabs.choose(name), count: (name, n) => tabs.count(name, n || null) };
  for (const [name, label, fill] of PANES) {
    parts[name] = fill(panes[name], context);
    tabs.add({ name, label, nodes: [panes[name]] });
  }
  recipients.refresh();
  parts.waiting.refresh();
  if (PANES.some(([name]) => name === asked.tab)) tabs.choose(asked.tab);
  else parts.preview.refresh();

  const look = throttle(() => { parts.waiting.refresh(); if (tabs.current() === 'log') parts.log.refresh(); }, 5000);
  window.addEventListener('wf:sanitised', () => parts.preview.refresh(), { signal: stopping.signal });
  return {
    back: () => document.activeElement?.blur?.(),
    changed: () => !stopping.signal.aborted && look(),
    stop: () => stopping.abort(),
  };
}
