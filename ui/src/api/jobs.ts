import { useQuery } from '@tanstack/react-query';
import { api } from './client';
import type { Job } from './types';

export function isOver(job: Job | undefined): boolean {
  return job !== undefined && !['waiting', 'running'].includes(job.state);
}

/** One job until it ends: the stream tells, and asking every second covers for a broken stream. */
export function useJob(id: string | null | undefined) {
  return useQuery({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => (await api<{ data: Job }>(`/jobs/${id}`, { signal })).data,
    enabled: Boolean(id),
    refetchInterval: (q) => (isOver(q.state.data) ? false : 1000),
    staleTime: 0,
  });
}

/** The file it made, while the server keeps it. */
export function jobFile(job: Job): string | null {
  const until = job.result?.expires_at;
  if (typeof until === 'string' && Date.parse(until) <= Date.now()) return null;
  const file = job.result?.file;
  return typeof file === 'string' ? file : (file?.id ?? null);
}

/** Why a job did not do its work; empty while nothing went wrong. */
export function jobError(job: Job | undefined): string {
  return (job?.error ?? []).map((e) => e.detail).join(' ');
}

export const cancelJob = (id: string) => api(`/jobs/${id}/cancel`, { method: 'POST', body: {} });
export const retryJob = (id: string) => api(`/jobs/${id}/retry`, { method: 'POST', body: {} });
