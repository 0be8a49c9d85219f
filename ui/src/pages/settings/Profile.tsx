import { useQueryClient } from '@tanstack/react-query';
import { Button, Input, Segmented, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import { sessionKey, useSession } from '../../api/session';
import {
  i18n,
  type Language,
  languageNames,
  languages,
  setLanguage,
  useTranslation,
} from '../../app/i18n';
import { type Theme, themeChoice } from '../../app/scheme';
import { useKept } from '../../app/store';
import { problemsOf } from '../../parts/problems';
import { useTell } from '../../parts/useTell';

const themes: Theme[] = ['system', 'light', 'dark'];

function zones(): string[] {
  return Intl.supportedValuesOf?.('timeZone') ?? ['Asia/Shanghai', 'Asia/Taipei', 'UTC'];
}

export function Profile() {
  const { t, i18n: { language } } = useTranslation();
  const { user } = useSession();
  const client = useQueryClient();
  const tell = useTell();
  const theme = useKept(themeChoice);
  const [name, setName] = useState(user.name);
  const [zone, setZone] = useState(user.time_zone);
  const [error, setError] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  const save = async (body: Record<string, unknown>) => {
    setBusy(true);
    setError({});
    try {
      await api('/me', { method: 'PATCH', body });
      await client.invalidateQueries({ queryKey: sessionKey });
      // In the language that has just been chosen.
      tell.done(i18n.t('form.saved'));
    } catch (e) {
      const found = problemsOf(e, ['name', 'time_zone', 'language', 'theme']);
      setError(found.fields);
      if (found.general || Object.keys(found.fields).length === 0) tell.error(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="panel setting">
      <div className="setting-line">
        <label htmlFor="name">{t('settings.name')}</label>
        <Input id="name" value={name} onChange={(e) => setName(e.target.value)} />
        {error.name && <p className="field-error">{error.name}</p>}
      </div>
      <div className="setting-line">
        <span className="setting-label">{t('login.email')}</span>
        <span>{user.email}</span>
      </div>
      <div className="setting-line">
        <label htmlFor="zone">{t('settings.timeZone')}</label>
        <Select
          id="zone"
          showSearch
          options={zones().map((z) => ({ value: z, label: z }))}
          value={zone}
          onChange={setZone}
        />
        {error.time_zone && <p className="field-error">{error.time_zone}</p>}
      </div>
      <div className="setting-line">
        <span />
        <Button
          type="primary"
          loading={busy}
          disabled={!name.trim() || (name === user.name && zone === user.time_zone)}
          onClick={() => void save({ name: name.trim(), time_zone: zone })}
        >
          {t('action.save')}
        </Button>
      </div>
      <div className="setting-line setting-apart">
        <label htmlFor="language">{t('settings.language')}</label>
        <Select
          id="language"
          value={language as Language}
          options={languages.map((l) => ({ value: l, label: languageNames[l] }))}
          onChange={(l) => {
            setLanguage(l)
              .then(() => save({ language: l }))
              .catch(tell.error);
          }}
        />
      </div>
      <div className="setting-line">
        <span className="setting-label">{t('settings.theme')}</span>
        <Segmented
          aria-label={t('settings.theme')}
          options={themes.map((k) => ({ value: k, label: t(`theme.${k}`) }))}
          value={theme}
          onChange={(k) => {
            themeChoice.set(k);
            api('/me', { method: 'PATCH', body: { theme: k } }).catch(tell.error);
          }}
        />
      </div>
    </section>
  );
}
