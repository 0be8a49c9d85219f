import { Button } from 'antd';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useTranslation } from '../app/i18n';
import { Icon, type IconName } from './Icon';

export function Empty({
  icon = 'inbox',
  title,
  hint,
  heading,
  children,
}: {
  icon?: IconName;
  title: string;
  hint?: string;
  /** The page has nothing else, so that this is its heading. */
  heading?: boolean;
  children?: ReactNode;
}) {
  const Title = heading ? 'h1' : 'p';
  return (
    <div className="state">
      <Icon name={icon} size={28} />
      <Title className="state-title">{title}</Title>
      {hint && <p className="state-hint">{hint}</p>}
      {children && <div className="state-actions">{children}</div>}
    </div>
  );
}

/** What went wrong, why, how to go on, and the number by which the log is found. */
export function Failure({
  error,
  retry,
  children,
}: {
  error: unknown;
  retry?: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const known = error instanceof ApiError ? error : null;
  return (
    <div className="state" role="alert">
      <Icon name="alert" size={28} />
      <p className="state-title">{known?.message ?? t('error.unexpected')}</p>
      {known?.requestId && (
        <p className="state-hint">{t('error.request', { id: known.requestId })}</p>
      )}
      {(retry || children) && (
        <div className="state-actions">
          {retry && (
            <Button onClick={retry} icon={<Icon name="redo" size={16} />}>
              {t('action.retry')}
            </Button>
          )}
          {children}
        </div>
      )}
    </div>
  );
}

export function Skeleton({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className="skeleton" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="skeleton-row" />
      ))}
    </div>
  );
}

export function Badge({ color, children }: { color?: string | undefined; children: ReactNode }) {
  return <span className={`badge badge-${color || 'grey'}`}>{children}</span>;
}
