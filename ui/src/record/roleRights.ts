/** A role's definition in people's words. What it may hold: docs/internals/access.md */
import { fieldNamed, objectNamed } from '../api/model';
import type { Model } from '../api/types';
import type { Translate } from '../app/i18n';

export interface Right {
  /** The place in the definition, by which two versions are compared. */
  key: string;
  of: string;
  what: string;
  said: string;
}

interface Definition {
  objects?: Record<string, Record<string, unknown>>;
  rights?: string[];
}

const operations = ['read', 'create', 'update', 'delete', 'export'];

function sayScope(scope: unknown, t: Translate): string {
  if (scope === true) return t('role.may');
  if (typeof scope === 'string') return t(`role.scope.${scope}`, { defaultValue: scope });
  return t(Object.keys(scope as object).length ? 'role.scope.some' : 'role.scope.all');
}

export function rightsOf(definition: unknown, model: Model, t: Translate): Right[] {
  const { objects = {}, rights = [] } = (definition ?? {}) as Definition;
  const ofObjects = Object.entries(objects).flatMap(([name, entry]): Right[] => {
    const object = objectNamed(model, name);
    const of = name === '*' ? t('role.others') : object?.plural_label || object?.label || name;
    const granted = operations.filter((op) => entry[op]);
    const fields = Object.entries((entry.fields ?? {}) as Record<string, string>);
    return [
      ...granted.map((op) => ({
        key: `${name}.${op}`,
        of,
        what: t(`tokens.op.${op}`),
        said: sayScope(entry[op], t),
      })),
      ...fields.map(([field, access]) => ({
        key: `${name}.fields.${field}`,
        of,
        what:
          field === '*' ? t('role.otherFields') : (object && fieldNamed(object, field)?.label) || field,
        said: t(`role.field.${access}`, { defaultValue: access }),
      })),
    ];
  });
  const special = rights.map((right) => ({
    key: `rights.${right}`,
    of: t('role.special'),
    what: t(`role.right.${right}`, { defaultValue: right }),
    said: t('role.may'),
  }));
  return [...ofObjects, ...special];
}

export interface RightChange extends Omit<Right, 'said'> {
  before: string;
  after: string;
}

/** What one version of a definition gives otherwise than another. */
export function rightChanges(before: Right[], after: Right[], t: Translate): RightChange[] {
  const old = new Map(before.map((r) => [r.key, r]));
  const now = new Map(after.map((r) => [r.key, r]));
  return [...new Map([...old, ...now]).values()].flatMap((r) => {
    const unsaid = t(r.key.includes('.fields.') ? 'role.usual' : 'role.mayNot');
    const change = {
      ...r,
      before: old.get(r.key)?.said ?? unsaid,
      after: now.get(r.key)?.said ?? unsaid,
    };
    return change.before === change.after ? [] : [change];
  });
}
