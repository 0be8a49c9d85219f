import type { MessageInstance } from 'antd/es/message/interface';
import useMessage from 'antd/es/message/useMessage';
import { createContext, type ReactNode, useContext } from 'react';

const Context = createContext<MessageInstance | null>(null);

export function Toasts({ children }: { children: ReactNode }) {
  const [message, holder] = useMessage({ top: 12, maxCount: 3 });
  return (
    <Context value={message}>
      {holder}
      {children}
    </Context>
  );
}

export function useToasts(): MessageInstance {
  const message = useContext(Context);
  if (!message) throw new Error('no toasts');
  return message;
}
