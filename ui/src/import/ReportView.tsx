import { Button } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { apiUrl } from '../api/client';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Meter } from '../parts/Meter';
import { ask } from '../parts/ask';
import { useFormat } from '../parts/useFormat';
import { Duplicates } from './Duplicates';
import { ReportColumns } from './ReportColumns';
import { ReportRows } from './ReportRows';
import { SameFile } from './SameFile';
import { columnLetters, type ImportRecord, type Report } from './types';

interface Props {
  data: ImportRecord;
  object: ModelObject;
  onBack: () => void;
  onRun: () => Promise<void>;
  onUndo: () => Promise<void>;
  onAnswered: () => void;
}

const outcomes = ['created', 'updated', 'merged', 'skipped', 'refused'] as const;

export function ReportView(p: Props) {
  const { t } = useTranslation();
  const { data, object } = p;
  const report = data.report;
  const dry = data.state === 'checked';
  const [shown, setShown] = useState<string>('');
  if (!report)
    return (
      <div className="panel progressing">
        <p className="state-title">{t(`import.state.${data.state}`)}</p>
        {data.error && <p className="muted">{data.error}</p>}
        <div className="state-actions">
          <Button onClick={p.onBack}>{t('import.backToMapping')}</Button>
        </div>
      </div>
    );
  return (
    <>
      <p className="import-line">
        {t(`import.say.${data.state}`, { defaultValue: t(`import.state.${data.state}`) })}
      </p>
      {dry && <SameFile data={data} />}
      <TakenBack report={report} />
      <Figures report={report} dry={dry} shown={shown} onShow={setShown} />
      <div className="import-meters">
        <Meter label={t('quality.validity')} value={report.validity} reference={0.7} />
        <Meter label={t('quality.completeness')} value={report.completeness} reference={0.35} />
      </div>
      <LeftOut report={report} dry={dry} />
      {dry && <DateOrders data={data} />}
      <Actions {...p} report={report} />
      {(dry || data.state === 'done') && (report.duplicates ?? []).length > 0 && (
        <Duplicates data={data} object={object} onAnswered={p.onAnswered} />
      )}
      <ReportColumns columns={report.by_column ?? []} />
      <ReportRows key={shown} data={data} object={object} outcome={shown} />
    </>
  );
}

/** What undoing has done, in numbers. */
function TakenBack({ report }: { report: Report }) {
  const { t } = useTranslation();
  const f = useFormat();
  const undo = report.undo;
  if (!undo) return null;
  const kept = {
    changed: undo.kept_changed,
    used: undo.kept_used,
    other: undo.kept_total - undo.kept_changed - undo.kept_used,
  };
  const said = Object.entries(kept)
    .filter(([, n]) => n > 0)
    .map(([why, n]) => t(`import.kept.${why}`, { n: f.number(n) }));
  const restored = t('import.restored', { n: f.number(undo.restored) });
  return (
    <p className="import-line">
      {[restored, ...said].join(t('import.and'))}
      {t('import.stop')}
    </p>
  );
}

/** The list, narrowed to what the import has made and changed. */
function listOf(data: ImportRecord, object: ModelObject): string {
  if (!data.batch) return `/${object.plural}`;
  const where = JSON.stringify({ inBatch: data.batch });
  return `/${object.plural}?${new URLSearchParams({ where }).toString()}`;
}

/** Columns that will not be, or have not been, imported. */
function LeftOut({ report, dry }: { report: Report; dry: boolean }) {
  const { t } = useTranslation();
  const left = report.left_out ?? [];
  if (left.length === 0) return null;
  const columns = left
    .map((c) => c.header || t('import.noHeader', { n: columnLetters(c.column) }))
    .join(t('import.listComma'));
  return (
    <p className="import-line import-left">
      {t(dry ? 'import.leftOut' : 'import.wasLeftOut', { count: left.length, columns })}
    </p>
  );
}

/** How days such as 12/8/2026 were read, by column: the check may have found that out. */
function DateOrders({ data }: { data: ImportRecord }) {
  const { t } = useTranslation();
  return data.columns
    .filter((c) => c.field && c.date_order)
    .map((c) => (
      <p key={c.index} className="import-line">
        {t('import.dateOrderLine', {
          column: c.header || t('import.noHeader', { n: columnLetters(c.index) }),
          order: t(`import.dateOrder.${c.date_order}`),
        })}
      </p>
    ));
}

function Figures({
  report,
  dry,
  shown,
  onShow,
}: {
  report: Report;
  dry: boolean;
  shown: string;
  onShow: (outcome: string) => void;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  const say = (k: string) => t(dry ? `import.will.${k}` : `import.did.${k}`);
  return (
    <div className="figures" role="group" aria-label={t('import.outcome')}>
      <button type="button" aria-pressed={shown === ''} onClick={() => onShow('')}>
        <b>{f.number(report.rows)}</b>
        {t('import.rowsLabel')}
      </button>
      {outcomes.map((k) => (
        <button
          key={k}
          type="button"
          aria-pressed={shown === k}
          className={k === 'refused' && report.refused > 0 ? 'figure-bad' : undefined}
          onClick={() => onShow(k)}
        >
          <b>{f.number(report[k] ?? 0)}</b>
          {say(k)}
        </button>
      ))}
      {(report.ask ?? 0) > 0 && (
        <button type="button" aria-pressed={shown === 'ask'} onClick={() => onShow('ask')}>
          <b>{f.number(report.ask ?? 0)}</b>
          {t('import.outcome.ask')}
        </button>
      )}
      {report.beside?.map((x) => (
        <div key={x.object}>
          <b>{f.number(x.created)}</b>
          {t(dry ? 'import.will.along' : 'import.did.along', { object: x.label })}
        </div>
      ))}
      <div>
        <b>{f.number(report.cells_repaired ?? 0)}</b>
        {t('import.repaired')}
      </div>
    </div>
  );
}

const undoable = new Set(['done', 'cancelled', 'partly_undone']);

function Actions({ data, object, onBack, onRun, onUndo, report }: Props & { report: Report }) {
  const { t } = useTranslation();
  const f = useFormat();
  const [busy, setBusy] = useState(false);
  const go = async (work: () => Promise<void>) => {
    setBusy(true);
    await work();
    setBusy(false);
  };
  const writes = report.created + report.updated + report.merged;
  const undo = async () => {
    const yes = await ask({
      title: t('import.undoAsk', { count: writes, n: f.number(writes) }),
      hint: t('import.undoHint'),
      yes: t('import.undo'),
    });
    if (yes) await go(onUndo);
  };
  const refused = report.refused > 0 && (
    <a className="ghost-button" href={apiUrl(`/imports/${data.id}/refused.xlsx`)} download>
      {t('import.refusedFile', { count: report.refused, n: f.number(report.refused) })}
    </a>
  );
  if (data.state === 'checked')
    return (
      <div className="import-actions">
        <Button
          type="primary"
          loading={busy}
          disabled={writes === 0 && !report.ask}
          onClick={() => void go(onRun)}
        >
          {t('import.run', { count: writes, n: f.number(writes) })}
        </Button>
        <Button onClick={onBack}>{t('import.backToMapping')}</Button>
        {refused}
      </div>
    );
  return (
    <div className="import-actions">
      <Link className="ghost-button" to={listOf(data, object)}>
        {t('import.see', { objects: object.plural_label || object.label })}
      </Link>
      {refused}
      {undoable.has(data.state) && writes > 0 && (
        <Button loading={busy} onClick={() => void undo()}>
          {t(data.state === 'partly_undone' ? 'import.undoGoOn' : 'import.undo')}
        </Button>
      )}
    </div>
  );
}
