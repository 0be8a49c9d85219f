import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { probe } from './connection';
import { objectNamed } from './model';
import { deleting } from './records';
import { sessionKey } from './session';
import type { Job, Model } from './types';

interface ChangeEvent {
  object: string;
  id: string;
  op: string;
  version: number;
}

const gather = 400;
const reopenAfter = 10_000;

/** Keeps what is on the screen in step with the server; one connection for the whole application. */
export function useStream(model: Model | undefined) {
  const client = useQueryClient();
  const version = model?.version;
  const pluralOf = useEffectEvent((name: string) => objectNamed(model, name)?.plural);
  useEffect(() => {
    if (!version) return;
    let source: EventSource;
    let reopen = 0;
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
    const onChange = (e: MessageEvent<string>) => {
      const change = JSON.parse(e.data) as ChangeEvent;
      const plural = pluralOf(change.object);
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
    };
    const onJob = (e: MessageEvent<string>) => {
      const job = JSON.parse(e.data) as Job;
      client.setQueryData(['job', job.id], job);
      void client.invalidateQueries({ queryKey: ['jobs'] });
    };
    // A stream that broke off comes back by itself, one that the server refused does not.
    const open = () => {
      source = new EventSource('/api/v1/stream');
      source.addEventListener('change', onChange);
      source.addEventListener('job', onJob);
      source.addEventListener('model', () => client.invalidateQueries({ queryKey: ['model'] }));
      source.addEventListener('reset', () => client.invalidateQueries());
      source.addEventListener('error', () => {
        void probe();
        if (source.readyState !== EventSource.CLOSED) return;
        void client.invalidateQueries({ queryKey: sessionKey });
        reopen = window.setTimeout(open, reopenAfter);
      });
    };
    open();
    return () => {
      window.clearTimeout(timer);
      window.clearTimeout(reopen);
      source.close();
    };
  }, [client, version]);
}
