import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useModel } from '../api/model';
import { useTranslation } from '../app/i18n';
import type { MenuSection } from '../app/menu';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';
import { useDebounced } from '../parts/useDebounced';
import { commands, type Entry, grouped } from './entries';
import { hitEntries, useHits } from './hits';

const idOf = (i: number) => `palette-${i}`;

/** Which entry is marked, and the keys that move the mark. */
function useMark(entries: Entry[], go: (entry: Entry | undefined) => void) {
  const [at, mark] = useState(0);
  const last = Math.max(0, entries.length - 1);
  const current = Math.min(at, last);
  useEffect(() => {
    document.getElementById(idOf(current))?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'ArrowDown') mark(current === last ? 0 : current + 1);
    else if (e.key === 'ArrowUp') mark(current === 0 ? last : current - 1);
    else if (e.key === 'Enter') go(entries[current]);
    else return;
    e.preventDefault();
  };
  return { current, mark, onKeyDown };
}

export default function Palette({ menu, onClose }: { menu: MenuSection[]; onClose: () => void }) {
  const { t } = useTranslation();
  const model = useModel();
  const navigate = useNavigate();
  const dialog = useRef<HTMLDialogElement>(null);
  const [words, setWords] = useState('');
  const asked = useDebounced(words.trim(), 120);
  const found = useHits(asked);
  const entries = useMemo(() => {
    const hits = asked ? hitEntries(found.data?.data ?? [], model) : [];
    return grouped([...hits, ...commands(menu, model, words, t)]);
  }, [found.data, asked, menu, model, words, t]);

  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    void navigate(entry.to);
  };
  const { current, mark, onKeyDown } = useMark(entries, go);
  useEffect(() => dialog.current?.showModal(), []);

  const ask = (text: string) => {
    setWords(text);
    mark(0);
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
      <Words words={words} ask={ask} marked={entries.length ? current : undefined} close={onClose} />
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
            <Line
              entry={e}
              id={idOf(i)}
              marked={i === current}
              mark={() => mark(i)}
              go={() => go(e)}
              onKeyDown={onKeyDown}
            />
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

function Words({
  words,
  ask,
  marked,
  close,
}: {
  words: string;
  ask: (text: string) => void;
  marked: number | undefined;
  close: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="palette-input">
      <Icon name="search" />
      <input
        value={words}
        onChange={(e) => ask(e.target.value)}
        placeholder={t('search.hint')}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={marked === undefined ? undefined : idOf(marked)}
        aria-label={t('search.open')}
        spellCheck={false}
      />
      <button
        type="button"
        className="icon-button"
        onClick={close}
        aria-label={t('action.close')}
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}

function Line({
  entry,
  id,
  marked,
  mark,
  go,
  onKeyDown,
}: {
  entry: Entry;
  id: string;
  marked: boolean;
  mark: () => void;
  go: () => void;
  onKeyDown: (e: KeyboardEvent) => void;
}) {
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={marked}
      className="palette-item"
      onMouseMove={mark}
      onClick={go}
      onKeyDown={onKeyDown}
    >
      {entry.record ? (
        <Avatar id={entry.record} name={entry.title} size={22} />
      ) : (
        <Icon name={entry.to.endsWith('/new') ? 'add' : 'chevron'} size={16} />
      )}
      <span className="palette-title">{entry.title}</span>
      {entry.beside && <span className="palette-subtitle">{entry.beside}</span>}
    </div>
  );
}
