import { Button } from 'antd';
import { Link, useRouteError } from 'react-router';
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
  return (
    <div>
      <Failure error={error} />
      <div className="state-actions">
        <Button onClick={() => location.reload()}>{t('action.reload')}</Button>
      </div>
    </div>
  );
}
