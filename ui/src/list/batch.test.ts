import { describe, expect, it } from 'vitest';
import { reachOf } from './batch';

describe('named records', () => {
  it('are a condition, in lists that have an end', () => {
    expect(reachOf(['1', '2'])).toEqual({ where: { field: 'id', in: ['1', '2'] }, q: '' });
    const many = Array.from({ length: 1201 }, (_, i) => String(i));
    const { where } = reachOf(many);
    const parts = (where as { any: { in: string[] }[] }).any;
    expect(parts.map((p) => p.in.length)).toEqual([500, 500, 201]);
  });
});
