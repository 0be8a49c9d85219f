import { Button } from 'antd';
import type { Field, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { isEmpty } from '../field/empty';
import { Value } from '../field/Value';
import type { Their } from './useTheirs';

/** Below a field that somebody else has changed since the form was opened. */
export function TheirChange({
  field,
  their,
  by,
  titles,
  onMine,
  onTheirs,
}: {
  field: Field;
  their: Their;
  by: string;
  titles: Titles;
  onMine: () => void;
  onTheirs: () => void;
}) {
  const { t } = useTranslation();
  const say = (value: unknown) =>
    isEmpty(value) ? (
      <span className="muted">{t('conflict.empty')}</span>
    ) : (
      <Value field={field} value={value} titles={titles} compact />
    );
  return (
    <div className={their.open ? 'their their-open' : 'their'} role="status">
      <p>
        {t('conflict.changed', { name: by || t('conflict.somebody') })} <b>{say(their.now)}</b>
        <span className="muted">
          {' '}
          {t('conflict.was')} {say(their.before)}
        </span>
      </p>
      {their.open && (
        <div className="their-choice">
          <Button size="small" onClick={onMine}>
            {t('conflict.keepMine')}
          </Button>
          <Button size="small" onClick={onTheirs}>
            {t('conflict.takeTheirs')}
          </Button>
        </div>
      )}
    </div>
  );
}
