import { useEffect, useRef } from 'react';
import { useTranslation } from '../app/i18n';
import type { InputProps } from './FieldInput';
import { cleanHtml } from './RichText';

const tools = [
  ['bold', 'B', 'rich.bold'],
  ['italic', 'I', 'rich.italic'],
  ['insertUnorderedList', '•', 'rich.bullets'],
  ['insertOrderedList', '1.', 'rich.numbers'],
] as const;

/** A small editor: what it gives is sanitised once more on the server. */
export default function RichInput({ value, onChange, id, invalid, field }: InputProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const initial = useRef(typeof value === 'string' ? value : '');

  useEffect(() => {
    box.current?.replaceChildren(cleanHtml(initial.current));
  }, []);

  const tell = () => {
    const node = box.current;
    if (node) onChange(node.textContent?.trim() ? node.innerHTML : null);
  };
  return (
    <div className={invalid ? 'rich rich-invalid' : 'rich'}>
      <div className="rich-tools">
        {tools.map(([command, sign, label]) => (
          <button
            key={command}
            type="button"
            className="icon-button"
            aria-label={t(label)}
            title={t(label)}
            onMouseDown={(e) => e.preventDefault()}
            onClick={() => {
              document.execCommand(command);
              tell();
            }}
          >
            {sign}
          </button>
        ))}
      </div>
      <div
        ref={box}
        id={id}
        className="rich-box rich-text"
        contentEditable
        role="textbox"
        aria-multiline="true"
        aria-label={field.label}
        tabIndex={0}
        onInput={tell}
      />
    </div>
  );
}
