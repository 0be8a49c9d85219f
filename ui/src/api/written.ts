const untilFound = 15_000;
let last = Number.NEGATIVE_INFINITY;

/** This user wrote something, or a job of his did. */
export function noteWritten() {
  last = Date.now();
}

/** What was written a moment ago enters the search index a moment later. */
export const isWrittenJustNow = () => Date.now() - last < untilFound;
