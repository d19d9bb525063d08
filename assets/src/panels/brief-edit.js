/** The editor of a brief: its pages at the left, the one in hand as it will be seen, and what there is to say of it. */
import { IDS } from './ids.js';
import { byId, el, memory, notify, throttle } from './dom.js';
import { may } from './format.js';
import { createTabs } from './tabs.js';
import { nothing } from './respond-desk.js';
import { createBriefDesk, openBrief, visit } from './brief-desk.js';
import { fillHead } from './brief-head.js';
import { createBriefMap } from './brief-map.js';
import { fillNumbers } from './brief-numbers.js';
import { fillQuestions } from './brief-questions.js';
import { fillSent } from './brief-sent.js';
import { fillSince } from './brief-since.js';
import { createStage } from './brief-stage.js';
import { fillStrip } from './brief-strip.js';
import { fillWords } from './brief-words.js';

const PANES = [['words', 'Words'], ['numbers', 'Numbers'], ['since', 'Since last'], ['questions', 'Questions'], ['sent', 'Sent']];

/** Edit the brief that the address names. */
export function editBrief({ map, token, id, marked }) {
  let at = memory.get(`brief.at.${id}`);
  let gone = false;
  const desk = createBriefDesk(id, { changed: paint, lost });
  const drawing = createBriefMap({ map, token });
  const stage = createStage({ drawing, openFigure(key) { tabs.choose('numbers'); numbers.open(key); } });
  const head = fillHead(byId(IDS.briefHead), { desk, add, present: () => visit(`/brief/${id}/present`) });
  const strip = fillStrip(byId(IDS.briefSide), { choose, move: (order) => desk.change('PATCH', '', { order }), remove });
  const panes = Object.fromEntries(PANES.map(([name, label]) => [name, el('div', { class: 'brief-pane', role: 'tabpanel', 'aria-label': label, tabindex: '0' })]));
  const tabsHost = el('div', { class: 'panel-tabs' });
  byId(IDS.briefPanel).replaceChildren(tabsHost, ...Object.values(panes));
  const words = fillWords(panes.words, { save: (page, given) => desk.change('PATCH', `/pages/${page}`, given), preview: (page) => stage.words(page) });
  const numbers = fillNumbers(panes.numbers, { id: () => id });
  const since = fillSince(panes.since, { desk });
  const questions = fillQuestions(panes.questions, { desk, page: () => at });
  const sent = fillSent(panes.sent);
  const tabs = createTabs(tabsHost, { chosen: (name) => ({ since, questions })[name]?.refresh() });
  for (const [name, label] of PANES) tabs.add({ name, label, nodes: [panes[name]] });

  function paint(brief) {
    marked(brief.marking);
    if (may('share_view')) openBrief.set(brief.frozen_at ? null : brief);
    if (!brief.pages.some((page) => page.id === at)) at = brief.pages[0]?.id ?? null;
    head.show(brief);
    strip.show(brief, at);
    tabs.count('numbers', desk.page(at)?.figures?.length || null);
    tabs.count('sent', brief.releases?.length || null);
    sent.show(brief);
    showPage();
  }

  function showPage(options) {
    const page = desk.page(at);
    const typing = byId(IDS.briefPanel).contains(document.activeElement) && document.activeElement.matches('textarea');
    if (typing && stage.page()?.id === page?.id) stage.key();
    else stage.show(page, options);
    words.show(page, { frozen: Boolean(desk.brief().frozen_at), mine: may('share_view') });
    numbers.show(page);
  }

  function choose(next) {
    if (next === at) return;
    words.flush();
    at = next;
    memory.set(`brief.at.${id}`, at);
    strip.show(desk.brief(), at);
    tabs.count('numbers', desk.page(at)?.figures?.length || null);
    showPage({ fly: true });
  }

  async function add(page) {
    const before = new Set(desk.brief().pages.map((one) => one.id));
    await desk.change('POST', '/pages', { ...page, ...(at && { after: at }) });
    const made = desk.brief().pages.find((one) => !before.has(one.id));
    if (made) choose(made.id);
  }

  async function remove(page) {
    const pages = desk.brief().pages;
    const place = pages.indexOf(page);
    if (page.id === at) at = (pages[place + 1] ?? pages[place - 1])?.id ?? null;
    await desk.change('DELETE', `/pages/${page.id}`, {}, 'The page is out of the brief.');
  }

  function lost(error) {
    byId(IDS.briefHead).replaceChildren();
    stage.show(null);
    byId(IDS.briefStage).querySelector('.brief-words').replaceChildren(nothing(error.message, error.hint || 'Choose another brief.'));
    if (openBrief.get()?.id === id) openBrief.set(null);
  }

  function step(by) {
    const pages = desk.brief()?.pages ?? [];
    const next = pages[pages.findIndex((page) => page.id === at) + by];
    if (next) choose(next.id);
  }

  // What a brief says may change by the minute; asking each time would be felt.
  const look = throttle(() => !gone && document.visibilityState === 'visible' && desk.load(), 5000);
  desk.load().then((brief) => brief && !brief.pages.length && notify('An empty brief: add its first page, or press b on the Watch page.'));

  return {
    listed: () => ({ step, open: () => panes.words.querySelector('textarea')?.focus(), current: () => null }),
    back() { document.activeElement?.blur?.(); },
    keys(event) {
      if (event.key === 'p') { visit(`/brief/${id}/present`); return true; }
      return false;
    },
    changed: look,
    repaint: () => stage.size(),
    stop() {
      gone = true;
      words.flush();
      desk.stop();
      stage.stop();
      drawing.stop();
    },
  };
}
