import { Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { fieldNamed } from '../api/model';
import type { ModelObject, RecordData, Titles } from '../api/types';
import { Value } from '../field/Value';

/** Somebody else was faster: both versions side by side, and the choice. */
export function Conflict({
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
    <Modal
      open
      onCancel={onClose}
      title={t('conflict.title')}
      footer={[
        <Button key="theirs" onClick={onTakeTheirs}>
          {t('conflict.theirs')}
        </Button>,
        <Button key="mine" type="primary" onClick={onKeepMine}>
          {t('conflict.mine')}
        </Button>,
      ]}
    >
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
    </Modal>
  );
}
