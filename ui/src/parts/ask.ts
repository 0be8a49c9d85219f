/** Questions that stop the work until they are answered, one at a time, from anywhere. */
export interface Question {
  kind: 'confirm';
  title: string;
  hint?: string;
  yes: string;
  danger?: boolean;
  no?: string;
}

export interface ProofQuestion {
  kind: 'proof';
  proof: 'code' | 'password';
}

export interface SignInQuestion {
  kind: 'signIn';
  email: string;
}

export type Asked = (Question | ProofQuestion | SignInQuestion) & { answer: (yes: boolean) => void };

let queue: readonly Asked[] = [];
const listeners = new Set<() => void>();

function set(next: readonly Asked[]) {
  queue = next;
  for (const fn of listeners) fn();
}

function put(question: Question | ProofQuestion | SignInQuestion): Promise<boolean> {
  return new Promise((resolve) => {
    const asked: Asked = {
      ...question,
      answer(yes) {
        set(queue.filter((q) => q !== asked));
        resolve(yes);
      },
    };
    set([...queue, asked]);
  });
}

export const ask = (question: Omit<Question, 'kind'>) => put({ kind: 'confirm', ...question });

let proving: Promise<boolean> | null = null;

/** Several requests that need a proof at once wait for the same answer. */
export function askProof(proof: ProofQuestion['proof']): Promise<boolean> {
  proving ??= put({ kind: 'proof', proof }).finally(() => {
    proving = null;
  });
  return proving;
}

let signingIn: Promise<boolean> | null = null;

/** Of all that find the session ended one asks, before anything else that is asked. */
export function askSignIn(email: string): Promise<boolean> {
  signingIn ??= put({ kind: 'signIn', email }).finally(() => {
    signingIn = null;
  });
  return signingIn;
}

export const questions = {
  current: () => queue.find((q) => q.kind === 'signIn') ?? queue[0],
  subscribe(fn: () => void) {
    listeners.add(fn);
    return () => listeners.delete(fn);
  },
};
