/** A watch area while it is edited: what one begins with, what is missing, what is sent. */
import { format } from './query.js';
import { watchable } from './alerts-words.js';

const FIELDS = ['name', 'geography', 'filter', 'rule', 'budget', 'quiet_hours', 'shifts', 'tells', 'escalation', 'channels', 'agency_id', 'active'];

/** Return the draft of a new watch area, filled with what somebody asked to have watched. */
export function newDraft({ name = '', shape = null, area = null, query = '' } = {}) {
  let geography = null;
  if (shape) geography = { kind: 'drawn', shape };
  else if (area) geography = { kind: 'area', area_id: area };
  return {
    name: name.slice(0, 200), geography, filter: canonical(query), rule: { kind: 'unusual', method: 'poisson', within: '1h' }, budget: { alarms: 1, hours: 12 },
    quiet_hours: null, shifts: [], tells: [], escalation: null, channels: [], agency_id: null, active: true,
  };
}

/** Return the draft of a watch area that there is. */
export function draftOf(area) {
  return structuredClone(Object.fromEntries(FIELDS.map((name) => [name, area[name] ?? null])));
}

/** Return a filter as a watch area keeps it: canonical, without time and place. */
export const canonical = (text) => format(watchable(text));

/** Return the fields of a draft that differ from another's. */
export function differing(draft, other) {
  return FIELDS.filter((name) => JSON.stringify(draft[name]) !== JSON.stringify(other[name]));
}

/** Return what is missing, each with what to do. */
export function faults(draft) {
  const wrong = [];
  if (!draft.name.trim()) wrong.push('Give the watch area a name.');
  if (!draft.geography) wrong.push('Say where: draw on the map, or choose an area, sites or a route.');
  if (draft.rule.kind === 'linked_site' && !draft.rule.site) wrong.push('Choose the site that reports are linked to.');
  if (draft.escalation && !draft.escalation.to.length) wrong.push('Choose who is told if nobody acknowledges, or switch that off.');
  if (draft.shifts.some((shift) => !shift.tells.length)) wrong.push('Choose who is on duty in each shift, or remove the shift.');
  if (draft.channels.some((one) => one.kind === 'webhook' && !/^https?:[/][/]./.test(one.url))) wrong.push('Write the address of the webhook, beginning with https.');
  return wrong;
}
