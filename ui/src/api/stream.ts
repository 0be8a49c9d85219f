import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { deleting } from './records';
import type { Job, Model } from './types';

interface ChangeEvent {
  object: string;
  id: string;
  op: string;
  version: number;
}

const gather = 400;

/** Keeps what is on the screen in step with the server; one connection for the whole application. */
export function useStream(model: Model | undefined) {
  const client = useQueryClient();
  useEffect(() => {
    if (!model) return;
    const source = new EventSource('/api/v1/stream');
    const changed = new Set<string>();
    let timer = 0;
    const flush = () => {
      timer = 0;
      for (const plural of changed) {
        void client.invalidateQueries({ queryKey: ['list', plural], refetchType: 'none' });
        void client.invalidateQueries({ queryKey: ['small', plural] });
      }
      changed.clear();
    };
    source.addEventListener('change', (e) => {
      const change = JSON.parse(e.data) as ChangeEvent;
      const plural = model.objects.find((o) => o.name === change.object)?.plural;
      if (!plural) return;
      const known = client.getQueryData<{ data: { version: number } }>([
        'record',
        plural,
        change.id,
      ]);
      if (
        known &&
        !deleting.has(change.id) &&
        change.op !== 'delete' &&
        known.data.version !== change.version
      )
        void client.invalidateQueries({ queryKey: ['record', plural, change.id] });
      changed.add(plural);
      timer ||= window.setTimeout(flush, gather);
    });
    source.addEventListener('job', (e) => {
      const job = JSON.parse(e.data) as Job;
      client.setQueryData(['job', job.id], job);
      void client.invalidateQueries({ queryKey: ['jobs'] });
    });
    source.addEventListener('model', () => client.invalidateQueries({ queryKey: ['model'] }));
    source.addEventListener('reset', () => client.invalidateQueries());
    return () => {
      window.clearTimeout(timer);
      source.close();
    };
  }, [client, model?.version]);
}
