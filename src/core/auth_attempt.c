#include "core/auth_attempt.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "core/auth_secret.h"
#include "sql_core.h"

enum { FREE_FAILURES = 5, DOUBLINGS = 10 };
#define LONGEST_DELAY (15 * CLOCK_MINUTE)

/* Keys hold no personal data: what nobody's e-mail is stands there as a hash. */
static str account_key(struct arena *arena, int64_t user, str email)
{
    char hash[HASH_CHARS + 1];
    if (user)
        return arena_printf(arena, "user:%lld", (long long)user);
    if (!email.n)
        return (str){0};
    secret_hash(email, hash);
    return arena_printf(arena, "name:%s", hash);
}

static str address_key(struct arena *arena, str address)
{
    char text[64];
    struct in6_addr v6;
    if (!address.n || address.n >= sizeof text)
        return (str){0};
    snprintf(text, sizeof text, STR_FMT, STR_ARG(address));
    if (inet_pton(AF_INET6, text, &v6) != 1)
        return arena_printf(arena, "ip:%s", text);
    const uint8_t *b = v6.s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6))
        return arena_printf(arena, "ip:%d.%d.%d.%d", b[12], b[13], b[14], b[15]);
    return arena_printf(arena, "ip:%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64", b[0], b[1], b[2],
                        b[3], b[4], b[5], b[6], b[7]);
}

struct attempt attempt_of(struct arena *arena, int64_t user, str email, str address)
{
    return (struct attempt){account_key(arena, user, email), address_key(arena, address)};
}

struct attempt attempt_of_token(struct arena *arena, str address)
{
    str key = address_key(arena, address);
    return (struct attempt){.address = key.n ? arena_printf(arena, "token-" STR_FMT, STR_ARG(key))
                                             : (str){0}};
}

struct counter {
    int64_t failures, last_at, next_at;
};

/* Reads the counter as of now, with what time has forgiven, and holds its row. */
static err_t take(struct ctx *ctx, str key, int64_t now, struct counter *out)
{
    value params[] = {V_TEXT(key), V_INT(now)}, cells[3];
    TRY(db_one(ctx->conn, ctx->arena, SQL_AUTH_ATTEMPT_TAKE, params, 2, cells, 3));
    struct counter c = {cells[0].i, cells[1].i, cells[2].i};
    int64_t forgiven = now > c.last_at ? (now - c.last_at) / LONGEST_DELAY : 0;
    if (forgiven > c.failures)
        forgiven = c.failures;
    c.failures -= forgiven;
    c.last_at += forgiven * LONGEST_DELAY;
    *out = c;
    return OK;
}

static err_t put(struct ctx *ctx, str key, const struct counter *c)
{
    value params[] = {V_TEXT(key), V_INT(c->failures), V_INT(c->last_at), V_INT(c->next_at)};
    return db_run(ctx->conn, SQL_AUTH_ATTEMPT_PUT, params, 4, NULL);
}

static int64_t delay_after(int64_t failures)
{
    int64_t beyond = failures - FREE_FAILURES;
    if (beyond < 0)
        return 0;
    int64_t delay = CLOCK_SECOND << (beyond < DOUBLINGS ? beyond : DOUBLINGS);
    return delay < LONGEST_DELAY ? delay : LONGEST_DELAY;
}

static err_t count(struct ctx *ctx, str key, int64_t now)
{
    struct counter c;
    if (!key.n)
        return OK;
    TRY(take(ctx, key, now, &c));
    if (c.next_at > now) {
        char seconds[24];
        snprintf(seconds, sizeof seconds, "%lld",
                 (long long)((c.next_at - now + CLOCK_SECOND - 1) / CLOCK_SECOND));
        problem_add(&ctx->problems, (str){0}, "too_many_attempts", seconds, NULL);
        return ERR_LIMIT;
    }
    c.failures++;
    c.last_at = now;
    int64_t delay = delay_after(c.failures);
    c.next_at = delay ? now + delay : 0;
    return put(ctx, key, &c);
}

static err_t begin(struct ctx *ctx, void *arg)
{
    const struct attempt *a = arg;
    int64_t now = clock_now();
    TRY(count(ctx, a->account, now));
    return count(ctx, a->address, now);
}

err_t attempt_begin(struct ctx *ctx, const struct attempt *a)
{
    return ctx_transact(ctx, begin, (void *)a);
}

/* *n: how many to take off, at most as many as there are; 0 = all. */
static err_t take_off(struct ctx *ctx, str key, int64_t now, int64_t *n)
{
    struct counter c;
    if (!key.n)
        return OK;
    TRY(take(ctx, key, now, &c));
    if (*n == 0 || *n > c.failures)
        *n = c.failures;
    c.failures -= *n;
    c.next_at = 0;
    return put(ctx, key, &c);
}

err_t attempt_forgive(struct ctx *ctx, const struct attempt *a, bool whole)
{
    int64_t n = whole ? 0 : 1, now = clock_now();
    TRY(take_off(ctx, a->account, now, &n));
    return n ? take_off(ctx, a->address, now, &n) : OK;
}
