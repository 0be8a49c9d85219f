/* The database of a bench: customers, an order for one in twenty, and a history for some. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "bench.h"
#include "core/change.h"
#include "core/search.h"
#include "people.h"

enum {
    FILL = 500,         /* customers a transaction */
    ORDERS_EVERY = 20,  /* customers to one with an order */
    STORIES_EVERY = 50, /* customers to one of whom there is more to tell */
    IDS = 100000,
};

void bench_check(err_t e, const char *what)
{
    if (e == OK)
        return;
    fprintf(stderr, "bench: %s: %s\n", what, err_name(e));
    exit(1);
}

struct filling {
    size_t from, count;
};

static const struct write_options LOADED = {.trusted = true,
                                            .quiet_refs = true,
                                            .allow_duplicate = true,
                                            .joined = true,
                                            .defer_rollups = true};

static err_t add(struct ctx *c, const char *object, json_t *body)
{
    struct record *unused;
    return record_create(c, model_object(c->model, str_from(object)), json_keep(c->arena, body),
                         &LOADED, &unused);
}

static err_t add_order(struct ctx *c, const char *customer, size_t n)
{
    return add(c, "order",
               json_pack("{s:s,s:s,s:{s:i}}", "customer", customer, "number",
                         arena_printf(c->arena, "SO2026%08zu", n).p, "amount", "amount", 12850));
}

static err_t add_story(struct ctx *c, const char *customer)
{
    for (int i = 0; i < 5; i++)
        TRY(add(c, "follow_up",
                json_pack("{s:s,s:s}", "customer", customer, "text",
                          "电话沟通了新一季的报价，对方下周给答复")));
    return OK;
}

static err_t fill_work(struct ctx *c, void *arg)
{
    const struct filling *f = arg;
    const struct object *o = model_object(c->model, S("customer"));
    for (size_t n = f->from; n < f->from + f->count; n++) {
        struct record *r;
        json_t *body = json_keep(c->arena, people_customer(c->arena, n));
        char id[32];
        TRY(record_create(c, o, body, &LOADED, &r));
        snprintf(id, sizeof id, "%lld", (long long)record_id(r));
        if (n % ORDERS_EVERY == 0)
            TRY(add_order(c, id, n));
        if (n % STORIES_EVERY == 0)
            TRY(add_story(c, id));
    }
    return OK;
}

static size_t count(struct bench *b, str statement)
{
    value have;
    bench_check(db_one(b->ctx.conn, b->arena, statement, NULL, 0, &have, 1), "count");
    return (size_t)have.i;
}

/* What every enterprise has before its first customer. */
static err_t add_stages(struct ctx *c, void *unused)
{
    static const char *const names[] = {"新客户", "已联系", "有意向", "已成交"};
    (void)unused;
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        TRY(add(c, "stage", json_pack("{s:s,s:i}", "name", names[i], "position", i)));
    return OK;
}

static void fill(struct bench *b, size_t want)
{
    size_t have = count(b, S("SELECT COUNT(*) FROM customer"));
    int64_t start = clock_monotonic();
    for (size_t n = have; n < want; n += FILL) {
        struct filling f = {n, want - n < FILL ? want - n : FILL};
        struct ctx c;
        AUTO_ARENA arena = arena_new(256 * MIB);
        bench_check(ctx_init(&c, b->app, arena, "bench"), "fill");
        bench_check(ctx_transact(&c, fill_work, &f), "fill");
        ctx_done(&c);
    }
    double seconds = (double)(clock_monotonic() - start) / 1e6;
    if (want > have)
        printf("%-40s %9.0f /s\n", "customers loaded, logged", (double)(want - have) / seconds);
    start = clock_monotonic();
    bench_check(log_readers_start(b->app), "readers");
    bench_check(log_readers_settle(b->app, 3600 * 1000), "search index");
    seconds = (double)(clock_monotonic() - start) / 1e6;
    if (want > have)
        printf("%-40s %9.0f /s\n", "and made ready to be found", (double)(want - have) / seconds);
}

static void read_ids(struct bench *b)
{
    VEC(int64_t) ids = {0};
    AUTO_ROWS rows = NULL;
    bench_check(db_query(b->ctx.conn,
                         S("SELECT DISTINCT customer_id FROM follow_up ORDER BY customer_id"), NULL,
                         0, &rows),
                "ids");
    while (db_next(rows) && ids.n < IDS)
        *VEC_PUSH(b->arena, ids) = db_int(rows, 0);
    b->ids = ids.at;
    b->id_count = ids.n;
}

struct person {
    struct bench *b;
    const char *rows;
    int64_t user;
};

static err_t sign_in(struct ctx *c, void *arg)
{
    struct person *p = arg;
    struct record *role, *user;
    char name[64];
    snprintf(name, sizeof name, "bench%lld", (long long)id_new());
    json_t *r = json_keep(c->arena, json_pack("{s:s,s:s,s:{s:{s:{s:s,s:b,s:s}}}}", "name", name,
                                              "key", name, "definition", "objects", "*", "read",
                                              p->rows, "create", 1, "update", p->rows));
    TRY(record_create(c, model_object(c->model, S("role")), r, NULL, &role));
    char id[32];
    snprintf(id, sizeof id, "%lld", (long long)record_id(role));
    json_t *u = json_keep(c->arena, json_pack("{s:s,s:s+,s:[s]}", "name", name, "email", name,
                                              "@example.com", "roles", id));
    TRY(record_create(c, model_object(c->model, S("user")), u, NULL, &user));
    p->user = record_id(user);
    struct session_start s = {.user = p->user, .address = S("127.0.0.1"), .agent = S("bench")};
    return session_start(c, &s, &p->b->login);
}

int64_t bench_sign_in(struct bench *b, const char *rows)
{
    struct person p = {b, rows, 0};
    bench_check(ctx_transact(&b->ctx, sign_in, &p), "sign in");
    return p.user;
}

void bench_begin(struct bench *b, const char *url, size_t customers, double seconds)
{
    char folder[] = "/tmp/renmai-bench-XXXXXX";
    *b = (struct bench){
        .arena = arena_new(1024 * MIB - 1), .customers = customers, .seconds = seconds};
    if (!mkdtemp(folder))
        bench_check(ERR_UNAVAILABLE, "folder");
    struct problems problems = {.arena = b->arena};
    struct app_options o = {.db_url = str_from(url),
                            .data_folder = str_from(folder),
                            .readers = CLIENTS,
                            .make = true,
                            .migrate = true};
    bench_check(app_open(&o, &problems, &b->app), "open");
    bench_check(ctx_init(&b->ctx, b->app, b->arena, "bench"), "open");
    b->customer = model_object(b->ctx.model, S("customer"));
    search_attach(b->app);

    if (!count(b, S("SELECT COUNT(*) FROM stage")))
        bench_check(ctx_transact(&b->ctx, add_stages, NULL), "stages");
    fill(b, customers);
    read_ids(b);
    bench_sign_in(b, "all");
    struct api_options api = {.app = b->app, .host = "127.0.0.1"};
    bench_check(api_start(&api, &problems, &b->api), "serve");
}

void bench_end(struct bench *b)
{
    api_stop(b->api);
    log_readers_stop(b->app);
    ctx_done(&b->ctx);
    app_close(b->app);
    arena_free(b->arena);
}

void bench_get(struct buf *out, const struct bench *b, const char *path)
{
    buf_printf(out, "GET /api/v1/%s HTTP/1.1\r\nHost: a\r\nCookie: renmai=%s\r\n\r\n", path,
               b->login.secret);
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

double bench_median(double *of, size_t n)
{
    qsort(of, n, sizeof *of, by_size);
    return of[n / 2];
}

void bench_line(const char *what, double here, double bare, double goal)
{
    double ratio = bare > 0 ? here / bare : 0;
    printf("%-40s %9.0f /s   bare %9.0f /s   ratio %5.2f  goal >= %-4g %s\n", what, here, bare,
           ratio, goal, ratio >= goal ? "met" : "NOT MET");
    fflush(stdout);
}

void bench_most(const char *what, double here, const char *unit, double goal)
{
    printf("%-40s %9.2f %-3s %*s goal <= %-4g %s\n", what, here, unit, 33, "", goal,
           here <= goal ? "met" : "NOT MET");
    fflush(stdout);
}
