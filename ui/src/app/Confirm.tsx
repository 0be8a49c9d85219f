import { Button } from 'antd';
import type { Asked } from '../parts/ask';
import { Dialog } from '../parts/Dialog';
import { useTranslation } from './i18n';

export default function Confirm({ asked }: { asked: Extract<Asked, { kind: 'confirm' }> }) {
  const { t } = useTranslation();
  return (
    <Dialog title={asked.title} onClose={() => asked.answer(false)}>
      {asked.hint && <p className="muted">{asked.hint}</p>}
      <div className="dialog-foot">
        <Button onClick={() => asked.answer(false)}>{asked.no ?? t('action.cancel')}</Button>
        <Button
          type="primary"
          autoFocus
          danger={asked.danger ?? false}
          onClick={() => asked.answer(true)}
        >
          {asked.yes}
        </Button>
      </div>
    </Dialog>
  );
}
