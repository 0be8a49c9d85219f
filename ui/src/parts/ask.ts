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

export type Asked = (Question | ProofQuestion) & { answer: (yes: boolean) => void };

let queue: readonly Asked[] = [];
const listeners = new Set<() => void>();

function set(next: readonly Asked[]) {
  queue = next;
  for (const fn of listeners) fn();
}

function put(question: Question | ProofQuestion): Promise<boolean> {
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

export const questions = {
  current: () => queue[0],
  subscribe(fn: () => void) {
    listeners.add(fn);
    return () => listeners.delete(fn);
  },
};
