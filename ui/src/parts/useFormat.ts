import { useMemo } from 'react';
import { useSessionQuery } from '../api/session';
import { useTranslation } from '../app/i18n';
import * as f from './format';
import { sayPhone } from './phone';

/** The formats of format.ts in the reader's language and time zone. */
export function useFormat() {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const session = useSessionQuery().data;
  const zone = session?.user.time_zone ?? undefined;
  const home = session?.phone_region;
  return useMemo(
    () => ({
      language,
      zone,
      instant: (text: string) => f.sayInstant(text, language, t, zone),
      exact: (text: string) => f.exactInstant(text, language, zone),
      date: (text: string) => f.sayDate(text, language),
      number: (n: number, decimals?: number) => f.sayNumber(n, language, decimals),
      percent: (n: number, decimals?: number) => f.sayPercent(n, language, decimals),
      money: (m: Parameters<typeof f.sayMoney>[0]) => f.sayMoney(m, language),
      short: (n: number) => f.sayShort(n, language),
      size: (n: number) => f.saySize(n, language),
      phone: (text: string) => sayPhone(text, home),
      address: (a: Parameters<typeof f.sayAddress>[0]) => f.sayAddress(a, language),
    }),
    [language, zone, home, t],
  );
}
