#include "core/auth_totp.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "core/auth.h"
#include "core/auth_attempt.h"
#include "core/auth_secret.h"
#include "core/auth_session.h"
#include "core/auth_user.h"
#include "core/change.h"
#include "core/setting.h"
#include "sql_core.h"

enum { RECOVERY_CODES = 10, RECOVERY_BYTES = 10, RECOVERY_CHARS = 16, CODE_MOST = 64 };

/* ---- RFC 4226, 6238, 4648 ---- */

/* HMAC-SHA-1 (RFC 2104) of 8 bytes; the key is at most a block long. */
static void hmac_sha1(const unsigned char *key,
                      size_t n,
                      const unsigned char message[static 8],
                      unsigned char out[static SHA_DIGEST_LENGTH])
{
    unsigned char inner[SHA_CBLOCK + 8] = {0}, outer[SHA_CBLOCK + SHA_DIGEST_LENGTH] = {0};
    memcpy(inner, key, n);
    memcpy(outer, key, n);
    for (size_t i = 0; i < SHA_CBLOCK; i++) {
        inner[i] ^= 0x36;
        outer[i] ^= 0x5c;
    }
    memcpy(inner + SHA_CBLOCK, message, 8);
    SHA1(inner, sizeof inner, outer + SHA_CBLOCK);
    SHA1(outer, sizeof outer, out);
    sodium_memzero(inner, sizeof inner);
    sodium_memzero(outer, sizeof outer);
}

uint32_t totp_code(const unsigned char *secret, size_t n, uint64_t counter, unsigned digits)
{
    unsigned char message[8], mac[SHA_DIGEST_LENGTH];
    for (unsigned i = 0; i < 8; i++)
        message[i] = (unsigned char)(counter >> (56 - 8 * i));
    hmac_sha1(secret, n, message, mac);
    unsigned at = mac[19] & 15u;
    uint32_t code = (uint32_t)(mac[at] & 127) << 24 | (uint32_t)mac[at + 1] << 16 |
                    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    uint32_t modulus = 1;
    for (unsigned i = 0; i < digits; i++)
        modulus *= 10;
    sodium_memzero(mac, sizeof mac);
    return code % modulus;
}

void totp_base32(const unsigned char *bytes, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < n; i++) {
        held = (held << 8 | bytes[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            *out++ = digits[held >> (bits - 5) & 31];
    }
    if (bits)
        *out++ = digits[held << (5 - bits) & 31];
    *out = '\0';
}

/* The step (present, one earlier, one later) whose code this is, if it is later than `last`. */
static bool
find_step(const unsigned char secret[static TOTP_SECRET], str code, int64_t last, int64_t *out)
{
    int64_t now = clock_now() / CLOCK_SECOND / TOTP_SECONDS;
    bool found = false;
    for (int64_t step = now - 1; step <= now + 1; step++) {
        char want[TOTP_DIGITS + 8];
        snprintf(want, sizeof want, "%06u",
                 totp_code(secret, TOTP_SECRET, (uint64_t)step, TOTP_DIGITS));
        if (sodium_memcmp(want, code.p, TOTP_DIGITS) == 0 && step > last) {
            *out = step;
            found = true;
        }
        sodium_memzero(want, sizeof want);
    }
    return found;
}

/* ---- taking a code ---- */

static err_t wrong(struct ctx *ctx)
{
    problem_add(&ctx->problems, S("/code"), "wrong_code", NULL);
    return ERR_DENIED;
}

/* As people type it: without spaces and hyphens, lower case. Its length, 0 if too long. */
static size_t clean_code(str code, char out[static CODE_MOST])
{
    size_t n = 0;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (c == ' ' || c == '-')
            continue;
        if (n == CODE_MOST)
            return 0;
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return n;
}

static err_t take_recovery(struct ctx *ctx, int64_t user, str code)
{
    char mac[HASH_CHARS + 1];
    int64_t used;
    secret_mac(ctx->app, user, code, mac);
    value params[] = {V_INT(user), V_TEXT(str_from(mac))};
    TRY(db_run(ctx->conn, SQL_AUTH_RECOVERY_USE, params, 2, &used));
    return used == 1 ? OK : wrong(ctx);
}

static err_t take_totp(struct ctx *ctx, int64_t user, str code)
{
    struct credential credential;
    unsigned char secret[TOTP_SECRET];
    int64_t step, used;
    TRY(credential_read(ctx, user, &credential));
    if (!credential.totp_enabled)
        return wrong(ctx);
    TRY(secret_open(ctx->app, credential.totp_secret, secret, sizeof secret));
    bool right = find_step(secret, code, credential.totp_last_step, &step);
    sodium_memzero(secret, sizeof secret);
    if (!right)
        return wrong(ctx);
    value params[] = {V_INT(user), V_INT(step)};
    TRY(db_run(ctx->conn, SQL_AUTH_TOTP_USE, params, 2, &used));
    return used == 1 ? OK : wrong(ctx);
}

err_t totp_take(struct ctx *ctx, int64_t user, str code)
{
    char clean[CODE_MOST];
    size_t n = clean_code(code, clean);
    err_t e = n == TOTP_DIGITS      ? take_totp(ctx, user, (str){clean, n})
              : n == RECOVERY_CHARS ? take_recovery(ctx, user, (str){clean, n})
                                    : wrong(ctx);
    sodium_memzero(clean, sizeof clean);
    return e;
}

/* ---- setting it up ---- */

struct setup {
    str sealed;
    char recovery[RECOVERY_CODES][RECOVERY_CHARS + 2];
};

static err_t store_setup(struct ctx *ctx, void *arg)
{
    const struct setup *s = arg;
    value params[] = {V_INT(ctx->user), V_TEXT(s->sealed), V_INT(clock_now())};
    TRY(db_run(ctx->conn, SQL_AUTH_TOTP_PENDING_PUT, params, 3, NULL));
    TRY(db_run(ctx->conn, SQL_AUTH_RECOVERY_CLEAR, params, 1, NULL));
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        char mac[HASH_CHARS + 1];
        secret_mac(ctx->app, ctx->user, str_from(s->recovery[i]), mac);
        value row[] = {V_INT(ctx->user), V_TEXT(str_from(mac))};
        TRY(db_run(ctx->conn, SQL_AUTH_RECOVERY_ADD, row, 2, NULL));
    }
    return OK;
}

static void make_recovery(char out[static RECOVERY_CHARS + 2])
{
    unsigned char bytes[RECOVERY_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    totp_base32(bytes, sizeof bytes, out);
    for (char *c = out; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    sodium_memzero(bytes, sizeof bytes);
}

static void add_escaped(struct buf *out, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            buf_byte(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

/* otpauth://totp/ISSUER:ACCOUNT?secret=… as authenticator apps read it. */
static void write_uri(struct ctx *ctx, const char *secret, str account, struct jw *w)
{
    AUTO_BUF uri;
    buf_init(&uri, 8 * KIB);
    str issuer = setting_text(ctx->app, ctx->arena, "enterprise", S("Renmai"));
    buf_addz(&uri, "otpauth://totp/");
    add_escaped(&uri, issuer);
    buf_byte(&uri, ':');
    add_escaped(&uri, account);
    buf_addz(&uri, "?secret=");
    buf_addz(&uri, secret);
    buf_addz(&uri, "&issuer=");
    add_escaped(&uri, issuer);
    buf_addz(&uri, "&algorithm=SHA1&digits=6&period=30");
    jw_str(w, buf_str(&uri));
    sodium_memzero(uri.p, uri.n);
}

static void
write_setup(struct ctx *ctx, const struct setup *s, const char *secret, str account, struct jw *w)
{
    jw_open(w, '{');
    jw_key(w, S("secret"));
    jw_str(w, str_from(secret));
    jw_key(w, S("uri"));
    write_uri(ctx, secret, account, w);
    jw_key(w, S("recovery"));
    jw_open(w, '[');
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        const char *code = s->recovery[i];
        char grouped[RECOVERY_CHARS + 4];
        snprintf(grouped, sizeof grouped, "%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8,
                 code + 12);
        jw_str(w, str_from(grouped));
        sodium_memzero(grouped, sizeof grouped);
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

err_t auth_totp_begin(struct ctx *ctx, struct jw *w)
{
    struct account account;
    TRY(auth_fresh(ctx));
    TRY(account_read(ctx, ctx->user, &account));
    if (auth_totp_enabled(ctx, ctx->user)) {
        problem_add(&ctx->problems, (str){0}, "totp_enabled", NULL);
        return ERR_CONFLICT;
    }
    unsigned char secret[TOTP_SECRET];
    char text[TOTP_SECRET * 8 / 5 + 2];
    struct setup s;
    randombytes_buf(secret, sizeof secret);
    totp_base32(secret, sizeof secret, text);
    s.sealed = secret_seal(ctx->app, ctx->arena, secret, sizeof secret);
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        make_recovery(s.recovery[i]);
    err_t e = ctx_transact(ctx, store_setup, &s);
    if (e == OK)
        write_setup(ctx, &s, text, account.email, w);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, sizeof text);
    sodium_memzero(&s, sizeof s);
    return e;
}

static err_t note(struct ctx *ctx, bool enabled)
{
    json_t *what = json_pack("{s:b}", "enabled", enabled);
    return change_act(ctx, "second_factor", CHANGE_UPDATE, 0, json_keep(ctx->arena, what));
}

struct confirm {
    int64_t session, step;
    str pending;
};

static err_t enable(struct ctx *ctx, void *arg)
{
    const struct confirm *c = arg;
    int64_t now = clock_now(), changed;
    value params[] = {V_INT(ctx->user), V_INT(c->step), V_INT(now), V_TEXT(c->pending)};
    TRY(db_run(ctx->conn, SQL_AUTH_TOTP_ENABLE, params, 4, &changed));
    if (changed != 1)
        return wrong(ctx);
    value session[] = {V_INT(c->session), V_INT(ctx->user), V_INT(now)};
    TRY(db_run(ctx->conn, SQL_AUTH_SESSION_PROVE, session, 3, NULL));
    TRY(note(ctx, true));
    return auth_forget(ctx);
}

err_t auth_totp_confirm(struct ctx *ctx, str code, int64_t session)
{
    struct credential credential;
    unsigned char secret[TOTP_SECRET];
    char clean[CODE_MOST];
    struct confirm c = {.session = session};
    TRY(credential_read(ctx, ctx->user, &credential));
    if (!credential.totp_pending.n || clean_code(code, clean) != TOTP_DIGITS)
        return wrong(ctx);
    TRY(secret_open(ctx->app, credential.totp_pending, secret, sizeof secret));
    bool right = find_step(secret, (str){clean, TOTP_DIGITS}, 0, &c.step);
    sodium_memzero(secret, sizeof secret);
    if (!right)
        return wrong(ctx);
    c.pending = credential.totp_pending;
    return ctx_transact(ctx, enable, &c);
}

struct disable {
    str code;
    struct attempt attempt;
};

static err_t disable(struct ctx *ctx, void *arg)
{
    const struct disable *d = arg;
    if (d->code.n) {
        TRY(totp_take(ctx, ctx->user, d->code));
        TRY(attempt_forgive(ctx, &d->attempt, true));
    }
    value params[] = {V_INT(ctx->user), V_INT(clock_now())};
    TRY(db_run(ctx->conn, SQL_AUTH_TOTP_DISABLE, params, 2, NULL));
    TRY(db_run(ctx->conn, SQL_AUTH_RECOVERY_CLEAR, params, 1, NULL));
    TRY(note(ctx, false));
    return auth_forget(ctx);
}

err_t auth_totp_remove(struct ctx *ctx, str password, str code, str address)
{
    struct disable d = {0};
    bool enabled = auth_totp_enabled(ctx, ctx->user);
    if (enabled && !code.n) {
        problem_add(&ctx->problems, S("/code"), "required", NULL);
        return ERR_INVALID;
    }
    TRY(auth_check_password(ctx, ctx->user, password, address));
    if (enabled) {
        d = (struct disable){code, attempt_of(ctx->arena, ctx->user, (str){0}, address)};
        TRY(attempt_begin(ctx, &d.attempt));
    }
    return ctx_transact(ctx, disable, &d);
}

bool auth_totp_enabled(struct ctx *ctx, int64_t user)
{
    struct credential credential;
    return credential_read(ctx, user, &credential) == OK && credential.totp_enabled;
}
