/** To whom a brief went, in which form, and whether what it said still stands. */
import { el } from './dom.js';
import { longTime } from './format.js';
import { nothing } from './respond-desk.js';

/** Fill the pane. */
export function fillSent(host) {
  return {
    show(brief) {
      const sent = brief.releases ?? [];
      const stale = (brief.stale ?? []).length;
      if (!sent.length) return host.replaceChildren(nothing('This brief has gone to nobody.', 'Send … shows first what a recipient would get, and what they would not.'));
      host.replaceChildren(stale ? el('p', { class: 'brief-stale', text: 'They hold words that have changed since. A correction from the log tells all of them.' }) : '',
        el('ul', { class: 'brief-rows' }, ...sent.map((one) => el('li', {}, el('a', { class: 'brief-row', href: `/share?tab=log&release=${encodeURIComponent(one.id)}` },
          el('span', { class: 'what', text: one.recipient?.name ?? one.recipient }), el('span', { class: 'muted', text: [String(one.form ?? '').toUpperCase(), one.at ? longTime(one.at) : ''].filter(Boolean).join(' · ') }),
          stale ? el('span', { class: 'stale-mark', text: 'holds what has changed' }) : null)))));
      return undefined;
    },
  };
}
