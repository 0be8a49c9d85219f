import { useSyncExternalStore } from 'react';
import { kept, useKept } from './store';

export type Theme = 'system' | 'light' | 'dark';

export const themeChoice = kept<Theme>('theme', 'system');

const system = matchMedia('(prefers-color-scheme: dark)');

function apply() {
  const choice = themeChoice.get();
  const dark = choice === 'dark' || (choice === 'system' && system.matches);
  document.documentElement.dataset.scheme = dark ? 'dark' : 'light';
}

export function startScheme() {
  apply();
  themeChoice.subscribe(apply);
  system.addEventListener('change', apply);
}

export function useDark(): boolean {
  const choice = useKept(themeChoice);
  const systemDark = useSyncExternalStore(
    (fn) => {
      system.addEventListener('change', fn);
      return () => system.removeEventListener('change', fn);
    },
    () => system.matches,
  );
  return choice === 'dark' || (choice === 'system' && systemDark);
}
