import type { Field, Id } from '../api/types';
import { isEmpty } from '../field/empty';

const minute = 60_000;

/** How far a moment may be from the making of the record that a default stands for. */
const near: Record<string, number> = { now: minute, today: 24 * 60 * minute };

/**
 * Did a person choose this value of a new record? Figures, what is empty, and what the record would
 * have had anyway were not entered; a record that the server looks for as a default cannot be told
 * from one that was chosen.
 */
export function wasEntered(
  field: Field,
  value: unknown,
  made: { at: string; actor: { id: Id } | null },
): boolean {
  if (field.system || field.computed || isEmpty(value)) return false;
  if (field.name === 'owner' || field.default === 'me') return value !== made.actor?.id;
  const distance = near[String(field.default)];
  if (distance) return Math.abs(Date.parse(String(value)) - Date.parse(made.at)) > distance;
  return JSON.stringify(value) !== JSON.stringify(field.default);
}
