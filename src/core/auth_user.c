#include "core/auth_user.h"

#include "sql_core.h"
#include "text/text.h"

err_t account_read(struct ctx *ctx, int64_t user, struct account *out)
{
    value id = V_INT(user), cells[2];
    TRY(db_one(ctx->conn, ctx->arena, SQL_AUTH_USER, &id, 1, cells, 2));
    *out = (struct account){.email = cells[0].s, .name = cells[1].s};
    return OK;
}

err_t account_find(struct ctx *ctx, str email, int64_t *user, str *folded)
{
    str address;
    if (!text_email_parse(ctx->arena, str_trim(email), &address))
        address = S("?");
    *folded = text_fold(ctx->arena, address);
    value params[] = {V_TEXT(*folded), V_TEXT(address)}, id;
    err_t e = db_one(ctx->conn, ctx->arena, SQL_AUTH_USER_BY_EMAIL, params, 2, &id, 1);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *user = e == OK ? id.i : 0;
    return OK;
}

err_t credential_read(struct ctx *ctx, int64_t user, struct credential *out)
{
    value id = V_INT(user), cells[5];
    err_t e = db_one(ctx->conn, ctx->arena, SQL_AUTH_CREDENTIAL, &id, 1, cells, 5);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *out = (struct credential){0};
    if (e == ERR_NOT_FOUND)
        return OK;
    out->password_hash = cells[0].kind == VALUE_TEXT ? cells[0].s : (str){0};
    out->totp_secret = cells[1].kind == VALUE_TEXT ? cells[1].s : (str){0};
    out->totp_pending = cells[2].kind == VALUE_TEXT ? cells[2].s : (str){0};
    out->totp_enabled = cells[3].kind != VALUE_NULL;
    out->totp_last_step = cells[4].i;
    return OK;
}
