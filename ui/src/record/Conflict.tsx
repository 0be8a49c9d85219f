import { Button } from 'antd';
import { fieldNamed } from '../api/model';
import type { ModelObject, RecordData, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Value } from '../field/Value';
import { Dialog } from '../parts/Dialog';

/** Somebody else was faster: both versions side by side, and the choice. */
export default function Conflict({
  object,
  current,
  yours,
  titles,
  onKeepMine,
  onTakeTheirs,
  onClose,
}: {
  object: ModelObject;
  current: RecordData;
  yours: Record<string, unknown>;
  titles: Titles;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const fields = Object.keys(yours).flatMap((n) => fieldNamed(object, n) ?? []);
  return (
    <Dialog title={t('conflict.title')} onClose={onClose}>
      <p className="muted">{t('conflict.hint')}</p>
      <table className="compare">
        <thead>
          <tr>
            <th>{t('conflict.field')}</th>
            <th>{t('conflict.now')}</th>
            <th>{t('conflict.yours')}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((f) => (
            <tr key={f.name}>
              <th>{f.label}</th>
              <td>
                <Value field={f} value={current[f.name]} titles={titles} />
              </td>
              <td>
                <Value field={f} value={yours[f.name]} titles={titles} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="dialog-foot">
        <Button onClick={onTakeTheirs}>{t('conflict.theirs')}</Button>
        <Button type="primary" onClick={onKeepMine}>
          {t('conflict.mine')}
        </Button>
      </div>
    </Dialog>
  );
}
