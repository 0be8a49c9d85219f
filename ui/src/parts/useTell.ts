import { createElement } from 'react';
import { ApiError } from '../api/client';
import { useTranslation } from '../app/i18n';
import { useToasts } from './Toasts';

/** Short words at the edge of the screen: what happened, with the way back where there is one. */
export function useTell() {
  const message = useToasts();
  const { t } = useTranslation();
  return {
    done: (text: string) => message.success(text),
    failed: (text: string) => message.error(text, 6),
    error(e: unknown) {
      if (e instanceof DOMException && e.name === 'AbortError') return;
      const text = e instanceof ApiError ? e.message : t('error.unexpected');
      const id = e instanceof ApiError ? e.requestId : '';
      const number = id ? createElement('small', {}, t('error.request', { id })) : null;
      void message.error(createElement('span', { className: 'toast' }, text, number), 6);
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
