import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { mayMerge } from '../api/model';
import { deleting } from '../api/records';
import type { Id, ModelObject, RecordData } from '../api/types';

export interface Match {
  record: RecordData;
  /** 0 to 1 */
  score: number;
  certain: boolean;
  reasons: string[];
}

/** Records that may be the same customer. */
export function useDuplicates(object: ModelObject, id: Id): Match[] {
  const found = useQuery({
    queryKey: ['duplicates', object.plural, id],
    queryFn: async ({ signal }) =>
      (await api<{ data: Match[] }>(`/${object.plural}/${id}/duplicates`, { signal })).data,
    enabled: object.root === 'self' && mayMerge(object) && !deleting.has(id),
  });
  return found.data ?? [];
}
