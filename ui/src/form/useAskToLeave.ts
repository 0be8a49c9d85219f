import { type RefObject, useEffect, useEffectEvent, useRef } from 'react';
import { useBlocker } from 'react-router';
import { useTranslation } from '../app/i18n';
import { ask } from '../parts/ask';

/** Asks before the way leads off a page whose work is not kept, unless that has just been (left). One question stands at a time; its
 * answer holds for the way that was taken last. */
export function useAskToLeave(dirty: boolean, left: RefObject<boolean>) {
  const { t } = useTranslation();
  const blocker = useBlocker(() => dirty && !left.current);
  const asking = useRef(false);
  const answer = useEffectEvent((leave: boolean) => {
    asking.current = false;
    if (leave) blocker.proceed?.();
    else blocker.reset?.();
  });
  const question = useEffectEvent(() =>
    ask({
      title: t('form.leave'),
      hint: t('form.leaveHint'),
      yes: t('form.leaveYes'),
      no: t('form.leaveNo'),
    }),
  );
  // By the blocker and not its state: answered and blocked again may be drawn as one.
  useEffect(() => {
    if (blocker.state !== 'blocked' || asking.current) return;
    asking.current = true;
    void question().then(answer);
  }, [blocker]);
  useEffect(() => {
    if (!dirty) return;
    const warn = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [dirty]);
}
