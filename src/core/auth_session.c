#include "core/auth_session.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/jw.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/auth_secret.h"
#include "sql_core.h"

#define IDLE (30 * CLOCK_MINUTE)
#define ABSOLUTE (12 * CLOCK_HOUR)
#define CHALLENGE (5 * CLOCK_MINUTE)

enum { AGENT_CHARS = 200, ADDRESS_CHARS = 64, SWEEP_ROWS = 1000 };

/* Within limits, and storable. */
static str tidy(struct arena *arena, str s, size_t most)
{
    return utf8_valid(s) && !memchr(s.n ? s.p : "", '\0', s.n) ? utf8_prefix(s, most)
                                                               : arena_str(arena, S("?"));
}

err_t session_start(struct ctx *ctx, const struct session_start *s, struct login *out)
{
    int64_t now = clock_now();
    struct login login = {.state = s->pending ? LOGIN_SECOND_FACTOR : LOGIN_DONE, .user = s->user};
    char hash[HASH_CHARS + 1];
    token_new(login.secret);
    token_new(login.csrf);
    secret_hash(str_from(login.secret), hash);
    value params[] = {
        V_INT(id_new()),
        V_TEXT(str_from(hash)),
        V_INT(s->user),
        V_TEXT(str_from(login.csrf)),
        V_BOOL(s->pending),
        V_INT(now),
        V_INT(now + (s->pending ? CHALLENGE : ABSOLUTE)),
        V_TEXT(tidy(ctx->arena, s->address, ADDRESS_CHARS)),
        V_TEXT(tidy(ctx->arena, s->agent, AGENT_CHARS)),
    };
    TRY(db_run(ctx->conn, SQL_AUTH_SESSION_ADD, params, sizeof params / sizeof *params, NULL));
    *out = login;
    return OK;
}

err_t session_challenge(struct ctx *ctx, str secret, int64_t *id, int64_t *user)
{
    char hash[HASH_CHARS + 1];
    secret_hash(secret, hash);
    value params[] = {V_TEXT(str_from(hash)), V_INT(clock_now())}, cells[2];
    TRY(db_one(ctx->conn, ctx->arena, SQL_AUTH_CHALLENGE_FIND, params, 2, cells, 2));
    *id = cells[0].i;
    *user = cells[1].i;
    return OK;
}

err_t session_end(struct ctx *ctx, int64_t id)
{
    value param = V_INT(id);
    TRY(db_run(ctx->conn, SQL_AUTH_SESSION_END, &param, 1, NULL));
    return auth_forget(ctx);
}

/* ---- who is behind a secret ---- */

err_t auth_epoch_read(struct ctx *ctx, struct auth_epoch *out)
{
    value cells[2] = {V_NULL, V_NULL};
    err_t e = db_one(ctx->conn, NULL, SQL_AUTH_EPOCH, NULL, 0, cells, 2);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *out = (struct auth_epoch){cells[0].i, cells[1].i};
    session_cache_note(ctx->app->session_cache, out);
    return OK;
}

static bool still_good(const struct known_session *s, int64_t now)
{
    return s->expires_at > now && (s->is_token || s->seen_at > now - IDLE);
}

enum { SESSION_CELLS = 11, TOKEN_CELLS = 9 };

static err_t read_session(struct ctx *ctx, int64_t now, struct known_session *s)
{
    value params[] = {V_TEXT(str_from(s->hash)), V_INT(now), V_INT(now - IDLE)};
    value cells[SESSION_CELLS];
    TRY(db_one(ctx->conn, ctx->arena, s->is_token ? SQL_AUTH_TOKEN_FIND : SQL_AUTH_SESSION_FIND,
               params, s->is_token ? 2 : 3, cells, s->is_token ? TOKEN_CELLS : SESSION_CELLS));
    s->id = cells[0].i;
    s->user = cells[1].i;
    s->epoch = (struct auth_epoch){cells[4].i, cells[5].i};
    s->expires_at = cells[6].i;
    s->seen_at = cells[7].i;
    snprintf(s->language, sizeof s->language, STR_FMT, STR_ARG(cells[2].s));
    snprintf(s->time_zone, sizeof s->time_zone, STR_FMT, STR_ARG(cells[3].s));
    if (s->is_token) {
        s->scopes = cells[8].s;
    } else {
        s->proved_at = cells[8].i;
        s->second_factor = cells[9].kind != VALUE_NULL;
        snprintf(s->csrf, sizeof s->csrf, STR_FMT, STR_ARG(cells[10].s));
    }
    session_cache_note(ctx->app->session_cache, &s->epoch);
    session_cache_keep(ctx->app->session_cache, s);
    return OK;
}

err_t session_find(struct ctx *ctx, str secret, bool is_token, struct known_session *out)
{
    int64_t now = clock_now();
    struct auth_epoch epoch;
    char hash[HASH_CHARS + 1];
    secret_hash(secret, hash);
    if (ctx->presume)
        epoch = session_cache_epoch(ctx->app->session_cache);
    else
        TRY(auth_epoch_read(ctx, &epoch));
    if (session_cache_find(ctx->app->session_cache, ctx->arena, hash, &epoch, out) &&
        out->is_token == is_token && still_good(out, now)) {
        if (ctx->presume)
            db_ahead(ctx->conn, SQL_AUTH_EPOCH);
        return OK;
    }
    ctx->presume = false;
    *out = (struct known_session){.is_token = is_token};
    memcpy(out->hash, hash, sizeof hash);
    return read_session(ctx, now, out);
}

/* Reading goes on while nothing can be written (disk full): this may fail. */
void session_touch(struct ctx *ctx,
                   err_t (*work)(struct ctx *, void *),
                   const struct known_session *s)
{
    struct known_session touched = *s;
    touched.seen_at = clock_now();
    if (s->seen_at && touched.seen_at - s->seen_at < CLOCK_MINUTE)
        return;
    err_t e = ctx_transact(ctx, work, &touched);
    if (e == OK)
        session_cache_keep(ctx->app->session_cache, &touched);
    else
        log_event(LOG_WARN, "touch_failed", "id", LOG_INT(s->id), "outcome", LOG_Z(err_name(e)),
                  NULL);
}

static err_t touch(struct ctx *ctx, void *arg)
{
    const struct known_session *s = arg;
    value params[] = {V_INT(s->id), V_INT(s->seen_at)};
    return db_run(ctx->conn, SQL_AUTH_SESSION_TOUCH, params, 2, NULL);
}

struct session session_of(struct arena *arena, const struct known_session *s)
{
    struct session out = {
        .id = s->id,
        .user = s->user,
        .epoch = s->epoch,
        .proved_at = s->proved_at,
        .second_factor = s->second_factor,
        .is_token = s->is_token,
        .language = arena_str(arena, str_from(s->language)),
        .time_zone = arena_str(arena, str_from(s->time_zone)),
    };
    memcpy(out.csrf, s->csrf, sizeof out.csrf);
    return out;
}

err_t auth_session(struct ctx *ctx, str cookie, struct session *out)
{
    struct known_session s;
    err_t e = session_find(ctx, cookie, false, &s);
    if (e == ERR_NOT_FOUND)
        return ERR_DENIED;
    TRY(e);
    session_touch(ctx, touch, &s);
    *out = session_of(ctx->arena, &s);
    return OK;
}

bool auth_held(struct ctx *ctx, const struct session *s)
{
    int64_t now[AHEAD_CELLS] = {0};
    if (!ctx->presume)
        return true;
    err_t e = db_ahead_take(ctx->conn, now);
    return (e == OK || e == ERR_NOT_FOUND) && now[0] == s->epoch.rights &&
           now[1] == s->epoch.sessions;
}

err_t auth_known(struct ctx *ctx, str bearer, str cookie)
{
    struct known_session s;
    return session_find(ctx, bearer.n ? bearer : cookie, bearer.n > 0, &s);
}

err_t auth_forget(struct ctx *ctx)
{
    value epoch = V_INT(id_new());
    return db_run(ctx->conn, SQL_AUTH_EPOCH_RAISE, &epoch, 1, NULL);
}

err_t auth_alive(
    struct ctx *ctx, const int64_t *ids, size_t n, bool tokens, int64_t **out, size_t *count)
{
    int64_t now = clock_now();
    AUTO_BUF list;
    buf_init(&list, 16 * MIB);
    struct jw w = {.out = &list};
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        jw_int(&w, ids[i]);
    jw_close(&w, ']');
    value params[] = {V_TEXT(buf_str(&list)), V_INT(now), V_INT(now - IDLE)};
    VEC(int64_t) found = {0};
    AUTO_ROWS rows = NULL;
    TRY(db_query(ctx->conn, tokens ? SQL_AUTH_TOKENS_ALIVE : SQL_AUTH_SESSIONS_ALIVE, params,
                 tokens ? 2 : 3, &rows));
    while (db_next(rows))
        *VEC_PUSH(ctx->arena, found) = db_int(rows, 0);
    TRY(db_rows_error(rows));
    *out = found.at;
    *count = found.n;
    return OK;
}

/* ---- ending ---- */

static err_t end_one(struct ctx *ctx, void *arg)
{
    return session_end(ctx, *(const int64_t *)arg);
}

err_t auth_logout(struct ctx *ctx, int64_t session)
{
    return ctx_transact(ctx, end_one, &session);
}

static err_t end_own(struct ctx *ctx, void *arg)
{
    int64_t ended;
    value params[] = {V_INT(*(const int64_t *)arg), V_INT(ctx->user)};
    TRY(db_run(ctx->conn, SQL_AUTH_SESSION_END_OWN, params, 2, &ended));
    return ended ? auth_forget(ctx) : ERR_NOT_FOUND;
}

err_t auth_end_session(struct ctx *ctx, int64_t session)
{
    return ctx_transact(ctx, end_own, &session);
}

static err_t end_others(struct ctx *ctx, void *arg)
{
    const int64_t *of = arg;
    value params[] = {V_INT(of[0]), V_INT(of[1])};
    TRY(db_run(ctx->conn, SQL_AUTH_SESSIONS_END, params, 2, NULL));
    return auth_forget(ctx);
}

err_t auth_end_sessions_of(struct ctx *ctx, int64_t user, int64_t except)
{
    int64_t of[] = {user, except};
    return ctx_transact(ctx, end_others, of);
}

static err_t sweep(struct ctx *ctx, void *arg)
{
    int64_t now = clock_now(), ended, forgiven;
    value sessions[] = {V_INT(now), V_INT(SWEEP_ROWS)};
    value attempts[] = {V_INT(now - 2 * CLOCK_DAY), V_INT(SWEEP_ROWS)};
    TRY(db_run(ctx->conn, SQL_AUTH_SESSIONS_EXPIRE, sessions, 2, &ended));
    if (ended)
        TRY(auth_forget(ctx));
    TRY(db_run(ctx->conn, SQL_AUTH_ATTEMPTS_EXPIRE, attempts, 2, &forgiven));
    *(bool *)arg = ended == SWEEP_ROWS || forgiven == SWEEP_ROWS;
    return OK;
}

err_t auth_sweep(struct ctx *ctx, bool *more)
{
    return ctx_transact(ctx, sweep, more);
}

/* ---- listing ---- */

err_t auth_sessions_json(struct ctx *ctx, int64_t current, struct jw *w)
{
    int64_t now = clock_now();
    value params[] = {V_INT(ctx->user), V_INT(now), V_INT(now - IDLE)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(ctx->conn, SQL_AUTH_SESSIONS_OF, params, 3, &rows));
    jw_open(w, '[');
    while (db_next(rows)) {
        jw_open(w, '{');
        jw_key(w, S("id"));
        jw_id(w, db_int(rows, 0));
        jw_key(w, S("created_at"));
        jw_instant(w, db_int(rows, 1));
        jw_key(w, S("seen_at"));
        jw_instant(w, db_int(rows, 2));
        jw_key(w, S("address"));
        jw_str(w, db_text(rows, 3));
        jw_key(w, S("agent"));
        jw_str(w, db_text(rows, 4));
        jw_key(w, S("current"));
        jw_bool(w, db_int(rows, 0) == current);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    return db_rows_error(rows);
}
