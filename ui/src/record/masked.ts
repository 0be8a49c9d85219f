import type { Field, RecordData } from '../api/types';

export const isMasked = (record: RecordData, field: Field) =>
  record._masked?.includes(field.name) ?? false;
