/** Side by side, before anything leaves: what you see, what they will get, and what is missing and why. */
import { button, el, memory, notify } from './dom.js';
import { ask, givenUp } from './api.js';
import { count, may } from './format.js';
import { choice, labelled } from './alerts-fields.js';
import { lastFilter } from './alerts-watch.js';
import { nothing } from './respond-desk.js';
import { comparison, missingList } from './share-compare.js';
import { sendForm } from './share-send.js';
import { FORMS, WHAT } from './share-words.js';

const LAST = 'share.recipient';

/** Fill the pane. */
export function fillPreview(host, { recipients, asked, open, signal }) {
  const wanted = { what: asked.brief ? 'brief' : WHAT.some(([code]) => code === asked.what) ? asked.what : 'incidents', brief: asked.brief ?? '', filter: asked.filter ?? lastFilter(), recipient: asked.recipient ?? memory.get(LAST, ''), form: '' };
  const bar = el('div', { class: 'share-bar' });
  const result = el('div', { class: 'share-result', 'aria-live': 'polite' });
  host.replaceChildren(bar, result);
  // What was typed stays when the preview is made anew for another form or recipient.
  const given = { purpose: '', authority: '' };
  let briefs = null;
  let turn = 0;

  function drawBar() {
    const forms = FORMS[wanted.what];
    if (!forms.some(([code]) => code === wanted.form)) [[wanted.form]] = forms;
    const names = recipients.items().filter((one) => !one.ended);
    if (!names.some((one) => one.key === wanted.recipient)) wanted.recipient = names[0]?.key ?? '';
    const change = (name) => (value) => { wanted[name] = value; memory.set(LAST, wanted.recipient); drawBar(); refresh(); };
    bar.replaceChildren(
      labelled('What', choice('What', WHAT, wanted.what, change('what'))),
      wanted.what === 'brief' ? labelled('Brief', choice('Brief', (briefs ?? []).length ? briefs.map((one) => [one.id, one.title.slice(0, 60)]) : [['', 'No brief yet']], wanted.brief, change('brief')))
        : labelled('Which', choice('Which', [...new Map([[lastFilter(), lastFilter() ? 'As the Watch page filters' : 'All that you see'], ['', 'All that you see'], [wanted.filter, wanted.filter === lastFilter() || !wanted.filter ? (wanted.filter ? 'As the Watch page filters' : 'All that you see') : 'As the link says']]).entries()], wanted.filter, change('filter'))),
      labelled('As', choice('As', forms, wanted.form, change('form'))),
      labelled('For', choice('For', names.length ? names.map((one) => [one.key, one.name]) : [['', 'Nobody yet: add a recipient']], wanted.recipient, change('recipient'))));
  }

  async function refresh() {
    if (!recipients.known()) return undefined;
    if (wanted.what === 'brief' && !briefs) {
      briefs = (await ask('/api/v1/briefs').catch(() => ({ items: [] }))).items;
      if (!briefs.some((one) => one.id === wanted.brief)) wanted.brief = briefs[0]?.id ?? '';
      drawBar();
    }
    if (!wanted.recipient) return result.replaceChildren(nothing('Nobody may be given anything yet.', 'Add a recipient first, on the next tab.'));
    if (wanted.what === 'brief' && !wanted.brief) return result.replaceChildren(nothing('There is no brief to send.', 'Make one on the Brief page.'));
    turn += 1;
    const mine = turn;
    result.setAttribute('aria-busy', 'true');
    result.inert = true;
    try {
      const preview = await ask('/api/v1/releases/preview', { method: 'POST', body: question() });
      if (mine === turn) paint(preview);
    } catch (error) {
      if (mine === turn && !givenUp(error)) result.replaceChildren(nothing(error.message, error.hint ?? ''));
    } finally {
      if (mine === turn) {
        result.removeAttribute('aria-busy');
        result.inert = false;
      }
    }
    return undefined;
  }

  function question() {
    const { what, brief, filter, form, recipient } = wanted;
    return { what, form, recipient, ...(what === 'brief' ? { brief } : { filter }) };
  }

  function paint(preview) {
    const recipient = recipients.find(wanted.recipient);
    const back = preview.missing.reduce((sum, one) => sum + one.total, 0);
    result.replaceChildren(
      el('div', { class: 'share-figures' }, figure(preview.yours.total, 'you see'), figure(preview.theirs.total, `${recipient?.name ?? 'They'} will get`), figure(back, 'kept back', back > 0),
        preview.generalised ? el('p', { class: 'note', text: 'Places are snapped and names of people left out: this recipient gets nothing exact.' }) : null),
      missingList(preview.missing),
      comparison(preview, { name: recipient?.name ?? 'They', sanitisable: wanted.what === 'incidents' && may('export') }),
      sendForm({ preview, recipient, given, question, done: (made) => { notify(made.state === 'held' ? 'It waits for a second person.' : `Released to ${recipient?.name}.`); open(made.state === 'held' ? 'waiting' : 'log'); } }));
  }

  recipients.follow(() => { drawBar(); refresh(); });
  drawBar();
  signal.addEventListener('abort', () => { turn += 1; });
  return { refresh };
}

function figure(value, words, loud = false) {
  return el('div', { class: loud ? 'share-figure loud' : 'share-figure' }, el('b', { text: count(value) }), el('span', { text: words }));
}
