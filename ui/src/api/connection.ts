/**
 * Whether the server is reached. Each request tells how it went; once one does not get through, the
 * server is asked again at growing intervals until it answers, and then everything is read anew.
 */
export type Connection = 'good' | 'offline' | 'lost' | 'back';

const firstWait = 1000;
const longestWait = 15_000;
const backShown = 4000;

let state: Connection = 'good';
let wait = firstWait;
let timer = 0;
let probing = false;
const listeners = new Set<() => void>();
const returns = new Set<() => void>();

function set(next: Connection) {
  if (next === state) return;
  state = next;
  for (const fn of listeners) fn();
}

/** Resolves when the server is reached, which may be at once, or on a signal to wait no longer. */
function whenBack(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (!isBroken() || signal?.aborted) {
      resolve();
      return;
    }
    const go = () => {
      returns.delete(go);
      signal?.removeEventListener('abort', go);
      resolve();
    };
    returns.add(go);
    signal?.addEventListener('abort', go);
  });
}

function schedule() {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void probe(), wait);
  wait = Math.min(wait * 2, longestWait);
}

const isBroken = () => state === 'offline' || state === 'lost';

/** A request got no answer at all. */
export function connectionLost() {
  if (isBroken()) return;
  set(navigator.onLine ? 'lost' : 'offline');
  wait = firstWait;
  schedule();
}

/** A request was answered, with whatever. */
export function connectionGood() {
  if (!isBroken()) return;
  window.clearTimeout(timer);
  wait = firstWait;
  set('back');
  timer = window.setTimeout(() => set('good'), backShown);
  for (const fn of returns) fn();
}

/** Asks the server now: by the user's wish, after a pause, or because something broke off. */
export async function probe() {
  if (probing) return;
  probing = true;
  if (isBroken()) window.clearTimeout(timer);
  try {
    const reply = await fetch('/healthz', { cache: 'no-store' });
    if (!reply.ok) throw new Error(String(reply.status));
    connectionGood();
  } catch {
    if (isBroken()) {
      set(navigator.onLine ? 'lost' : 'offline');
      schedule();
    } else connectionLost();
  } finally {
    probing = false;
  }
}

export function startConnection() {
  addEventListener('offline', connectionLost);
  addEventListener('online', () => void probe());
}

export const connection = {
  current: () => state,
  subscribe(fn: () => void) {
    listeners.add(fn);
    return () => listeners.delete(fn);
  },
  whenBack,
  /** Called each time that the server is reached again. */
  onReturn(fn: () => void) {
    returns.add(fn);
    return () => {
      returns.delete(fn);
    };
  },
};
