import { type DragEvent, type ReactNode, useState } from 'react';
import { useTranslation } from '../app/i18n';
import { useTakeFile } from './useTakeFile';

const holdsFiles = (e: DragEvent) => e.dataTransfer.types.includes('Files');

/** A file dropped anywhere on what is within becomes an import; buttons within do the same by keyboard. */
export function DropZone({ object, children }: { object: string; children: ReactNode }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const { take, busy, fault } = useTakeFile(object);

  const onDragOver = (e: DragEvent) => {
    if (!holdsFiles(e)) return;
    e.preventDefault();
    setOver(true);
  };
  const onDrop = (e: DragEvent) => {
    if (!holdsFiles(e)) return;
    e.preventDefault();
    setOver(false);
    void take(e.dataTransfer.files[0]);
  };
  return (
    <div
      className={over ? 'drop-zone drop-zone-over' : 'drop-zone'}
      aria-busy={busy !== null}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {children}
      {fault && (
        <p className="drop-fault" role="alert">
          {fault}
        </p>
      )}
      {busy && (
        <p className="state-hint" role="status">
          {t('import.reading', { name: busy.name })}
        </p>
      )}
    </div>
  );
}
