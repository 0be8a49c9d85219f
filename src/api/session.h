/* session: who is signed in, his own settings, second factor and tokens. */
#pragma once

#include "api/api.h"

err_t session_get(struct call *) MUST_USE;
err_t session_create(struct call *) MUST_USE;
err_t session_prove(struct call *) MUST_USE;
err_t session_delete(struct call *) MUST_USE;
err_t sessions_list(struct call *) MUST_USE;
err_t sessions_end(struct call *) MUST_USE;
err_t invitation_create(struct call *) MUST_USE;
err_t invitation_read(struct call *) MUST_USE;
err_t invitation_accept(struct call *) MUST_USE;
err_t me_update(struct call *) MUST_USE;
err_t me_password(struct call *) MUST_USE;
err_t totp_begin(struct call *) MUST_USE;
err_t totp_confirm(struct call *) MUST_USE;
err_t totp_remove(struct call *) MUST_USE;
err_t tokens_list(struct call *) MUST_USE;
err_t tokens_create(struct call *) MUST_USE;
err_t tokens_delete(struct call *) MUST_USE;

/* {"read":true,"create":…} of an object, with the access to each field if asked. */
void rights_json(const struct access *, const struct object *, bool with_fields, struct jw *);

/* What the browser calls itself, for the list of sessions. */
str session_agent(const struct call *);
/* Answers whoever has just signed in: cookie and session, or the question for the second factor. */
err_t session_begun(struct call *, const struct login *) MUST_USE;
