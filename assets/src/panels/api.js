/** Asking the server: stale questions are given up, errors say what to do. */

export class ApiError extends Error {
  constructor(status, body) {
    super(body.message || `The server answered ${status}.`);
    this.status = status;
    this.hint = body.hint || '';
    this.body = body;
  }
}

/** Fetch JSON; raise ApiError on anything but success. */
export async function ask(path, { signal, method = 'GET', body } = {}) {
  const response = await fetch(path, {
    method,
    signal,
    credentials: 'same-origin',
    headers: { Accept: 'application/json', ...(body ? { 'Content-Type': 'application/json' } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await response.text();
  let answer = {};
  try {
    answer = text ? JSON.parse(text) : {};
  } catch {
    answer = {};
  }
  if (response.status === 401) window.dispatchEvent(new CustomEvent('wf:signed-out'));
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}

/** Fetch an answer that says how far it is (`told`, from 0 to 1); giving up ends the work at the server too. */
export async function askTold(path, { signal, told }) {
  const response = await fetch(path, { signal, credentials: 'same-origin', headers: { Accept: 'application/x-ndjson' } });
  if (response.status === 401) window.dispatchEvent(new CustomEvent('wf:signed-out'));
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = lines.pop();
    for (const line of lines.map((text) => JSON.parse(text))) {
      if (line.answer) return line.answer;
      told(line.done);
    }
    if (done) throw new ApiError(response.status, { message: 'The answer broke off.', hint: 'Ask again.' });
  }
}

/** Return a function that asks `path`, giving up its previous question. */
export function latest() {
  let controller = null;
  return async (path) => {
    controller?.abort();
    controller = new AbortController();
    return ask(path, { signal: controller.signal });
  };
}

/** Join a path and a canonical filter. */
export function withQuery(path, text, more = {}) {
  const extra = new URLSearchParams(Object.entries(more).filter(([, value]) => value !== null && value !== undefined && value !== ''));
  const search = [text, extra.toString()].filter(Boolean).join('&');
  return search ? `${path}?${search}` : path;
}

/** Tell whether an error only means that the question was given up. */
export const givenUp = (error) => error?.name === 'AbortError';
