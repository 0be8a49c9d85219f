import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from '../app/i18n';
import { apiUrl } from './client';
import { probe } from './connection';
import { isOver } from './jobs';
import { objectNamed } from './model';
import { deleting } from './records';
import { sessionKey } from './session';
import type { Job, Model } from './types';
import { noteWritten } from './written';

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
  const known = model !== undefined;
  const { language } = useTranslation().i18n;
  const opened = useRef(false);
  const pluralOf = useEffectEvent((name: string) => objectNamed(model, name)?.plural);
  useEffect(() => {
    if (!known) return;
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
      const held = client.getQueryData<{ data: { version: number } }>([
        'record',
        plural,
        change.id,
      ]);
      if (
        held &&
        !deleting.has(change.id) &&
        change.op !== 'delete' &&
        held.data.version !== change.version
      )
        void client.invalidateQueries({ queryKey: ['record', plural, change.id] });
      changed.add(plural);
      timer ||= window.setTimeout(flush, gather);
    };
    const onJob = (e: MessageEvent<string>) => {
      const job = JSON.parse(e.data) as Job;
      client.setQueryData(['job', job.id], job);
      if (isOver(job)) noteWritten();
      void client.invalidateQueries({ queryKey: ['jobs'] });
    };
    // A stream that broke off comes back by itself and tells what was missed. One that the server
    // refused does not, and the next knows nothing of it: all is read anew, and so it is in
    // another language.
    const open = (again = false) => {
      source = new EventSource(apiUrl('/stream', { language }));
      if (again)
        source.addEventListener('open', () => void client.invalidateQueries(), { once: true });
      source.addEventListener('change', onChange);
      source.addEventListener('job', onJob);
      source.addEventListener('model', () => client.invalidateQueries({ queryKey: ['model'] }));
      source.addEventListener('reset', () => client.invalidateQueries());
      source.addEventListener('error', () => {
        void probe();
        if (source.readyState !== EventSource.CLOSED) return;
        void client.invalidateQueries({ queryKey: sessionKey });
        reopen = window.setTimeout(open, reopenAfter, true);
      });
    };
    open(opened.current);
    opened.current = true;
    return () => {
      window.clearTimeout(timer);
      window.clearTimeout(reopen);
      source.close();
    };
  }, [client, known, language]);
}
