import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from '../app/i18n';
import { api } from './client';
import type { Field, FieldType, Model, ModelObject, RecordData, Titles } from './types';

export const modelKey = (language: string) => ['model', language];

export function useModelQuery() {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: modelKey(i18n.language),
    queryFn: async ({ signal }) => (await api<{ data: Model }>('/model', { signal })).data,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (old) => old,
  });
}

export function useModel(): Model {
  const { data } = useModelQuery();
  if (!data) throw new Error('no model');
  return data;
}

export function useObject(plural: string | undefined): ModelObject | undefined {
  const model = useModel();
  return useMemo(() => model.objects.find((o) => o.plural === plural), [model, plural]);
}

export function objectNamed(
  model: Model | undefined,
  name: string | undefined,
): ModelObject | undefined {
  return model?.objects.find((o) => o.name === name);
}

export function fieldNamed(object: ModelObject, name: string): Field | undefined {
  return object.fields.find((f) => f.name === name);
}

/** The model holds what this user may read. */
export function mayReadCustomers(model: Model): boolean {
  return objectNamed(model, 'customer') !== undefined;
}

/** What a field's values look like: for computed ones, the type of their figure. */
export function valueType(f: Field): FieldType {
  return f.type === 'formula' || f.type === 'rollup' ? (f.result ?? 'number') : f.type;
}

export function titleField(o: ModelObject): string {
  return o.title ?? 'id';
}

const spoken = new Set<FieldType>(['text', 'long_text', 'phone', 'email']);
const longestTitle = 60;

/** A record's name; one whose object has no title is called by its first words. */
export function recordTitle(o: ModelObject, r: RecordData, titles: Titles = {}): string {
  const title = titleField(o);
  if (title !== 'id') return String(r[title] || titles[r.id] || '');
  const words = o.fields.find((f) => !f.system && spoken.has(f.type) && r[f.name]);
  return words ? String(r[words.name]).slice(0, longestTitle) : '';
}

export function isWritable(f: Field): boolean {
  return !f.system && !f.computed && !f.readonly && (f.access ?? 'write') === 'write';
}

/** Whether this reader may change or delete this one, by the server's word. */
export const mayUpdate = (r: RecordData) => r._may?.includes('update') ?? false;
/** Records of it may become one. */
export const mayMerge = (o: ModelObject) =>
  Boolean(o.rights?.update && !o.append_only && !o.guarded);
export const mayDelete = (r: RecordData) => r._may?.includes('delete') ?? false;

const bulky = new Set<FieldType>(['rich_text', 'json', 'file', 'geo']);

/** Whose a record is and what else no object declares for itself. */
export const isGeneral = (f: Field) => Boolean(f.system) || f.name === 'owner';

export const generalLast = (fields: Field[]): Field[] => [
  ...fields.filter((f) => !isGeneral(f)),
  ...fields.filter(isGeneral),
];

/** Fields that can be a column of a list. */
export function columnFields(o: ModelObject): Field[] {
  return generalLast(o.fields).filter((f) => !f.hidden && !bulky.has(f.type) && f.name !== 'version');
}

export function defaultColumns(o: ModelObject): string[] {
  const wanted = o.layouts?.list?.filter((n) => fieldNamed(o, n));
  if (wanted?.length) return wanted;
  const title = titleField(o);
  const rest = columnFields(o).filter((f) => !f.system && f.name !== title);
  return [title, ...rest.slice(0, 5).map((f) => f.name)];
}

/**
 * The form's sections; fields that no section names come last, so that none is out of reach. A value
 * that is masked stands where it belongs, also for who may not change it.
 */
export function formSections(
  o: ModelObject,
  record?: RecordData,
): { label?: string; fields: Field[] }[] {
  const belongs = (f: Field) =>
    isWritable(f) || Boolean(!f.system && !f.computed && record?._masked?.includes(f.name));
  const seen = new Set<string>();
  const sections = (o.layouts?.form ?? []).map((s) => {
    const fields = s.fields.flatMap((n) => fieldNamed(o, n) ?? []).filter(belongs);
    for (const f of fields) seen.add(f.name);
    return s.label ? { label: s.label, fields } : { fields };
  });
  const rest = o.fields.filter((f) => belongs(f) && !f.hidden && !seen.has(f.name));
  if (rest.length) sections.push({ fields: rest });
  return sections.filter((s) => s.fields.length > 0);
}

export function factFields(o: ModelObject): Field[] {
  const names = o.layouts?.facts;
  const named = names?.flatMap((n) => fieldNamed(o, n) ?? []) ?? [];
  if (named.length) return named;
  return o.fields.filter((f) => !f.system && !f.hidden && f.name !== o.title);
}

export interface RelatedList {
  object: ModelObject;
  via: Field;
}

/** Child lists of a record: those that its layout names, else every object that refers to it. */
export function relatedLists(model: Model, o: ModelObject): RelatedList[] {
  const via = (child: ModelObject, name?: string) =>
    child.fields.find((f) => f.type === 'ref' && f.target === o.name && (!name || f.name === name));
  const named = o.layouts?.related?.flatMap((r) => {
    const [objectName = '', fieldName] = typeof r === 'string' ? r.split('.') : [r.object, r.via];
    const child = model.objects.find((c) => c.name === objectName || c.plural === objectName);
    const field = child && via(child, fieldName);
    return child && field ? [{ object: child, via: field }] : [];
  });
  if (named?.length) return named;
  return model.objects.flatMap((child) => {
    const field = via(child);
    return field && !field.system && child.name !== o.name ? [{ object: child, via: field }] : [];
  });
}

/** Records that people go to see; stages, users and the like are only named. */
export function isDestination(o: ModelObject | undefined): o is ModelObject {
  return Boolean(o?.menu && o.menu.section !== 'settings');
}
