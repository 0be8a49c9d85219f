import { Select } from 'antd';
import { type DragEvent, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useModel } from '../api/model';
import { useTranslation } from '../app/i18n';
import { Icon } from '../parts/Icon';
import { useFormat } from '../parts/useFormat';
import { useTakeFile } from './useTakeFile';

export function DropFile() {
  const { t } = useTranslation();
  const f = useFormat();
  const model = useModel();
  const [query, setQuery] = useSearchParams();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const objects = model.objects
    .filter((o) => o.importable && o.rights?.create !== false)
    .toSorted((a, b) => Number(b.root === 'self') - Number(a.root === 'self'));
  const object = query.get('object') ?? objects[0]?.name ?? 'customer';

  const { take, busy, fault } = useTakeFile(object, true);
  const onDrop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    void take(e.dataTransfer.files[0]);
  };
  return (
    <>
      <div className="import-object">
        <label htmlFor="import-object">{t('import.into')}</label>
        <Select
          id="import-object"
          value={object}
          options={objects.map((o) => ({ value: o.name, label: o.plural_label || o.label }))}
          onChange={(v) => setQuery({ object: v }, { replace: true })}
        />
      </div>
      {/* The button within does the same by keyboard. */}
      <div
        className={over ? 'drop drop-over' : 'drop'}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Icon name="import" size={28} />
        <p className="state-title">
          {busy
            ? t('import.uploading', { name: busy.name, size: f.size(busy.size) })
            : t('import.drop')}
        </p>
        <p className="state-hint">{t('import.kinds')}</p>
        <input
          ref={input}
          type="file"
          className="hidden-label"
          aria-label={t('file.choose')}
          tabIndex={-1}
          accept=".xlsx,.csv,.txt,.tsv,.vcf"
          onChange={(e) => {
            void take(e.target.files?.[0]);
            e.target.value = ''; // the same file again, once it is mended
          }}
        />
        <button
          type="button"
          className="ghost-button"
          disabled={busy !== null}
          onClick={() => input.current?.click()}
        >
          {t('file.choose')}
        </button>
        {fault && (
          <p className="drop-fault" role="alert">
            {fault}
          </p>
        )}
      </div>
    </>
  );
}
