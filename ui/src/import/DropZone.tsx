import { type DragEvent, type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { api, upload } from '../api/client';
import { useTranslation } from '../app/i18n';
import { useTell } from '../parts/useTell';
import type { ImportRecord } from './types';

const holdsFiles = (e: DragEvent) => e.dataTransfer.types.includes('Files');

/** A file dropped anywhere on what is within becomes an import; buttons within do the same by keyboard. */
export function DropZone({ object, children }: { object: string; children: ReactNode }) {
  const { t } = useTranslation();
  const tell = useTell();
  const navigate = useNavigate();
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState('');

  const take = async (file: File | undefined) => {
    if (!file || busy) return;
    setBusy(file.name);
    try {
      const stored = await upload(file);
      const body = { file: stored.id, object };
      const { data } = await api<{ data: ImportRecord }>('/imports', { method: 'POST', body });
      await navigate(`/imports/${data.id}`);
    } catch (e) {
      setBusy('');
      tell.error(e);
    }
  };
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
      aria-busy={busy !== ''}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {children}
      {busy && (
        <p className="state-hint" role="status">
          {t('import.reading', { name: busy })}
        </p>
      )}
    </div>
  );
}
