import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { objectNamed, recordTitle, useModel } from '../api/model';
import type { ModelObject, Page, Titles } from '../api/types';

export function titleOf(o: ModelObject, record: Page['data'][number], titles: Titles = {}): string {
  return recordTitle(o, record, titles) || `#${record.id}`;
}

/** The names of records that are known by id only, such as those of a filter in an address. */
export function useTitles(
  targetName: string | undefined,
  ids: string[],
  known: Titles = {},
): Titles {
  const model = useModel();
  const target = objectNamed(model, targetName);
  const missing = ids.filter((id) => !known[id]).toSorted();
  const { data } = useQuery({
    queryKey: ['titles', target?.plural, missing],
    queryFn: async ({ signal }) => {
      if (!target) return {};
      const where = JSON.stringify({ field: 'id', in: missing });
      const page = await api<Page>(`/${target.plural}`, {
        query: { where, limit: 100, count: 'none' },
        signal,
      });
      return Object.fromEntries(page.data.map((r) => [r.id, titleOf(target, r, page.titles)]));
    },
    enabled: Boolean(target) && missing.length > 0,
    staleTime: 5 * 60_000,
  });
  return { ...known, ...data };
}
