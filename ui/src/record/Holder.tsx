import { objectNamed, recordTitle, useModel } from '../api/model';
import { useRecord } from '../api/records';
import { useTranslation } from '../app/i18n';

/** Who has a phone number or e-mail already, in a page of its own, so that what is typed stays. */
export function Holder({ id }: { id: string }) {
  const { t } = useTranslation();
  const customer = objectNamed(useModel(), 'customer');
  const record = useRecord(customer?.plural ?? '', customer && id);
  if (!customer || !record.data) return null;
  const name = recordTitle(customer, record.data.data, record.data.titles) || customer.label;
  return (
    <a href={`/${customer.plural}/${id}`} target="_blank" rel="noreferrer">
      {t('form.openHolder', { name })}
    </a>
  );
}
