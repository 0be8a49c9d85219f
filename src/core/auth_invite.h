/* auth_invite: using up the link of auth_invite, within auth_accept's transaction. */
#pragma once

#include "core/auth.h"

/* Of several at once one gets it; the others are refused as by auth_invited. The user's record is
 * held until the transaction ends, so that nobody disables him meanwhile. */
err_t invitation_use(struct ctx *, str secret, const struct invited *) MUST_USE;
