import { useSyncExternalStore } from 'react';

const phone = matchMedia('(max-width: 767px)');
const tablet = matchMedia('(max-width: 1199px)');

function useMedia(query: MediaQueryList): boolean {
  return useSyncExternalStore(
    (fn) => {
      query.addEventListener('change', fn);
      return () => query.removeEventListener('change', fn);
    },
    () => query.matches,
  );
}

export const usePhone = () => useMedia(phone);
export const useTablet = () => useMedia(tablet);
