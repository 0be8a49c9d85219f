/** How wide a column is before anybody moves it: what its values need in every language, and no more. */
import { valueType } from '../api/model';
import type { Field, FieldType } from '../api/types';

const byType: Partial<Record<FieldType, number>> = {
  boolean: 90,
  number: 110,
  percent: 110,
  money: 120,
  choice: 120,
  date: 130,
  instant: 140,
  phone: 160,
  long_text: 160,
  tags: 180,
  multi_choice: 180,
  multi_ref: 180,
  address: 200,
  email: 220,
};

/** Customers have companies' names; people and stages have short ones. */
const byTarget: Record<string, number> = { customer: 180, user: 110, stage: 110 };

const other = 150;
/** A text that may be as long as a sentence. */
const sentence = { from: 200, width: 240 };

export function widthFor(f: Field, isTitle: boolean): number {
  const type = valueType(f);
  if (isTitle) return type === 'long_text' ? 320 : 200;
  if (type === 'text' && (f.max ?? 0) >= sentence.from) return sentence.width;
  return (type === 'ref' ? byTarget[f.target ?? ''] : byType[type]) ?? other;
}
