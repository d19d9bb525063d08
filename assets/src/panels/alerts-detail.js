/** One alert: why, against what, which incidents, who took it, and how people were told. */
import { button, el } from './dom.js';
import { ago, longTime, moment, shortTime } from './format.js';
import { waits } from './alerts-desk.js';
import { markingChip, severityMark, stateMark } from './alerts-marks.js';
import { againstText } from './alerts-words.js';
import { addButton } from './brief-add.js';

const CHANNELS = { smtp: 'E-mail', webhook: 'Webhook', screen: 'Screen' };
const OUTCOMES = { waiting: 'waits', sending: 'is being sent', sent: 'sent', failed: 'failed, will be tried again', retried: 'failed, was tried again', given_up: 'given up', silent: 'not sent: quiet hours' };

/**
 * Return an alert as a panel.
 * @param {object} alert
 * @param {{settle: Function, edit: Function, may: boolean}} actions
 */
export function alertDetail(alert, { settle, edit, may }) {
  return el('div', { class: 'alert-detail' },
    el('div', { class: 'detail-head' },
      el('div', { class: 'marks' }, severityMark(alert.severity), stateMark(alert.state), alert.marking ? markingChip(alert.marking) : null),
      el('h2', { text: alert.reason }),
      el('div', { class: 'actions' },
        may && waits(alert) ? button('Acknowledge', { class: 'button primary', title: 'a', on: { click: () => settle(alert, 'acknowledge') } }) : null,
        may && alert.state !== 'closed' ? button('Close', { on: { click: () => settle(alert, 'close') } }) : null,
        addButton(),
        button('Open the watch area', { class: 'button quiet', on: { click: () => edit(alert.watch_area.id) } }))),
    el('div', { class: 'part' }, facts(alert)),
    incidents(alert),
    deliveries(alert.deliveries ?? []));
}

function facts(alert) {
  const pairs = [
    ['Watch area', alert.watch_area.name],
    ['Count', againstText(alert)],
    ['Since', when(alert.at)],
    ['Acknowledged', alert.acknowledged_at ? when(alert.acknowledged_at, `by ${alert.acknowledged_by ?? 'somebody'}, `) : ''],
    ['Escalates', waits(alert) && alert.escalate_at && !alert.escalated_at ? when(alert.escalate_at, 'unless somebody acknowledges, ') : ''],
    ['Escalated', alert.escalated_at ? when(alert.escalated_at, 'nobody had acknowledged: ') : ''],
    ['Closed', alert.closed_at ? when(alert.closed_at) : ''],
  ].filter(([, value]) => value);
  return el('dl', { class: 'facts' }, ...pairs.map(([what, value]) => el('div', { class: 'fact' }, el('dt', { text: what }), el('dd', {}, value))));
}

/** A moment whose age keeps ticking. */
function when(text, before = '') {
  const ms = Date.parse(text);
  return el('span', {}, `${before}${moment(ms)} · `, el('span', { dataset: { wfAge: String(ms) }, text: ago(ms) }));
}

function incidents({ incidents: listed = [], count: total }) {
  const rows = listed.map((one) => el('button', {
    type: 'button', class: 'row-button', title: 'Open on the Watch page', dataset: { wfSelect: JSON.stringify({ kind: 'incident', fid: one.fid, lon: one.lon, lat: one.lat }) },
  }, el('div', { text: one.title }), el('div', { class: 'row-sub', text: one.occurred ? longTime(one.occurred) : 'Time not known' })));
  const rest = total - listed.length;
  return el('section', { class: 'part' }, el('h3', { text: 'Reports behind it' }),
    ...(rows.length ? rows : [el('p', { class: 'note', text: 'None of its reports can be shown to you.' })]),
    rows.length && rest > 0 ? el('p', { class: 'note', text: `and ${rest.toLocaleString('en-US')} more` }) : null);
}

/** What failed and came to a next attempt since does not wait for it any more. */
function outcomeOf(one, listed) {
  const next = one.outcome === 'failed' && listed.find((other) => other.channel === one.channel && other.address === one.address && other.attempt === one.attempt + 1);
  return next && next.outcome !== 'waiting' ? 'retried' : one.outcome;
}

function deliveries(listed) {
  const rows = listed.map((one) => el('li', {},
    el('span', { text: `${CHANNELS[one.channel] ?? one.channel}${one.address ? ` to ${one.address}` : ''}` }),
    el('span', { class: 'who', text: [one.at || one.due ? shortTime(one.at ?? one.due) : '', OUTCOMES[outcomeOf(one, listed)] ?? one.outcome, one.attempt > 1 ? `attempt ${one.attempt}` : '', one.detail].filter(Boolean).join(' · ') })));
  return el('section', { class: 'part' }, el('h3', { text: 'Delivery log' }),
    rows.length ? el('ul', { class: 'history' }, ...rows) : el('p', { class: 'note', text: 'Shown on the screens of those who are told. No mail or webhook is set for this watch area.' }));
}
