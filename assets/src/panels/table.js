/** The same set as a table: the grid asks the server for rows; this opens it, chooses columns, exports. */
import { IDS } from './ids.js';
import { byId, el, memory, notify } from './dom.js';
import { ask, withQuery } from './api.js';

/**
 * Tend the table pane.
 * @param {{state: object, select: Function}} context
 */
export function createTable({ state, select }) {
  const pane = byId(IDS.tablePane);
  let shown = new Set(memory.get('columns', []));
  let stale = true;

  async function grid() {
    return window.dash_ag_grid?.getApiAsync(IDS.table);
  }

  async function toggle() {
    pane.hidden = !pane.hidden;
    if (pane.hidden) return;
    const api = await grid();
    if (!api) return;
    if (!api.wfTended) tend(api);
    if (stale) refresh();
  }

  function tend(api) {
    api.wfTended = true;
    if (shown.size) api.getColumns().forEach((column) => api.setColumnsVisible([column.getColId()], shown.has(column.getColId())));
    api.addEventListener('rowClicked', ({ data }) => data && select({ kind: 'incident', fid: data.fid, lon: data.lon, lat: data.lat }));
    menu(api);
  }

  function menu(api) {
    const boxes = api.getColumns().map((column) => {
      const id = column.getColId();
      const box = el('input', { type: 'checkbox', checked: column.isVisible(), on: { change: () => {
        api.setColumnsVisible([id], box.checked);
        shown = new Set(api.getColumns().filter((entry) => entry.isVisible()).map((entry) => entry.getColId()));
        memory.set('columns', [...shown]);
      } } });
      return el('label', { class: 'line' }, box, el('span', { class: 'name', text: column.getColDef().headerName }));
    });
    byId(IDS.tableColumns)?.replaceChildren(...boxes);
  }

  /** Ask for the rows again, keeping the place. */
  async function refresh({ purge = true } = {}) {
    stale = true;
    if (pane.hidden) return;
    stale = false;
    const api = await grid();
    if (purge) api?.purgeInfiniteCache();
    else api?.refreshInfiniteCache();
  }

  async function exportCsv() {
    const api = await grid();
    const columns = api?.getAllDisplayedColumns().map((column) => column.getColId()).join(',');
    const sort = api?.getColumnState().find((column) => column.sort);
    const address = withQuery('/api/v1/export/incidents.csv', state.text(), { columns, sort: sort ? `${sort.colId}:${sort.sort}` : '' });
    try {
      // A refused download says nothing: whoever is signed out, or whose filter is refused, is told before.
      await ask(withQuery('/api/v1/summary', state.text()));
    } catch (error) {
      notify(`Not exported. ${error.message} ${error.hint ?? ''}`, { bad: true });
      return;
    }
    const link = el('a', { href: address, download: '' });
    document.body.append(link);
    link.click();
    link.remove();
  }

  return { toggle, refresh, exportCsv, shown: () => !pane.hidden, close: () => { pane.hidden = true; } };
}
