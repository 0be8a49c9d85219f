import type { Asked } from '../parts/ask';
import { Dialog } from '../parts/Dialog';
import { SignInForm } from '../pages/SignInForm';
import '../styles/login.css';
import { useTranslation } from './i18n';

/** The session has ended while a page was open: it stays as it is, with what has been typed. */
export default function SignInAgain({ asked }: { asked: Extract<Asked, { kind: 'signIn' }> }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('login.again')} onClose={() => asked.answer(false)}>
      <p className="muted">{t('login.againHint')}</p>
      <SignInForm known={asked.email} again onDone={() => asked.answer(true)} />
      <button type="button" className="link-button" onClick={() => asked.answer(false)}>
        {t('login.leave')}
      </button>
    </Dialog>
  );
}
