import { App } from 'antd';
import { createElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client';

/** Short words at the edge of the screen: what happened, with the way back where there is one. */
export function useTell() {
  const { message } = App.useApp();
  const { t } = useTranslation();
  return {
    done: (text: string) => message.success(text),
    failed: (text: string) => message.error(text, 6),
    error(e: unknown) {
      if (e instanceof DOMException && e.name === 'AbortError') return;
      const text = e instanceof ApiError ? e.message : t('error.unexpected');
      const id = e instanceof ApiError && e.requestId ? ` (${e.requestId})` : '';
      void message.error(text + id, 6);
    },
    undo(text: string, undo: () => Promise<void>) {
      const key = `undo-${Date.now()}`;
      const button = createElement(
        'button',
        {
          type: 'button',
          className: 'link-button',
          onClick: () => {
            message.destroy(key);
            undo().catch(this.error);
          },
        },
        t('action.undo'),
      );
      void message.success({
        key,
        duration: 10,
        content: createElement('span', { className: 'toast' }, text, button),
      });
    },
  };
}
