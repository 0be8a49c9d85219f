import { Button, Radio } from 'antd';
import { useState } from 'react';
import { api } from '../api/client';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { useFormat } from '../parts/useFormat';
import { useTell } from '../parts/useTell';
import { Compare } from './Compare';
import { type Answer, type ImportRecord, type Waiting, ofCards } from './types';

const outcomeOf = { update: 'updated', create: 'created', skip: 'skipped' } as const;

function valueOf(a: Answer | null | undefined): string | undefined {
  return a ? `${a.choice}:${a.id ?? ''}` : undefined;
}

export function Duplicates({
  data,
  object,
  onAnswered,
}: {
  data: ImportRecord;
  object: ModelObject;
  onAnswered: () => void;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  const tell = useTell();
  const list = data.report?.duplicates ?? [];
  const [answers, setAnswers] = useState<Record<number, Answer>>({});
  const [busy, setBusy] = useState(false);
  const fresh = list.filter((d) => answers[d.line] && valueOf(answers[d.line]) !== valueOf(d.answer));
  const given = fresh.length;
  const cards = ofCards(data);
  const lineName = (n: number) => t(cards ? 'import.cardN' : 'import.lineN', { n });

  const nameOf = (d: Waiting) =>
    d.title ? t('import.lineOf', { line: lineName(d.line), title: d.title }) : lineName(d.line);
  const chosen = (a: Answer) => t(`import.outcome.${outcomeOf[a.choice]}`);

  const send = async () => {
    setBusy(true);
    try {
      const body = {
        answers: fresh.map((d) => ({ line: d.line, ...answers[d.line] })),
      };
      await api(`/imports/${data.id}/answers`, { method: 'POST', body });
      tell.done(t('import.answered', { count: given, n: given }));
      onAnswered();
    } catch (e) {
      tell.error(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="duplicates">
      <h2>{t('import.duplicates', { count: list.length, n: list.length })}</h2>
      {list.map((d) => (
        <fieldset key={d.line} className="panel duplicate">
          <legend>
            {nameOf(d)}
            {d.answer && (
              <span className="muted"> {t('import.chosen', { outcome: chosen(d.answer) })}</span>
            )}
          </legend>
          <Compare waiting={d} object={object} row={t(cards ? 'import.thisCard' : 'import.thisRow')} />
          <Radio.Group
            vertical
            value={valueOf(answers[d.line] ?? d.answer)}
            onChange={(e) => {
              const [choice, id] = String(e.target.value).split(':');
              const answer = { choice: choice as Answer['choice'], ...(id ? { id } : {}) };
              setAnswers({ ...answers, [d.line]: answer });
            }}
            options={[
              ...d.candidates.map((c) => ({
                value: `update:${c.id}`,
                label: t('import.sameAs', {
                  title: c.title,
                  score: f.percent(c.score, 0),
                  reasons: c.reasons.join(t('list.comma')),
                }),
              })),
              { value: 'create:', label: t('import.isNew') },
              { value: 'skip:', label: t('import.skipRow') },
            ]}
          />
        </fieldset>
      ))}
      <Button loading={busy} disabled={given === 0} onClick={() => void send()}>
        {t('import.answer')}
      </Button>
    </section>
  );
}
