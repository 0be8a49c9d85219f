import { Button, Checkbox, Input, Popover } from 'antd';
import { useState } from 'react';
import { columnFields, fieldNamed } from '../api/model';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Icon } from '../parts/Icon';
import { usePhone } from '../parts/useNarrow';

interface Props {
  object: ModelObject;
  columns: string[];
  setColumns: (names: string[] | null) => void;
}

export function ColumnsButton(p: Props) {
  const { t } = useTranslation();
  const phone = usePhone();
  if (phone) return null;
  return (
    <Popover trigger="click" placement="bottomRight" content={<Chooser {...p} />} destroyOnHidden>
      <Button icon={<Icon name="columns" size={16} />} aria-label={t('list.columns')}>
        {t('list.columns')}
      </Button>
    </Popover>
  );
}

function Chooser({ object, columns, setColumns }: Props) {
  const { t } = useTranslation();
  const [words, setWords] = useState('');
  const shown = columns.flatMap((n) => fieldNamed(object, n) ?? []);
  const others = columnFields(object).filter((f) => !columns.includes(f.name));
  const fits = (label: string) => label.toLowerCase().includes(words.trim().toLowerCase());
  const move = (i: number, by: number) => {
    const next = [...columns];
    const [name] = next.splice(i, 1);
    if (name) next.splice(i + by, 0, name);
    setColumns(next);
  };
  return (
    <section className="columns-menu" aria-label={t('list.columns')}>
      <Input
        value={words}
        onChange={(e) => setWords(e.target.value)}
        placeholder={t('list.findColumn')}
        aria-label={t('list.findColumn')}
      />
      <ul>
        {shown.map((f, i) =>
          fits(f.label) ? (
            <li key={f.name}>
              <Checkbox
                checked
                disabled={shown.length === 1}
                onChange={() => setColumns(columns.filter((n) => n !== f.name))}
              >
                {f.label}
              </Checkbox>
              <span className="columns-move">
                <button
                  type="button"
                  className="icon-button"
                  disabled={i === 0}
                  aria-label={t('list.moveUp', { column: f.label })}
                  onClick={() => move(i, -1)}
                >
                  <Icon name="arrowUp" size={14} />
                </button>
                <button
                  type="button"
                  className="icon-button"
                  disabled={i === shown.length - 1}
                  aria-label={t('list.moveDown', { column: f.label })}
                  onClick={() => move(i, 1)}
                >
                  <Icon name="arrowDown" size={14} />
                </button>
              </span>
            </li>
          ) : null,
        )}
        {others
          .filter((f) => fits(f.label))
          .map((f) => (
            <li key={f.name}>
              <Checkbox checked={false} onChange={() => setColumns([...columns, f.name])}>
                {f.label}
              </Checkbox>
            </li>
          ))}
      </ul>
      <button type="button" className="link-button" onClick={() => setColumns(null)}>
        {t('list.standardColumns')}
      </button>
    </section>
  );
}
