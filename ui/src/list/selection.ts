import type { Id, RecordData } from '../api/types';

/** The chosen records as they were seen, so that a change of them names the version it is of. */
export type Selection = ReadonlyMap<Id, RecordData>;

export const nothing: Selection = new Map();
