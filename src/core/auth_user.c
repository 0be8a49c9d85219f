#include "core/auth_user.h"

#include "core/record_internal.h"
#include "sql_core.h"
#include "text/text.h"

err_t account_read(struct ctx *ctx, int64_t user, struct account *out)
{
    value id = V_INT(user), cells[3];
    TRY(db_one(ctx->conn, ctx->arena, SQL_AUTH_USER, &id, 1, cells, 3));
    *out = (struct account){.email = cells[0].s,
                            .name = cells[1].s,
                            .active = cells[2].kind == VALUE_BOOL ? cells[2].b : cells[2].i != 0};
    return OK;
}

str account_fold(struct arena *arena, str email, str *address)
{
    if (!text_email_parse(arena, str_trim(email), address))
        *address = S("?");
    return text_fold(arena, *address);
}

err_t account_find(struct ctx *ctx, str email, int64_t *user, str *folded)
{
    str address;
    *folded = account_fold(ctx->arena, email, &address);
    value params[] = {V_TEXT(*folded), V_TEXT(address)}, id;
    err_t e = db_one(ctx->conn, ctx->arena, SQL_AUTH_USER_BY_EMAIL, params, 2, &id, 1);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *user = e == OK ? id.i : 0;
    return OK;
}

static void set(struct record *r, const char *name, value v)
{
    const struct field *f = object_field(r->object, str_from(name));
    if (f)
        r->cells[f->first_column] = v;
}

/* Whatever the rights of who causes it: it is the server's own work. */
static err_t store(struct ctx *ctx, const struct record *before, struct record *after)
{
    const struct access *mine = ctx->access;
    ctx->access = NULL;
    err_t e = record_store(ctx, CHANGE_UPDATE, before, after, NULL);
    ctx->access = mine;
    return e;
}

err_t account_note_password(struct ctx *ctx, int64_t user)
{
    struct record *before;
    TRY(record_load(ctx, model_object(ctx->model, S("user")), user, &before));
    struct record *after = record_copy(ctx->arena, before);
    set(after, "password_at", V_INT(clock_now()));
    set(after, "invited_until", V_NULL);
    return store(ctx, before, after);
}

err_t account_note_invitation(struct ctx *ctx, const struct record *user, int64_t until)
{
    struct record *after = record_copy(ctx->arena, user);
    set(after, "invited_until", V_INT(until));
    return store(ctx, user, after);
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
