/** Only a path of our own may be gone to after the log-in. */
export function safeTarget(to: string | null): string {
  return to && /^\/(?![/\\])/.test(to) ? to : '/';
}
