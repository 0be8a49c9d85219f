import { useSession } from '../api/session';
import type { Field, RecordData } from '../api/types';
import { isEmpty } from '../field/empty';

export const isMasked = (record: RecordData, field: Field) =>
  record._masked?.includes(field.name) ?? false;

/** There is something behind the mask, and this reader may look. */
export function useMayReveal(record: RecordData, field: Field): boolean {
  const { special_rights } = useSession();
  return (
    special_rights.includes('reveal') && isMasked(record, field) && !isEmpty(record[field.name])
  );
}
