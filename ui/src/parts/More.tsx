import { Button } from 'antd';
import { useTranslation } from '../app/i18n';

/** The next page of a list on demand; what kept it from coming is said beside the button. */
export function More({
  list,
}: {
  list: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: Error | null;
    fetchNextPage: () => Promise<unknown>;
  };
}) {
  const { t } = useTranslation();
  if (!list.hasNextPage) return null;
  return (
    <p className="more">
      <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
        {t(list.isFetchNextPageError ? 'action.retry' : 'action.more')}
      </Button>
      {list.isFetchNextPageError && (
        <span className="field-error" role="alert">
          {list.error?.message}
        </span>
      )}
    </p>
  );
}
