#include "api/idempotency.h"

#include <pthread.h>
#include <string.h>

#include "base/limits.h"
#include "core/bulk.h"
#include "core/test_app.h"

/* One request of user 7. */
struct asked {
    struct arena *arena;
    struct http_request request;
    struct http_reply reply;
    struct buf headers;
    struct call call;
};

static void ask(struct asked *a, struct app *app, const struct route *route, const char *body)
{
    *a = (struct asked){.arena = arena_new(64 * MIB)};
    buf_init(&a->headers, LIMIT_HTTP_HEADERS);
    buf_init(&a->reply.body, MIB);
    a->reply.internal = &a->headers;
    a->request = (struct http_request){.arena = a->arena,
                                       .method = str_from(route->method),
                                       .path = str_from(route->path),
                                       .body = str_from(body)};
    a->call = (struct call){.request = &a->request,
                            .reply = &a->reply,
                            .route = route,
                            .params = {S("customers")},
                            .body = test_json(a->arena, body),
                            .out = {.out = &a->reply.body}};
    assert_int_equal(ctx_init(&a->call.ctx, app, a->arena, "test"), OK);
    a->call.ctx.user = 7;
}

static void end(struct asked *a)
{
    ctx_done(&a->call.ctx);
    buf_done(&a->headers);
    buf_done(&a->reply.body);
    arena_free(a->arena);
}

static bool replayed(const struct asked *a)
{
    return str_find(buf_str(&a->headers), S("Idempotent-Replayed")) != SIZE_MAX;
}

static int64_t number(struct app *app, str sql)
{
    struct db_conn *c;
    value n;
    assert_int_equal(db_acquire(app->db, &c), OK);
    assert_int_equal(db_one(c, NULL, sql, NULL, 0, &n, 1), OK);
    db_release(c);
    return n.i;
}

static int64_t kept(struct app *app)
{
    return number(app, S("SELECT count(*) FROM idempotency"));
}

static uint64_t transactions(struct app *app)
{
    struct db_stats stats;
    db_stats(app->db, &stats);
    return stats.transactions;
}

/* ---- a route that notes where it is ---- */

static struct {
    struct app *app;
    int prepared, run;
    bool prepared_outside, run_inside;
    err_t refuses;
    bool answers, meanwhile;
} seen;

static err_t note_run(struct call *call)
{
    seen.run++;
    seen.run_inside = call->ctx.in_transaction;
    call_begin(call, 201);
    jw_str(&call->out, str_from(call->prepared));
    call_end(call);
    return OK;
}

static void same_elsewhere(void);

static err_t note_prepare(struct call *call)
{
    seen.prepared++;
    seen.prepared_outside = !call->ctx.in_transaction;
    static char found[] = "found";
    call->prepared = found;
    call->answered = seen.answers;
    if (seen.meanwhile) {
        seen.meanwhile = false;
        same_elsewhere();
        problem_add(&call->ctx.problems, S(""), "stale", NULL);
        return ERR_CONFLICT;
    }
    return seen.refuses;
}

static const struct route ROUTE = {
    "POST", "/noted", note_run, NEED_SESSION, RIGHT_COUNT, .once = true, .prepare = note_prepare};

static void same_elsewhere(void)
{
    struct asked other;
    ask(&other, seen.app, &ROUTE, "{}");
    assert_int_equal(idempotent_run(&other.call, S("key")), OK);
    end(&other);
}

static err_t send_noted(struct asked *a, const char *body)
{
    ask(a, seen.app, &ROUTE, body);
    return idempotent_run(&a->call, S("key"));
}

TEST_APP(idempotency_prepares_outside_of_the_transaction)
{
    struct asked a;
    memset(&seen, 0, sizeof seen);
    seen.app = app;
    assert_int_equal(send_noted(&a, "{}"), OK);
    assert_true(seen.prepared_outside && seen.run_inside && !replayed(&a));
    assert_true(str_eqz(buf_str(&a.reply.body), "{\"data\":\"found\"}"));
    end(&a);
    uint64_t before = transactions(app);
    assert_int_equal(send_noted(&a, "{}"), OK);
    assert_true(replayed(&a) && a.reply.status == 201);
    assert_true(str_eqz(buf_str(&a.reply.body), "{\"data\":\"found\"}"));
    end(&a);
    assert_int_equal(send_noted(&a, "{'other':1}"), ERR_CONFLICT);
    assert_string_equal(a.call.ctx.problems.list.at[0].code, "idempotency_mismatch");
    end(&a);
    assert_int_equal(seen.prepared, 1);
    assert_int_equal(seen.run, 1);
    assert_int_equal(transactions(app), before);
}

TEST_APP(idempotency_keeps_nothing_of_refusals_and_answers_of_preparation)
{
    struct asked a;
    memset(&seen, 0, sizeof seen);
    seen.app = app;
    uint64_t before = transactions(app);
    seen.refuses = ERR_NOT_FOUND;
    assert_int_equal(send_noted(&a, "{}"), ERR_NOT_FOUND);
    end(&a);
    seen.refuses = OK;
    seen.answers = true;
    assert_int_equal(send_noted(&a, "{}"), OK);
    end(&a);
    assert_int_equal(seen.prepared, 2);
    assert_int_equal(seen.run, 0);
    assert_int_equal(kept(app), 0);
    assert_int_equal(transactions(app), before);
}

/* What the first did is why the second is refused: it gets the first one's reply. */
TEST_APP(idempotency_is_not_refused_by_its_own_effect)
{
    struct asked a;
    memset(&seen, 0, sizeof seen);
    seen.app = app;
    seen.meanwhile = true;
    assert_int_equal(send_noted(&a, "{}"), OK);
    assert_true(replayed(&a));
    assert_int_equal(a.call.ctx.problems.list.n, 0);
    end(&a);
    seen.meanwhile = true;
    assert_int_equal(send_noted(&a, "{'other':1}"), ERR_CONFLICT);
    end(&a);
    assert_int_equal(seen.run, 1);
}

enum { AT_ONCE = 6 };

static void *run_in_thread(void *arg)
{
    struct asked *a = arg;
    return (void *)(intptr_t)idempotent_run(&a->call, S("key"));
}

/* ---- bulk ---- */

static const struct route *bulk_route(void)
{
    bool known;
    str params[CALL_PARAMS];
    job_kinds_core();
    bulk_attach();
    return route_find(S("POST"), S("/customers/bulk"), params, &known);
}

TEST_APP(idempotency_six_at_once_have_one_effect)
{
    struct asked asked[AT_ONCE];
    pthread_t threads[AT_ONCE];
    int again = 0;
    for (int i = 0; i < AT_ONCE; i++)
        ask(&asked[i], app, bulk_route(), "{'where':null,'change':{'level':'a'}}");
    for (int i = 0; i < AT_ONCE; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_in_thread, &asked[i]), 0);
    for (int i = 0; i < AT_ONCE; i++) {
        void *e;
        pthread_join(threads[i], &e);
        assert_int_equal((intptr_t)e, OK);
        assert_int_equal(asked[i].reply.status, 202);
        assert_true(str_eq(buf_str(&asked[i].reply.body), buf_str(&asked[0].reply.body)));
        again += replayed(&asked[i]);
    }
    for (int i = 0; i < AT_ONCE; i++)
        end(&asked[i]);
    assert_int_equal(again, AT_ONCE - 1);
    assert_int_equal(kept(app), 1);
    assert_int_equal(number(app, S("SELECT count(*) FROM job WHERE kind = 'bulk'")), 1);
}

TEST_APP(idempotency_previews_are_only_read)
{
    static const char body[] = "{'where':null,'change':{'level':'a'},'preview':true}";
    struct asked a;
    const struct route *route = bulk_route();
    uint64_t before = transactions(app);
    ask(&a, app, route, body);
    assert_int_equal(idempotent_run(&a.call, S("key")), OK);
    assert_true(str_find(buf_str(&a.reply.body), S("\"matches\":0")) != SIZE_MAX);
    end(&a);
    assert_int_equal(kept(app), 0);
    assert_int_equal(transactions(app), before + 1); /* the short try */
    ask(&a, app, route, "{'where':null,'change':{'level':'a'}}");
    assert_int_equal(idempotent_run(&a.call, S("key")), OK);
    assert_int_equal(a.reply.status, 202);
    end(&a);
    assert_int_equal(kept(app), 1);
    assert_int_equal(transactions(app), before + 2);
}
