import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Fragment, type ReactNode } from 'react';
import { api } from '../api/client';
import { fieldNamed, objectNamed } from '../api/model';
import type { Address, Id, Model, ModelObject } from '../api/types';
import { isWrittenJustNow } from '../api/written';
import { Value } from '../field/Value';
import { useFormat } from '../parts/useFormat';
import type { Entry } from './entries';

interface Hit {
  object: string;
  id: Id;
  title: string;
  customer: { id: Id; title: string } | null;
  summary: Record<string, unknown>;
  matched: { field: string; text: string } | null;
}

/** What the server finds. What was written just now may not be in its index yet. */
export function useHits(words: string) {
  return useQuery({
    queryKey: ['search', words],
    queryFn: ({ signal }) =>
      api<{ data: Hit[] }>('/search', { query: { q: words, limit: 20 }, signal }),
    enabled: words !== '',
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    refetchInterval: ({ state }) =>
      state.data?.data.length === 0 && isWrittenJustNow() ? 1_000 : false,
  });
}

export function hitEntries(hits: Hit[], model: Model): Entry[] {
  return hits.flatMap((h) => {
    const o = objectNamed(model, h.object);
    if (!o) return [];
    return {
      key: h.object + h.id,
      group: o.plural_label || o.label,
      to: `/${o.plural}/${h.id}`,
      title: h.title,
      beside: <Beside hit={h} object={o} />,
      record: h.id,
    };
  });
}

/** Whose it is, what tells it from others, and where the words stand when they stand in neither. */
function Beside({ hit, object }: { hit: Hit; object: ModelObject }) {
  const { customer, matched, summary } = hit;
  const f = useFormat();
  const words = matched && matched.field !== object.title ? matched : null;
  const said = Object.entries(summary).filter(([name, value]) => {
    const whole = fieldNamed(object, name)?.type !== 'address' || typeof value !== 'object';
    return whole || name === words?.field || f.address({ ...(value as Address), street: null });
  });
  const parts: ReactNode[] = said.map(([name, value]) => {
    const field = fieldNamed(object, name);
    if (name === words?.field) return words.text;
    return field && <Value key={name} field={field} value={value} compact />;
  });
  if (customer) parts.unshift(customer.title);
  if (words && !(words.field in summary) && words.text !== customer?.title)
    parts.push(`${fieldNamed(object, words.field)?.label ?? ''} ${words.text}`.trim());
  return parts.map((part, i) => (
    <Fragment key={i}>
      {i > 0 && ' · '}
      {part}
    </Fragment>
  ));
}
