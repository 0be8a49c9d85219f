/* auth_testing: what the tests of auth share: a user with a password, and his second factor. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/access.h"
#include "core/auth.h"
#include "core/auth_totp.h"
#include "core/record.h"
#include "core/test_app.h"

#include "core/test_app.h"

#define PASSWORD S("violet kettle 47 sings")
#define ADDRESS S("203.0.113.7")
#define AGENT S("Firefox")

/* 2026-11-21T06:00:00Z */
#define morning (INT64_C(1795240800) * CLOCK_SECOND)

static inline struct ctx begin(struct app *app, struct arena *arena)
{
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    clock_set(morning);
    return c;
}

static inline void end(struct ctx *c)
{
    clock_set(0);
    ctx_done(c);
}

static inline int64_t create(struct ctx *c, const char *object, const char *body)
{
    struct record *r;
    assert_int_equal(record_create(c, model_object(c->model, str_from(object)),
                                   test_json(c->arena, body), NULL, &r),
                     OK);
    return record_id(r);
}

static inline int64_t make_user(struct ctx *c, const char *email, bool administrator)
{
    char body[200], role[24] = "";
    if (administrator)
        snprintf(role, sizeof role, "'%lld'",
                 (long long)create(c, "role", "{'name':'A','key':'a','administrator':true}"));
    snprintf(body, sizeof body, "{'name':'陈晓燕','email':'%s','roles':[%s]}", email, role);
    int64_t user = create(c, "user", body);
    assert_int_equal(auth_set_password(c, user, PASSWORD, 0), OK);
    return user;
}

static inline void update_user(struct ctx *c, int64_t user, const char *body)
{
    struct record *r;
    assert_int_equal(record_update(c, model_object(c->model, S("user")), user, 0,
                                   test_json(c->arena, body), NULL, &r),
                     OK);
}

/* The code of the only problem; forgets it. */
static inline const char *problem(struct ctx *c)
{
    const char *code = c->problems.list.n == 1 ? c->problems.list.at[0].code : "(none or many)";
    c->problems.list.n = 0;
    return code;
}

static inline err_t login(struct ctx *c, str email, str password, struct login *out)
{
    memset(out, 0, sizeof *out);
    return auth_login(c, email, password, ADDRESS, AGENT, out);
}

static inline err_t session(struct ctx *c, const struct login *l, struct session *out)
{
    return auth_session(c, str_from(l->secret), out);
}

struct factor {
    unsigned char secret[TOTP_SECRET];
    char recovery[2][24];
};

static inline void base32_read(str text, unsigned char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < text.n; i++) {
        held = (held << 5 | (unsigned)(strchr(digits, text.p[i]) - digits)) & 0xffff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            *out++ = (unsigned char)(held >> bits);
        }
    }
}

static inline str code_at(struct arena *arena, const struct factor *f, int64_t at)
{
    return arena_printf(
        arena, "%06u",
        totp_code(f->secret, TOTP_SECRET, (uint64_t)(at / CLOCK_SECOND / TOTP_SECONDS), 6));
}

static inline struct factor begin_factor(struct ctx *c)
{
    struct factor f;
    json_t *setup;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(auth_totp_begin(c, &w), OK);
    assert_int_equal(json_read(c->arena, buf_str(&out), NULL, &setup), OK);
    assert_true(str_starts(json_get_str(setup, "uri"), S("otpauth://totp/")));
    assert_int_equal(json_get_str(setup, "secret").n, 32);
    base32_read(json_get_str(setup, "secret"), f.secret);
    const json_t *recovery = json_object_get(setup, "recovery");
    assert_int_equal(json_array_size(recovery), 10);
    for (size_t i = 0; i < 2; i++)
        snprintf(f.recovery[i], sizeof f.recovery[i], "%s",
                 json_string_value(json_array_get(recovery, i)));
    return f;
}

static inline err_t
second(struct ctx *c, const struct login *challenge, str code, struct login *out)
{
    return auth_second_factor(c, str_from(challenge->secret), code, ADDRESS, AGENT, out);
}

static inline err_t sign_in(struct ctx *c, str code, struct login *out)
{
    struct login challenge;
    TRY(login(c, S("chen@example.com"), PASSWORD, &challenge));
    assert_int_equal(challenge.state, LOGIN_SECOND_FACTOR);
    return second(c, &challenge, code, out);
}
