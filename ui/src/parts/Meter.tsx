import { Link } from 'react-router';
import { useTranslation } from '../app/i18n';
import { useFormat } from './useFormat';

/** A share as a bar with the line that it should reach, said in words as well. */
export function Meter({
  label,
  value,
  reference,
  to,
}: {
  label: string;
  value: number | null | undefined;
  reference: number;
  /** Where what it counts is shown. */
  to?: string | null;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  const known = typeof value === 'number';
  const share = known ? f.percent(value) : '—';
  const good = known && value >= reference;
  return (
    <div className="meter">
      <div className="meter-head">
        <span>{label}</span>
        <b>{to && known ? <Link to={to}>{share}</Link> : share}</b>
      </div>
      <div className="meter-bar" aria-hidden="true">
        <span
          className={good ? 'meter-good' : 'meter-low'}
          style={{ width: `${Math.round((known ? value : 0) * 100)}%` }}
        />
        <i style={{ left: `${reference * 100}%` }} />
      </div>
      <p className="small muted">
        {known
          ? t(good ? 'quality.above' : 'quality.below', { reference: f.percent(reference, 0) })
          : t('quality.reference', { reference: f.percent(reference, 0) })}
      </p>
    </div>
  );
}
