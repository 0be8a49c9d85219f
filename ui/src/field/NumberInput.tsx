import { Input } from 'antd';
import { type ReactNode, useState } from 'react';
import { readNumber } from '../parts/number';

const plain = (n: number) => String(n);

/**
 * A number as it is typed: 1,200 and １２００ are read too. What is no number stays as it stands and
 * is handed on as text, so that saving refuses it in its place instead of dropping it.
 */
export function NumberInput({
  value,
  decimals,
  suffix,
  onChange,
  ...input
}: {
  value: unknown;
  decimals: number;
  suffix?: ReactNode;
  onChange: (value: number | string | null) => void;
  [prop: string]: unknown;
}) {
  const shown = typeof value === 'number' ? plain(value) : typeof value === 'string' ? value : '';
  const [text, setText] = useState(shown);
  const read = (s: string) => (s.trim() === '' ? null : (readNumber(s, decimals) ?? s));
  // Given from outside, or what this text means already?
  const [seen, setSeen] = useState(shown);
  if (seen !== shown) {
    setSeen(shown);
    const mine = read(text);
    if ((mine === null ? '' : String(mine)) !== shown) setText(shown);
  }
  return (
    <Input
      {...input}
      className="wide"
      inputMode="decimal"
      autoComplete="off"
      suffix={suffix}
      value={text}
      onChange={(e) => {
        setText(e.target.value);
        onChange(read(e.target.value));
      }}
      onBlur={() => setText(shown)}
    />
  );
}
