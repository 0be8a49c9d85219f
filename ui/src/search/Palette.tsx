import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../api/client';
import { objectNamed, useModel } from '../api/model';
import type { Model } from '../api/types';
import { isWrittenJustNow } from '../api/written';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';
import { useDebounced } from '../parts/useDebounced';
import { useTranslation } from './i18n';
import type { MenuSection } from './menu';

interface Hit {
  object: string;
  id: string;
  title: string;
  subtitle: string;
  matched: { field: string; text: string } | null;
}

interface Entry {
  key: string;
  group: string;
  to: string;
  title: string;
  subtitle?: string | undefined;
  record?: string;
}

function commands(menu: MenuSection[], model: Model, words: string, t: (k: string) => string) {
  const wanted = words.trim().toLowerCase();
  const fits = (text: string) => text.toLowerCase().includes(wanted);
  const go: Entry[] = menu.flatMap((s) =>
    s.links
      .filter((l) => fits(l.label) || fits(l.to))
      .map((l) => ({
        key: `go${l.to}`,
        group: t('search.go'),
        to: l.to,
        title: l.label,
        subtitle: s.label,
      })),
  );
  const make: Entry[] = model.objects
    .filter((o) => o.menu && o.rights?.create && wanted && (fits(o.label) || fits(o.plural)))
    .map((o) => ({
      key: `new${o.plural}`,
      group: t('search.create'),
      to: `/${o.plural}/new`,
      title: o.label,
    }));
  return [...go.slice(0, wanted ? 6 : 12), ...make.slice(0, 4)];
}

function hitEntries(hits: Hit[], model: Model): Entry[] {
  return hits.flatMap((h) => {
    const o = objectNamed(model, h.object);
    if (!o) return [];
    const shown = [h.title, h.subtitle];
    const text = h.matched?.text ?? '';
    const matched = shown.some((s) => s.includes(text)) ? '' : text;
    return {
      key: h.object + h.id,
      group: o.plural_label || o.label,
      to: `/${o.plural}/${h.id}`,
      title: h.title,
      subtitle: [h.subtitle, matched].filter(Boolean).join(' · ') || undefined,
      record: h.id,
    };
  });
}

/** Entries in the order of their groups' first appearance. */
function grouped(entries: Entry[]): Entry[] {
  const order = [...new Set(entries.map((e) => e.group))];
  return order.flatMap((g) => entries.filter((e) => e.group === g));
}

export default function Palette({ menu, onClose }: { menu: MenuSection[]; onClose: () => void }) {
  const { t } = useTranslation();
  const model = useModel();
  const navigate = useNavigate();
  const dialog = useRef<HTMLDialogElement>(null);
  const [words, setWords] = useState('');
  const [at, setAt] = useState(0);
  const asked = useDebounced(words.trim(), 120);

  const found = useQuery({
    queryKey: ['search', asked],
    queryFn: ({ signal }) =>
      api<{ data: Hit[] }>('/search', { query: { q: asked, limit: 20 }, signal }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    refetchInterval: ({ state }) =>
      state.data?.data.length === 0 && isWrittenJustNow() ? 1_000 : false,
  });

  const entries = useMemo(
    () =>
      grouped([
        ...(asked ? hitEntries(found.data?.data ?? [], model) : []),
        ...commands(menu, model, words, t),
      ]),
    [found.data, asked, menu, model, words, t],
  );
  const current = Math.min(at, Math.max(0, entries.length - 1));

  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    document.getElementById(`palette-${current}`)?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    void navigate(entry.to);
  };

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'ArrowDown') setAt((current + 1) % Math.max(1, entries.length));
    else if (e.key === 'ArrowUp')
      setAt((current - 1 + entries.length) % Math.max(1, entries.length));
    else if (e.key === 'Enter') go(entries[current]);
    else return;
    e.preventDefault();
  };

  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label={t('search.open')}
      onClose={onClose}
      onClick={(e) => e.target === dialog.current && onClose()}
      onKeyDown={onKeyDown}
    >
      <div className="palette-input">
        <Icon name="search" />
        <input
          value={words}
          onChange={(e) => {
            setWords(e.target.value);
            setAt(0);
          }}
          placeholder={t('search.hint')}
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={entries.length ? `palette-${current}` : undefined}
          aria-label={t('search.open')}
          spellCheck={false}
        />
        <button
          type="button"
          className="icon-button"
          onClick={onClose}
          aria-label={t('action.close')}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      <div
        id="palette-list"
        role="listbox"
        aria-label={t('search.results')}
        className="palette-list"
      >
        {entries.map((e, i) => (
          <div key={e.key} role="presentation">
            {e.group !== entries[i - 1]?.group && (
              <div className="palette-group" role="presentation">
                {e.group}
              </div>
            )}
            <div
              id={`palette-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === current}
              className="palette-item"
              onMouseMove={() => setAt(i)}
              onClick={() => go(e)}
              onKeyDown={onKeyDown}
            >
              {e.record ? (
                <Avatar id={e.record} name={e.title} size={22} />
              ) : (
                <Icon name={e.to.endsWith('/new') ? 'add' : 'chevron'} size={16} />
              )}
              <span className="palette-title">{e.title}</span>
              {e.subtitle && <span className="palette-subtitle">{e.subtitle}</span>}
            </div>
          </div>
        ))}
      </div>
      {asked && !found.isFetching && entries.length === 0 && (
        <p className="palette-none">
          {found.isError ? found.error.message : t('search.none', { words: asked })}
        </p>
      )}
    </dialog>
  );
}
