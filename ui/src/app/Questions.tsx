import { lazy, Suspense, useSyncExternalStore } from 'react';
import { questions } from '../parts/ask';

const Confirm = lazy(() => import('./Confirm'));
const Proof = lazy(() => import('./Proof'));
const SignInAgain = lazy(() => import('./SignInAgain'));

/** Shows what is asked by parts/ask. */
export function Questions() {
  const asked = useSyncExternalStore(questions.subscribe, questions.current);
  if (!asked) return null;
  return (
    <Suspense>
      {asked.kind === 'confirm' && <Confirm asked={asked} />}
      {asked.kind === 'proof' && <Proof asked={asked} />}
      {asked.kind === 'signIn' && <SignInAgain asked={asked} />}
    </Suspense>
  );
}
