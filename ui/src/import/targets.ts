import { fieldNamed, isWritable, objectNamed, useModel } from '../api/model';
import type { Field, Model, ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';

export interface Target {
  value: string;
  label: string;
}

const addressParts = ['province', 'city', 'district', 'street', 'postcode'];

/** Where a column may go: every writable field, the parts of addresses, and the fields of what may
 * come along, such as a company's contact. */
export function useTargets(object: ModelObject): Target[] {
  const { t } = useTranslation();
  const model = useModel();
  const of = (o: ModelObject) => {
    const open = o.fields.filter(
      (f) => (isWritable(f) || f.access === 'mask') && !f.system && !f.computed && !f.hidden,
    );
    return open.flatMap((f) => [
      { value: f.name, label: f.label },
      ...(f.type === 'address'
        ? addressParts.map((p) => ({
            value: `${f.name}.${p}`,
            label: `${f.label} · ${t(`address.${p}`)}`,
          }))
        : []),
    ]);
  };
  const along = model.objects.filter(
    (o) => o.import_with === object.name && o.rights?.create !== false,
  );
  return [
    ...of(object),
    ...along.flatMap((o) =>
      of({ ...o, fields: o.fields.filter((f) => f.target !== object.name) }).map((x) => ({
        value: `${o.name}.${x.value}`,
        label: `${o.label} · ${x.label}`,
      })),
    ),
  ];
}

/** The field that a column goes to, of the object itself or of what comes along. */
export function targetField(model: Model, object: ModelObject, path: string): Field | undefined {
  const dot = path.indexOf('.');
  const other = dot > 0 ? objectNamed(model, path.slice(0, dot)) : undefined;
  return fieldNamed(object, path) ?? (other && fieldNamed(other, path.slice(dot + 1)));
}
