export type Id = string;

export type FieldType =
  | 'text'
  | 'long_text'
  | 'rich_text'
  | 'number'
  | 'percent'
  | 'money'
  | 'boolean'
  | 'date'
  | 'instant'
  | 'choice'
  | 'multi_choice'
  | 'tags'
  | 'phone'
  | 'email'
  | 'url'
  | 'address'
  | 'geo'
  | 'file'
  | 'image'
  | 'ref'
  | 'multi_ref'
  | 'json'
  | 'formula'
  | 'rollup';

export interface Choice {
  key: string;
  label: string;
  color?: string;
  retired?: boolean;
}

export interface Field {
  name: string;
  type: FieldType;
  label: string;
  help?: string;
  required?: boolean;
  unique?: boolean;
  multi?: boolean;
  system?: boolean;
  custom?: boolean;
  computed?: boolean;
  readonly?: boolean;
  hidden?: boolean;
  expected?: boolean;
  access?: 'write' | 'read' | 'mask';
  sortable?: boolean;
  filterable?: boolean;
  choices?: Choice[];
  target?: string;
  decimals?: number;
  currency?: string;
  min?: number;
  max?: number;
  max_chars?: number;
  default?: unknown;
  result?: FieldType;
}

export interface Rights {
  read?: boolean;
  create?: boolean;
  update?: boolean;
  delete?: boolean;
  export?: boolean;
}

export interface FormSection {
  label?: string;
  fields: string[];
}

export interface ModelObject {
  name: string;
  plural: string;
  label: string;
  plural_label: string;
  module: string;
  custom?: boolean;
  root?: 'self' | 'customer' | null;
  owned?: boolean;
  title?: string;
  append_only?: boolean;
  /** Its records decide who may do what. */
  guarded?: boolean;
  importable?: boolean;
  /** The object whose import may bring records of this one along. */
  import_with?: string;
  menu?: { section: string; order: number } | null;
  layouts?: {
    list?: string[];
    form?: FormSection[];
    facts?: string[];
    board?: string;
    related?: (string | { object: string; via?: string })[];
  };
  rights?: Rights;
  fields: Field[];
}

export interface Model {
  version: string;
  objects: ModelObject[];
}

export interface User {
  id: Id;
  name: string;
  email: string;
  language: string | null;
  time_zone: string | null;
  theme?: string | null;
}

export interface Session {
  user: User;
  csrf: string;
  rights: Record<string, Rights>;
  /** "import", "reveal" and the like. */
  special_rights: string[];
  administrator: boolean;
  base_currency: string;
  /** The country of phone numbers that name none, such as TW. */
  phone_region: string;
  second_factor: { enabled: boolean; required: boolean };
  enterprise: string;
  demo: boolean;
}

export interface Money {
  amount: number;
  currency: string;
}

export interface Address {
  country?: string | null;
  province?: string | null;
  city?: string | null;
  district?: string | null;
  street?: string | null;
  postcode?: string | null;
}

export interface RecordData {
  id: Id;
  version: number | string;
  _masked?: string[];
  /** What the reader may do with it. */
  _may?: ('update' | 'delete')[];
  [field: string]: unknown;
}

export type Titles = Record<Id, string>;

export const noTitles: Titles = {};

export interface Count {
  value: number;
  exact: boolean;
}

export interface Page<T = RecordData> {
  data: T[];
  has_more: boolean;
  next: string | null;
  count?: Count | null;
  titles?: Titles;
}

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled' | 'dead';

export interface Job {
  id: Id;
  kind: string;
  label?: string;
  subject?: string | null;
  state: JobState;
  done: number;
  total: number | null;
  message?: string | null;
  error?: { pointer: string; code: string; detail: string }[] | null;
  attempts?: number;
  created_at: string;
  started_at?: string | null;
  ended_at?: string | null;
  result?: { file?: Id | { id: Id; name?: string }; [key: string]: unknown } | null;
  cancellable?: boolean;
  retryable?: boolean;
  /** What it changed, which can be taken back together. */
  batch?: Id | null;
}
