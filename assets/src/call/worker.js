/** Keeps the call form on the device, so that it opens without a network; touches nothing else. */
const KEPT = 'watchfloor-call';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(keepPage().finally(() => self.clients.claim())));

/** Keep the page and what it loads as they are now; a page that asks to sign in is not the form. */
async function keepPage() {
  const page = await fetch('/call', { redirect: 'manual' });
  if (!page.ok) return;
  const cache = await caches.open(KEPT);
  const text = await page.clone().text();
  await cache.put('/call', page);
  await cache.addAll([...text.matchAll(/(?:src|href)="(\/assets\/dist\/[^"]+)"/g)].map(([, address]) => address));
}

self.addEventListener('fetch', (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== 'GET' || address.origin !== self.location.origin) return;
  if (address.pathname === '/call') event.respondWith(fresh(event));
  else if (address.pathname.startsWith('/assets/dist/')) event.respondWith(kept(event.request));
});

async function fresh(event) {
  try {
    const page = await fetch(event.request);
    if (page.ok) event.waitUntil(keepPage());
    return page;
  } catch {
    return (await caches.match('/call')) ?? Response.error();
  }
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request).then(async (answer) => {
    if (answer.ok) await (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  });
}
