import { Button } from 'antd';
import { useRef, useState } from 'react';
import { fileUrl, upload } from '../api/client';
import { useTranslation } from '../app/i18n';
import { Icon } from '../parts/Icon';
import { useTell } from '../parts/useTell';
import type { InputProps } from './FieldInput';

export function FileInput({ field, value, onChange, id, titles }: InputProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [name, setName] = useState('');
  const held = typeof value === 'string' ? value : null;

  const choose = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    try {
      const stored = await upload(file);
      setName(stored.name);
      onChange(stored.id);
    } catch (e) {
      tell.error(e);
    } finally {
      setBusy(false);
      if (input.current) input.current.value = '';
    }
  };

  return (
    <div className="file-input">
      {held && field.type === 'image' && (
        <img className="file-image" src={fileUrl(held)} alt={field.label} />
      )}
      {held && (
        <a href={fileUrl(held)} className="file-link" download>
          <Icon name="file" size={16} />
          {name || titles?.[held] || t('value.file')}
        </a>
      )}
      <input
        ref={input}
        id={id}
        type="file"
        className="hidden-label"
        accept={field.type === 'image' ? 'image/png,image/jpeg,image/webp,image/gif' : undefined}
        onChange={(e) => void choose(e.target.files?.[0])}
      />
      <Button
        loading={busy}
        icon={<Icon name="import" size={16} />}
        onClick={() => input.current?.click()}
      >
        {held ? t('file.replace') : t('file.choose')}
      </Button>
      {held && <Button onClick={() => onChange(null)}>{t('action.remove')}</Button>}
    </div>
  );
}
