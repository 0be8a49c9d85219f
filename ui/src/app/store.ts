import { useSyncExternalStore } from 'react';

/** A small value that outlives the page, kept per browser; storage that is off costs the memory only. */
export interface Kept<T> {
  get(): T;
  set(value: T): void;
  subscribe(fn: () => void): () => void;
}

export function kept<T>(key: string, initial: T): Kept<T> {
  const listeners = new Set<() => void>();
  const name = `renmai.${key}`;
  let value = initial;
  try {
    const text = localStorage.getItem(name);
    if (text !== null) value = JSON.parse(text) as T;
  } catch {
    value = initial;
  }
  const tellAll = () => {
    for (const fn of listeners) fn();
  };
  // Another tab has changed it.
  globalThis.addEventListener?.('storage', (event: StorageEvent) => {
    if (event.key !== name && event.key !== null) return;
    try {
      value = event.newValue === null ? initial : (JSON.parse(event.newValue) as T);
    } catch {
      return;
    }
    tellAll();
  });
  return {
    get: () => value,
    set(next) {
      value = next;
      try {
        localStorage.setItem(name, JSON.stringify(next));
      } catch {
        // Without storage the value lives until the page is left.
      }
      tellAll();
    },
    subscribe(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
  };
}

export function useKept<T>(store: Kept<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
