import { Button } from 'antd';
import { useTranslation } from '../app/i18n';
import { useTell } from './useTell';

/** Nothing where the browser has no clipboard for the page, as without HTTPS: the text can be marked. */
export function Copy({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const tell = useTell();
  if (!navigator.clipboard) return null;
  const copy = () =>
    navigator.clipboard.writeText(text).then(() => tell.done(t('tokens.copied')), tell.error);
  return <Button onClick={() => void copy()}>{label}</Button>;
}
