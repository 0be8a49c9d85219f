import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { api } from '../api/client';
import { fieldNamed, objectNamed, useModel } from '../api/model';
import type { ModelObject, Page } from '../api/types';
import { useTranslation } from '../app/i18n';
import { useDebounced } from '../parts/useDebounced';
import type { InputProps } from './FieldInput';
import { titleOf, useTitles } from './useTitles';

function useChoices(target: ModelObject | undefined, words: string, open: boolean) {
  return useQuery({
    queryKey: ['choices', target?.plural, words],
    queryFn: async ({ signal }) => {
      if (!target) return [];
      // Stages and the like have an order of their own.
      const ordered = !words && fieldNamed(target, 'position')?.sortable;
      const page = await api<Page>(`/${target.plural}`, {
        query: { q: words, sort: ordered ? 'position' : '', limit: 20, count: 'none' },
        signal,
      });
      return page.data.map((r) => ({ value: r.id, label: titleOf(target, r, page.titles) }));
    },
    enabled: Boolean(target) && open,
    placeholderData: keepPreviousData,
  });
}

export function RefSelect(props: InputProps) {
  const { field, value, onChange, id, titles, invalid, autoFocus, eager = false } = props;
  const { t } = useTranslation();
  const model = useModel();
  const target = objectNamed(model, field.target);
  const several = field.type === 'multi_ref';
  const [words, setWords] = useState('');
  const [open, setOpen] = useState(eager);
  const found = useChoices(target, useDebounced(words.trim(), 150), open);
  const held = (Array.isArray(value) ? value : value ? [value] : []) as string[];
  const names = useTitles(field.target, held, titles);
  const options = found.data ?? [];
  const missing = held
    .filter((h) => !options.some((o) => o.value === h))
    .map((h) => ({ value: h, label: names[h] ?? `#${h.slice(-6)}` }));
  return (
    <Select
      id={id}
      className="wide"
      autoFocus={autoFocus ?? false}
      {...(invalid ? { status: 'error' as const } : {})}
      {...(several ? { mode: 'multiple' as const } : {})}
      allowClear
      showSearch={{ filterOption: false, onSearch: setWords }}
      open={open}
      onOpenChange={setOpen}
      loading={found.isFetching}
      notFoundContent={
        found.isError
          ? found.error.message
          : found.isFetching
            ? t('state.loading')
            : t('state.nothing')
      }
      placeholder={t('field.searchRef', { object: target?.label ?? '' })}
      options={[...(words ? [] : missing), ...options]}
      value={several ? held : (held[0] ?? null)}
      onChange={(v) => onChange(v ?? null)}
    />
  );
}

/** Between words that are written or pasted in one go. */
export const separators = ['、', '，', ',', ';', '；'];

export function TagSelect(props: InputProps) {
  const { field, value, onChange, id, invalid, autoFocus, eager = false, existing } = props;
  const { t } = useTranslation();
  const model = useModel();
  const target = objectNamed(model, field.target ?? 'tag');
  const [words, setWords] = useState('');
  const [open, setOpen] = useState(eager);
  const found = useChoices(target, useDebounced(words.trim(), 150), open);
  const names = [...new Set((found.data ?? []).map((o) => o.label))];
  return (
    <Select
      id={id}
      className="wide"
      mode={existing ? 'multiple' : 'tags'}
      autoFocus={autoFocus ?? false}
      {...(invalid ? { status: 'error' as const } : {})}
      tokenSeparators={separators}
      showSearch={existing ? { filterOption: false, onSearch: setWords } : { onSearch: setWords }}
      open={open}
      onOpenChange={setOpen}
      notFoundContent={existing ? t('state.nothing') : null}
      placeholder={t(existing ? 'filter.tags' : 'field.tags')}
      options={names.map((n) => ({ value: n, label: n }))}
      value={(value as string[] | null) ?? []}
      onChange={(v) => onChange(v)}
    />
  );
}
