import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api, upload } from '../api/client';
import { useTranslation } from '../app/i18n';
import { problemsOf } from '../parts/problems';
import type { ImportRecord } from './types';

/** Makes an import of a file and goes there; what is wrong with the file stays to be read. */
export function useTakeFile(object: string, replace = false) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [busy, setBusy] = useState<File | null>(null);
  const [fault, setFault] = useState('');

  const take = async (file: File | undefined) => {
    if (!file || busy) return;
    setBusy(file);
    setFault('');
    try {
      const stored = await upload(file);
      const body = { file: stored.id, object };
      const { data } = await api<{ data: ImportRecord }>('/imports', { method: 'POST', body });
      await navigate(`/imports/${data.id}`, { replace });
    } catch (e) {
      setBusy(null);
      const why = problemsOf(e, []).general || t('error.unexpected');
      setFault(t('import.notTaken', { name: file.name, why }));
    }
  };
  return { take, busy, fault };
}
