import { useSyncExternalStore } from 'react';
import { connection, probe } from '../api/connection';
import { Icon } from '../parts/Icon';
import { useTranslation } from './i18n';

/** One quiet line while the server is not reached, and for a moment when it is again. */
export function ConnectionNotice() {
  const { t } = useTranslation();
  const state = useSyncExternalStore(connection.subscribe, connection.current);
  return (
    <div role="status" className="connection-slot">
      {state !== 'good' && (
        <p className={`connection connection-${state}`}>
          <Icon name={state === 'back' ? 'check' : 'alert'} size={16} />
          <span>{t(`connection.${state}`)}</span>
          {state !== 'back' && (
            <button type="button" className="link-button" onClick={() => void probe()}>
              {t('connection.now')}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
