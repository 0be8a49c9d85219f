import type { Id } from '../api/types';

export type ImportState =
  | 'uploaded'
  | 'checking'
  | 'checked'
  | 'running'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'undoing'
  | 'partly_undone'
  | 'undone';

export type Policy = 'skip' | 'update_empty' | 'overwrite' | 'create' | 'ask';
export const policies: Policy[] = ['skip', 'update_empty', 'overwrite', 'create', 'ask'];

export interface Column {
  index: number;
  header: string;
  /** Another column has the same header. */
  repeated?: boolean;
  samples: string[];
  /** The field, or its part such as address.city; null: the column is left out. */
  field: string | null;
  confidence: number;
  /** Several fields out of one cell, in this order; null: the cell is one value. */
  split: string[] | null;
  translate: Record<string, string>;
  default: string | null;
  /** How 12/8/2026 is read; null: no such days were seen. */
  date_order?: 'mdy' | 'dmy' | null;
  /** Samples that are no choice of the field. */
  unknown?: string[];
}

/** Words that are no choice and have no translation yet. */
export function untranslated(c: Column): string[] {
  return c.field ? (c.unknown ?? []).filter((w) => !c.translate?.[w]) : [];
}

export interface RowProblem {
  column: number | string | null;
  code: string;
  message: string;
  value?: unknown;
  /** The cell went elsewhere, such as to the notes; the row is good. */
  mild?: boolean;
}

export interface ImportRow {
  line: number;
  outcome: string;
  record?: Id | null;
  values?: unknown[];
  problems?: RowProblem[];
  changes?: Record<string, unknown> | null;
  /** The record that the row was found to be. */
  known?: Known | null;
  /** By column: what is made of the cell, where the cell does not say it itself. */
  made?: Record<string, string>;
}

export interface Known {
  id: Id;
  title: string;
  reasons: string[];
  changes: { field: string; label: string; before: string | null; after: string | null }[];
}

/** A record that a row may be, and both field by field. */
export interface Candidate {
  id: Id;
  title: string;
  score: number;
  reasons: string[];
  fields: { field: string; label: string; row: string | null; record: string | null }[];
}

export interface Answer {
  choice: 'update' | 'create' | 'skip';
  id?: Id | null;
}

export interface Waiting {
  line: number;
  title: string | null;
  /** What has been chosen for it; null: nothing yet. */
  answer: Answer | null;
  candidates: Candidate[];
}

export interface Report {
  rows: number;
  created: number;
  updated: number;
  merged: number;
  skipped: number;
  refused: number;
  ask?: number;
  cells_repaired: number;
  /** Records that come along with those of the rows, such as contacts. */
  beside?: { object: string; label: string; created: number; updated: number }[];
  validity: number | null;
  completeness: number | null;
  by_source?: QualityGroup[];
  by_owner?: QualityGroup[];
  sample?: ImportRow[];
  duplicates?: Waiting[];
  /** What came of taking it back. */
  undo?: { restored: number; kept_total: number; kept_changed: number; kept_used: number };
  by_column?: ColumnReport[];
  /** Columns with values that go nowhere. */
  left_out?: { column: number; header: string }[];
  refused_files?: { xlsx: string; csv: string } | null;
}

/** What was wrong in a column; column null: with the row. */
export interface ColumnReport {
  column: number | null;
  header: string;
  repaired: number;
  /** Cells that went to the notes. */
  noted: number;
  refused: number;
  reasons: { code: string; message: string; mild: boolean; count: number }[];
}

export interface QualityGroup {
  key: string;
  title?: string | null;
  records: number;
  validity: number;
  completeness: number;
}

export interface ImportRecord {
  id: Id;
  version?: number;
  state: ImportState;
  object: string;
  file?: Id | { id: Id; name: string } | null;
  name?: string;
  file_name?: string;
  sheets: { name: string; rows: number | null; hidden?: boolean }[];
  sheet: number;
  header_row?: number | null;
  columns: Column[];
  encoding?: string | null;
  policy: Policy;
  source?: string | null;
  report?: Report | null;
  job?: Id | null;
  /** What it has written, once it has run. */
  batch?: Id | null;
  error?: string | null;
  created_at?: string;
  /** The newest import of a file of the same bytes; import null: out of one's sight. */
  same_file?: { import: Id | null; at: string | null; by: string } | null;
  _may?: string[];
}

/** A contacts file: its rows are cards. */
export function ofCards(i: ImportRecord): boolean {
  return i.header_row === null;
}

/** "A" … "Z", "AA" …, as spreadsheets name a column. */
export function columnLetters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last;
}

export function importName(i: ImportRecord): string {
  const file = i.file && typeof i.file === 'object' ? i.file.name : '';
  return i.name || i.file_name || file || `#${i.id.slice(-6)}`;
}
