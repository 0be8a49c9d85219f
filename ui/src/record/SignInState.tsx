import { useState } from 'react';
import { useSession } from '../api/session';
import type { ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { useFormat } from '../parts/useFormat';
import { InviteButton, mayInvite } from './InviteButton';

/** On a user's page, for who may help: can this colleague get in, and if not, what to do. */
export function SignInState({ object, user }: { object: ModelObject; user: RecordData }) {
  const { t } = useTranslation();
  const f = useFormat();
  const session = useSession();
  const [now] = useState(Date.now);
  if (!mayInvite(object, user, session)) return null;
  const until = user.invited_until ? String(user.invited_until) : '';
  const open = until !== '' && Date.parse(until) > now;
  const waits = !user.password_at && !open;
  return (
    <div className="sign-in-state">
      <p>
        {open
          ? t('invite.open', { at: f.exact(until) })
          : t(waits ? 'invite.never' : 'invite.forgotten')}
      </p>
      <InviteButton object={object} user={user} primary={waits} again={open} />
    </div>
  );
}
