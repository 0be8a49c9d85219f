import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { api, type Call } from './client';
import type { Id, Page, RecordData, Titles } from './types';
import { noteWritten } from './written';

export interface ListQuery {
  where?: string;
  q?: string;
  sort?: string;
  fields?: string;
}

export interface OneRecord {
  data: RecordData;
  titles: Titles;
}

/** Records that are being deleted here: they are not asked for any more, whatever the stream says. */
export const deleting = new Set<Id>();

const pageSize = 50;
/** For so long a list that was left is there at once when one comes back. */
const heldFor = 30 * 60_000;

export function useList(plural: string, query: ListQuery, enabled = true) {
  return useInfiniteQuery({
    queryKey: ['list', plural, query],
    queryFn: ({ pageParam, signal }) =>
      api<Page>(`/${plural}`, {
        query: {
          ...query,
          limit: pageSize,
          after: pageParam,
          count: pageParam ? 'none' : 'fast',
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => (last.has_more ? last.next : undefined),
    placeholderData: keepPreviousData,
    gcTime: heldFor,
    enabled,
  });
}

export function useRecord(plural: string, id: Id | undefined) {
  return useQuery({
    queryKey: ['record', plural, id],
    queryFn: ({ signal }) => api<OneRecord>(`/${plural}/${id}`, { signal }),
    enabled: id !== undefined && !deleting.has(id),
  });
}

export function useSmallList(
  plural: string,
  query: ListQuery & { limit?: number },
  enabled = true,
) {
  return useQuery({
    queryKey: ['small', plural, query],
    queryFn: ({ signal }) =>
      api<Page>(`/${plural}`, { query: { limit: 20, count: 'fast', ...query }, signal }),
    enabled,
  });
}

/** Writes of records; what is on the screen is brought up to date after each. */
export function useWrites(plural: string) {
  const client = useQueryClient();
  const refresh = (id?: Id, lists: 'active' | 'none' = 'active') => {
    noteWritten();
    void client.invalidateQueries({ queryKey: ['list', plural], refetchType: lists });
    void client.invalidateQueries({ queryKey: ['small'] });
    void client.invalidateQueries({
      queryKey: ['duplicates'],
      predicate: (query) => !deleting.has(String(query.queryKey[2])),
    });
    if (id) {
      void client.invalidateQueries({ queryKey: ['history', plural, id] });
      void client.invalidateQueries({ queryKey: ['timeline'] });
    }
  };
  const keep = (one: OneRecord) =>
    client.setQueryData<OneRecord>(['record', plural, one.data.id], (old) => ({
      data: one.data,
      titles: { ...old?.titles, ...one.titles },
    }));
  /** A changed record stays where it stands in the lists; they are read anew when next opened. */
  const replace = (one: OneRecord) => {
    const inPage = (page: Page): Page =>
      page.data.some((r) => r.id === one.data.id)
        ? {
            ...page,
            data: page.data.map((r) => (r.id === one.data.id ? one.data : r)),
            titles: { ...page.titles, ...one.titles },
          }
        : page;
    client.setQueriesData<InfiniteData<Page>>(
      { queryKey: ['list', plural] },
      (old) => old && { ...old, pages: old.pages.map(inPage) },
    );
  };

  return {
    refresh,
    async create(body: Record<string, unknown>, key: string) {
      const one = await api<OneRecord>(`/${plural}`, { method: 'POST', body, key });
      keep(one);
      refresh(one.data.id);
      return one;
    },
    async update(record: { id: Id; version: number | string }, body: object, key?: string) {
      const call: Call = { method: 'PATCH', body, version: record.version };
      if (key) call.key = key;
      const one = await api<OneRecord>(`/${plural}/${record.id}`, call);
      keep(one);
      replace(one);
      refresh(one.data.id, 'none');
      return one;
    },
    async remove(record: { id: Id; version: number | string }) {
      deleting.add(record.id);
      try {
        await api(`/${plural}/${record.id}`, { method: 'DELETE', version: record.version });
      } catch (e) {
        deleting.delete(record.id);
        throw e;
      }
      refresh();
    },
    /** For when the page of a record is left: of one that was deleted nothing is held. */
    forget(id: Id) {
      if (deleting.delete(id)) client.removeQueries({ queryKey: ['record', plural, id] });
    },
    /** For what was changed by a call of its own. */
    touched(id: Id) {
      void client.invalidateQueries({ queryKey: ['record', plural, id] });
      refresh(id);
    },
    async restore(id: Id) {
      await api(`/${plural}/${id}/restore`, { method: 'POST', body: {} });
      deleting.delete(id);
      this.touched(id);
    },
  };
}
