import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from '../app/i18n';
import type { InputProps } from './FieldInput';

export function JsonInput({ value, onChange, id, invalid }: InputProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(() =>
    value === null || value === undefined ? '' : JSON.stringify(value, null, 2),
  );
  const [broken, setBroken] = useState(false);
  const change = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() === '' ? null : JSON.parse(next));
      setBroken(false);
    } catch {
      setBroken(true);
    }
  };
  return (
    <>
      <Input.TextArea
        id={id}
        className="growing mono"
        value={text}
        {...(invalid || broken ? { status: 'error' as const } : {})}
        onChange={(e) => change(e.target.value)}
        spellCheck={false}
      />
      {broken && <p className="field-error">{t('field.badJson')}</p>}
    </>
  );
}
