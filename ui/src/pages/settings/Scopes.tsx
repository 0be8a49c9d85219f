import { Checkbox } from 'antd';
import { useModel } from '../../api/model';
import type { ModelObject } from '../../api/types';
import { useTranslation } from '../../app/i18n';

const operations = ['read', 'create', 'update', 'delete', 'export'] as const;

const may = (o: ModelObject, op: (typeof operations)[number]) =>
  op === 'read' || Boolean(o.rights?.[op] && !(o.append_only && (op === 'update' || op === 'delete')));

/** What a program may do: each object by each operation, of those that its owner may do. */
export function Scopes({ value, onChange }: { value: string[]; onChange: (v: string[]) => void }) {
  const { t } = useTranslation();
  const model = useModel();
  const objects = model.objects.filter((o) => o.menu);
  const toggle = (scope: string, on: boolean) =>
    onChange(on ? [...value, scope] : value.filter((s) => s !== scope));
  return (
    <div className="scopes" role="group" aria-label={t('tokens.scopes')}>
      <table>
        <thead>
          <tr>
            <th>{t('tokens.object')}</th>
            {operations.map((op) => (
              <th key={op}>{t(`tokens.op.${op}`)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {objects.map((o) => {
            const label = o.plural_label || o.label;
            return (
              <tr key={o.name}>
                <th>{label}</th>
                {operations.map((op) => (
                  <td key={op}>
                    {may(o, op) && (
                      <Checkbox
                        aria-label={t('tokens.scope', { object: label, op: t(`tokens.op.${op}`) })}
                        checked={value.includes(`${o.plural}:${op}`)}
                        onChange={(e) => toggle(`${o.plural}:${op}`, e.target.checked)}
                      />
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
