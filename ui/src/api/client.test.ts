import { describe, expect, it } from 'vitest';
import { keyKeeper } from './client';

describe('keys', () => {
  it('stay while the same is sent, and are new for any other content and after an answer', () => {
    const keys = keyKeeper();
    const first = keys.of({ text: 'a', at: 1 });
    expect(keys.of({ text: 'a', at: 1 })).toBe(first);
    const second = keys.of({ text: 'a', at: 2 });
    expect(second).not.toBe(first);
    keys.answered();
    expect(keys.of({ text: 'a', at: 2 })).not.toBe(second);
  });
});
