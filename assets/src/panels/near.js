/** "Within X metres of sites of a sector or type". */
import { el } from './dom.js';

const DISTANCES = [100, 250, 500, 1000, 2000, 5000, 10000];

/**
 * Make the group.
 * @param {{state: object, lookups: object}} context
 */
export function nearGroup({ state, lookups }) {
  const option = (value, text) => el('option', { value, text });
  const metres = el('select', { class: 'field', 'aria-label': 'Distance' },
    ...DISTANCES.map((m) => option(String(m), m < 1000 ? `${m} m` : `${m / 1000} km`)));
  metres.value = '500';
  const sites = el('select', { class: 'field', 'aria-label': 'Sector or type of site' }, option('', 'Choose sites …'), option('*', 'Any site'));
  for (const sector of lookups.sectors) {
    const group = el('optgroup', { label: sector.label }, option(sector.code, `${sector.label}: all`));
    group.append(...sector.kinds.map((kind) => option(`${sector.code}/${kind.code}`, kind.label)));
    sites.append(group);
  }
  const change = () => state.patch({ near: sites.value ? `${sites.value}:${metres.value}` : '' });
  sites.addEventListener('change', change);
  metres.addEventListener('change', () => sites.value && change());
  const none = lookups.sectors.length === 0;
  const node = el('div', { class: 'pad' },
    none ? el('p', { class: 'note', text: 'No sites are stored yet. Import a site list, and distances from them can be filtered here.' })
      : el('div', { class: 'pair' }, metres, sites));
  return {
    node,
    show(params) {
      const cut = (params.near ?? '').lastIndexOf(':');
      sites.value = cut > 0 ? params.near.slice(0, cut) : '';
      if (cut > 0) {
        const m = params.near.slice(cut + 1);
        if (![...metres.options].some((entry) => entry.value === m)) metres.append(option(m, `${m} m`));
        metres.value = m;
      }
    },
    hint: (params) => (params.near ? 'on' : ''),
  };
}
