import { useModel } from '../api/model';
import type { Field, ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { rightChanges, rightsOf } from './roleRights';

export const isDefinition = (o: ModelObject, f: Field) =>
  o.name === 'role' && f.name === 'definition';

/** What a role gives, a line for each kind of record. */
export function RoleRights({ definition }: { definition: unknown }) {
  const { t } = useTranslation();
  const model = useModel();
  const rights = rightsOf(definition, model, t);
  const kinds = [...new Set(rights.map((r) => r.of))];
  return (
    <span className="role-rights">
      {kinds.map((of) => (
        <span key={of}>
          <strong>{of}</strong>{' '}
          {rights
            .filter((r) => r.of === of)
            .map((r) => (r.said === t('role.may') ? r.what : `${r.what} ${r.said}`))
            .join(t('list.comma'))}
        </span>
      ))}
    </span>
  );
}

/** The lines of a change of a role: what was given before, and what is now. */
export function RoleChanges({ before, after }: { before: unknown; after: unknown }) {
  const { t } = useTranslation();
  const model = useModel();
  const changes = rightChanges(rightsOf(before, model, t), rightsOf(after, model, t), t);
  return changes.map((c) => (
    <div key={c.key}>
      <dt>
        {c.of} · {c.what}
      </dt>
      <dd>
        <del>{c.before}</del>
        <span className="muted"> → </span>
        {c.after}
      </dd>
    </div>
  ));
}
