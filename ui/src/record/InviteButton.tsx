import { Button } from 'antd';
import { useState } from 'react';
import { api } from '../api/client';
import { mayUpdate } from '../api/model';
import { useWrites } from '../api/records';
import { useSession } from '../api/session';
import type { ModelObject, RecordData, Session } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Copy } from '../parts/Copy';
import { Dialog } from '../parts/Dialog';
import { useFormat } from '../parts/useFormat';
import { useTell } from '../parts/useTell';
import '../styles/invite.css';

const isRoleless = (user: RecordData) => !(user.roles as unknown[] | null | undefined)?.length;

/** Whether a link for a password may be made here, as the server will judge it. */
export function mayInvite(object: ModelObject, user: RecordData, session: Session): boolean {
  return (
    object.name === 'user' &&
    mayUpdate(user) &&
    user.active === true &&
    user.id !== session.user.id &&
    session.special_rights.includes('manage_users') &&
    (session.administrator || isRoleless(user))
  );
}

interface Invitation {
  url: string;
  expires_at: string;
}

interface Made extends Invitation {
  /** There was a link before, which is void now. */
  again: boolean;
}

/** As this browser reaches the screen; a proxy may have told the server less. */
function hereAt(address: string): string {
  const { pathname, hash } = new URL(address, location.origin);
  return location.origin + pathname + hash;
}

/** Makes the link by which a colleague sets a password, and shows it this once. */
export function InviteButton({
  object,
  user,
  primary = false,
  again = false,
}: {
  object: ModelObject;
  user: RecordData;
  primary?: boolean;
  /** There is a link already, which the new one makes void. */
  again?: boolean;
}) {
  const { t } = useTranslation();
  const tell = useTell();
  const writes = useWrites(object.plural);
  const session = useSession();
  const [made, setMade] = useState<Made | null>(null);
  const [busy, setBusy] = useState(false);
  if (!mayInvite(object, user, session)) return null;

  const invite = async () => {
    setBusy(true);
    try {
      const path = `/${object.plural}/${user.id}/invitation`;
      const { data } = await api<{ data: Invitation }>(path, { method: 'POST' });
      setMade({ ...data, url: hereAt(data.url), again: Boolean(user.invited_until) });
      writes.touched(user.id);
    } catch (e) {
      tell.error(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button type={primary ? 'primary' : 'default'} loading={busy} onClick={() => void invite()}>
        {t(again ? 'invite.again' : user.password_at ? 'invite.reset' : 'invite.invite')}
      </Button>
      {made && <InviteDialog user={user} made={made} onClose={() => setMade(null)} />}
    </>
  );
}

function InviteDialog({
  user,
  made,
  onClose,
}: {
  user: RecordData;
  made: Made;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  const name = String(user.name);
  return (
    <Dialog title={t('invite.title', { name })} onClose={onClose}>
      <p className="muted">
        {t('invite.hint', { name, at: f.exact(made.expires_at) })}
        {made.again && t('invite.void')}
      </p>
      {isRoleless(user) && <p className="invite-roleless">{t('invite.roleless', { name })}</p>}
      <code className="invite-link mono">{made.url}</code>
      <div className="dialog-foot">
        <Copy text={made.url} label={t('invite.copy')} />
        <Button type="primary" onClick={onClose}>
          {t('invite.done')}
        </Button>
      </div>
    </Dialog>
  );
}
