import { Button } from 'antd';
import { useEffect, useSyncExternalStore } from 'react';
import { Link, useRouteError } from 'react-router';
import { ApiError } from '../api/client';
import { connection, probe } from '../api/connection';
import { Empty, Failure } from '../parts/states';
import { useTranslation } from './i18n';

export function Lost() {
  const { t } = useTranslation();
  return (
    <Empty heading icon="search" title={t('lost.title')} hint={t('lost.hint')}>
      <Link to="/" className="link-button">
        {t('lost.home')}
      </Link>
    </Empty>
  );
}

/** A page that could not be drawn or loaded; after an update of the server, loading anew mends it. */
export function RouteFailure() {
  const error = useRouteError();
  const { t } = useTranslation();
  const state = useSyncExternalStore(connection.subscribe, connection.current);
  const away = state === 'offline' || state === 'lost';
  // The browser may hold on to a failed part of the screen: only loading anew asks for it again.
  useEffect(() => connection.onReturn(() => location.reload()), []);
  return (
    <Failure error={away ? new ApiError(0, 'offline', t('error.offline')) : error}>
      <Button onClick={() => (away ? void probe() : location.reload())}>
        {t(away ? 'action.retry' : 'action.reload')}
      </Button>
    </Failure>
  );
}
