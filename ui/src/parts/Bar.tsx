/** How far a long work has come; null: that is not known yet. */
export function Bar({ share, label }: { share: number | null; label: string }) {
  return (
    <progress
      className="bar"
      aria-label={label}
      max={100}
      {...(share === null ? {} : { value: Math.floor(100 * share) })}
    />
  );
}
