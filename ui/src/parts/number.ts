/** The number that somebody wrote, at most so many decimals; null when it is none. */
export function readNumber(text: string, decimals: number): number | null {
  const plain = text.normalize('NFKC').replace(/[\s,]/g, '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain)) return null;
  const n = Number(plain);
  return Number.isFinite(n) ? Number(n.toFixed(Math.min(decimals, 20))) : null;
}
