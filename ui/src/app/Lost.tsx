import { Button } from 'antd';
import { useEffect, useSyncExternalStore } from 'react';
import { Link, useRouteError } from 'react-router';
import { ApiError } from '../api/client';
import { connection, probe } from '../api/connection';
import type { ModelObject } from '../api/types';
import { Empty, Failure } from '../parts/states';
import { useTranslation } from './i18n';

export function Lost() {
  const { t } = useTranslation();
  return (
    <Empty heading icon="search" title={t('lost.title')} hint={t('lost.hint')}>
      <Home />
    </Empty>
  );
}

function Home() {
  const { t } = useTranslation();
  return (
    <Link to="/" className="ghost-button">
      {t('lost.home')}
    </Link>
  );
}

/** A record that is not there, or not for this reader; the list it would be in is. */
export function NoRecord({
  object,
  error,
  retry,
}: {
  object: ModelObject;
  error: unknown;
  retry: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Failure error={error} retry={retry}>
      <Link to={`/${object.plural}`} className="ghost-button">
        {t('lost.list', { objects: object.plural_label || object.label })}
      </Link>
    </Failure>
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
      <Home />
    </Failure>
  );
}
