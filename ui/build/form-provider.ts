/** Stands in for @rc-component/form, of which the screen uses nothing: Ant Design's inputs only ask
 * whether they are in a form of its own. */
import type { ReactNode } from 'react';

export const FormProvider = ({ children }: { children?: ReactNode }) => children;
