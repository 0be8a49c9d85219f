import type { CSSProperties } from 'react';
import { hueOf, initialOf } from './initial';

export function Avatar({ id, name, size = 24 }: { id: string; name: string; size?: number }) {
  const style = { '--hue': hueOf(id), '--size': `${size}px` } as CSSProperties;
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {initialOf(name)}
    </span>
  );
}
