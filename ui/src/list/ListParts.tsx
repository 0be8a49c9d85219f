import { Button, Dropdown } from 'antd';
import { useNavigate } from 'react-router';
import type { useList } from '../api/records';
import { useMayImport } from '../api/session';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { DropZone } from '../import/DropZone';
import { Icon } from '../parts/Icon';
import { Empty } from '../parts/states';
import { useFormat } from '../parts/useFormat';

type List = ReturnType<typeof useList>;

export function CountLabel({ list }: { list: List }) {
  const { t } = useTranslation();
  const f = useFormat();
  const count = list.data?.pages[0]?.count;
  if (!count || list.isPlaceholderData) return null;
  const n = f.number(count.value);
  return (
    <span className="list-count" role="status">
      {count.exact ? t('list.count', { count: count.value, n }) : t('list.atLeast', { n })}
    </span>
  );
}

/** What could not be read while other rows are there already: more of them, or anew. */
export function ListTrouble({ list }: { list: List }) {
  const { t } = useTranslation();
  if (list.isFetchingNextPage) return <p className="grid-more">{t('state.loading')}</p>;
  if (!list.isError) return null;
  const retry = list.isFetchNextPageError ? list.fetchNextPage : list.refetch;
  return (
    <p className="grid-more grid-trouble" role="alert">
      {list.error.message}{' '}
      <button type="button" className="link-button" onClick={() => void retry()}>
        {t('action.retry')}
      </button>
    </p>
  );
}

/** small: its sign alone. */
export function CreateButton({ object, small }: { object: ModelObject; small?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayImport = useMayImport();
  if (!object.rights?.create) return null;
  const create = () => void navigate(`/${object.plural}/new`);
  const label = t('list.create', { object: object.label });
  const button = (
    <Button
      type="primary"
      icon={<Icon name="add" size={16} />}
      aria-label={label}
      onClick={create}
    >
      {small ? null : label}
    </Button>
  );
  if (!object.importable || !mayImport) return button;
  const items = [
    { key: 'import', label: t('list.import'), icon: <Icon name="import" size={16} /> },
  ];
  return (
    <div className="split-button">
      {button}
      <Dropdown
        trigger={['click']}
        placement="bottomRight"
        menu={{ items, onClick: () => void navigate(`/imports/new?object=${object.name}`) }}
      >
        <Button
          type="primary"
          aria-label={t('list.moreWays')}
          icon={<Icon name="chevron" size={16} />}
        />
      </Dropdown>
    </div>
  );
}

export function NoRows(p: { object: ModelObject; filtered: boolean; clear: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayImport = useMayImport();
  const objects = p.object.plural_label || p.object.label;
  if (p.filtered)
    return (
      <Empty icon="filter" title={t('list.noMatch', { objects })} hint={t('list.noMatchHint')}>
        <Button onClick={p.clear}>{t('list.clearFilter')}</Button>
      </Empty>
    );
  const title = t('list.none', { objects });
  if (!p.object.rights?.create) return <Empty icon="people" title={title} />;
  const create = <CreateButton object={{ ...p.object, importable: false }} />;
  if (!p.object.importable || !mayImport)
    return (
      <Empty icon="people" title={title} hint={t('list.noneCreate')}>
        {create}
      </Empty>
    );
  return (
    <DropZone object={p.object.name}>
      <Empty icon="people" title={title} hint={t('list.noneHint')}>
        <Button onClick={() => void navigate(`/imports/new?object=${p.object.name}`)}>
          {t('list.import')}
        </Button>
        {create}
      </Empty>
    </DropZone>
  );
}
