/* bench_http URL [customers] [seconds] — what requests cost beside the bare libraries, in one run.
 * The database is filled with customers as need be. One line a figure: what, here, bare, ratio. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "bare.h"
#include "base/id.h"
#include "base/limits.h"
#include "client.h"
#include "core/auth_session.h"
#include "core/change.h"
#include "core/record_internal.h"
#include "core/search.h"
#include "model/query.h"

enum { FILL = 500, CLIENTS = 16, PAGE = 50 };

struct bench {
    struct app *app;
    struct arena *arena;
    struct ctx ctx;
    const struct object *customer;
    struct login login;
    struct api *api;
    int64_t *ids;
    size_t id_count;
    double seconds;
};

static void check(err_t e, const char *what)
{
    if (e == OK)
        return;
    fprintf(stderr, "bench_http: %s: %s\n", what, err_name(e));
    exit(1);
}

/* ---- filling ---- */

static const char *const SURNAMES[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"};
static const char *const GIVEN[] = {"伟",   "芳",   "娜",   "敏",   "静",   "磊",
                                    "洋",   "艳",   "勇",   "杰",   "小明", "建国",
                                    "晓燕", "志强", "海涛", "雨欣", "子涵"};

static json_t *person(uint64_t n)
{
    char name[64], phone[32], company[64];
    snprintf(name, sizeof name, "%s%s%s", SURNAMES[n % 10], GIVEN[n / 10 % 17],
             GIVEN[n / 170 % 17]);
    snprintf(phone, sizeof phone, "138%08llu", (unsigned long long)(n % 100000000));
    snprintf(company, sizeof company, "%s%s贸易有限公司", GIVEN[n % 17], GIVEN[n / 17 % 17]);
    return json_pack("{s:s,s:s,s:s,s:[s]}", "name", name, "phone", phone, "company", company,
                     "tags", n % 3 ? "vip" : "new");
}

struct filling {
    struct bench *b;
    uint64_t from;
    unsigned count;
};

static err_t fill_work(struct ctx *c, void *arg)
{
    static const struct write_options options = {.trusted = true,
                                                 .quiet_refs = true,
                                                 .allow_duplicate = true,
                                                 .joined = true,
                                                 .defer_rollups = true};
    const struct filling *f = arg;
    for (unsigned i = 0; i < f->count; i++) {
        struct record *r;
        json_t *body = json_keep(c->arena, person(f->from + i));
        TRY(record_create(c, model_object(c->model, S("customer")), body, &options, &r));
    }
    return OK;
}

static void fill(struct bench *b, int64_t want)
{
    value have;
    check(db_one(b->ctx.conn, b->arena, S("SELECT COUNT(*) FROM customer"), NULL, 0, &have, 1),
          "count");
    int64_t start = clock_monotonic(), missing = want - have.i;
    for (int64_t n = have.i; n < want; n += FILL) {
        struct filling f = {b, (uint64_t)n, (unsigned)(want - n < FILL ? want - n : FILL)};
        struct ctx c;
        AUTO_ARENA arena = arena_new(256 * MIB);
        check(ctx_init(&c, b->app, arena, "bench"), "fill");
        check(ctx_transact(&c, fill_work, &f), "fill");
        ctx_done(&c);
    }
    if (missing > 0)
        printf("%-34s %10.0f /s\n", "load without roll-ups",
               (double)missing / ((double)(clock_monotonic() - start) / 1e6));
}

static void read_ids(struct bench *b)
{
    VEC(int64_t) ids = {0};
    AUTO_ROWS rows = NULL;
    check(db_query(b->ctx.conn, S("SELECT id FROM customer ORDER BY id LIMIT 200000"), NULL, 0,
                   &rows),
          "ids");
    while (db_next(rows))
        *VEC_PUSH(b->arena, ids) = db_int(rows, 0);
    b->ids = ids.at;
    b->id_count = ids.n;
}

static err_t sign_in(struct ctx *c, void *arg)
{
    struct bench *b = arg;
    struct record *role, *user;
    char name[64];
    snprintf(name, sizeof name, "bench%lld", (long long)id_new());
    json_t *r = json_keep(c->arena, json_pack("{s:s,s:s,s:{s:{s:{s:s,s:b,s:s}}}}", "name", name,
                                              "key", name, "definition", "objects", "*", "read",
                                              "all", "create", 1, "update", "all"));
    TRY(record_create(c, model_object(c->model, S("role")), r, NULL, &role));
    char id[32];
    snprintf(id, sizeof id, "%lld", (long long)record_id(role));
    json_t *u = json_keep(c->arena, json_pack("{s:s,s:s+,s:[s]}", "name", name, "email", name,
                                              "@example.com", "roles", id));
    TRY(record_create(c, model_object(c->model, S("user")), u, NULL, &user));
    struct session_start s = {
        .user = record_id(user), .address = S("127.0.0.1"), .agent = S("bench")};
    return session_start(c, &s, &b->login);
}

/* ---- requests ---- */

static int64_t some_id(const struct bench *b, uint64_t n)
{
    return b->ids[n * UINT64_C(2654435761) % b->id_count];
}

static void ours(struct buf *out, const struct bench *b, const char *path)
{
    buf_printf(out, "GET /api/v1/%s HTTP/1.1\r\nHost: a\r\nCookie: renmai=%s\r\n\r\n", path,
               b->login.secret);
}

static void get_ours(struct buf *out, uint64_t n, void *context)
{
    char path[64];
    snprintf(path, sizeof path, "customers/%lld", (long long)some_id(context, n));
    ours(out, context, path);
}

static void get_bare(struct buf *out, uint64_t n, void *context)
{
    buf_printf(out, "GET /one/%lld HTTP/1.1\r\nHost: a\r\n\r\n", (long long)some_id(context, n));
}

static void list_ours(struct buf *out, uint64_t n, void *context)
{
    (void)n;
    ours(out, context, "customers?limit=50");
}

static void list_bare(struct buf *out, uint64_t n, void *context)
{
    (void)n, (void)context;
    buf_addz(out, "GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
}

static void create_ours(struct buf *out, uint64_t n, void *context)
{
    const struct bench *b = context;
    json_t *body = person((uint64_t)id_new() / 7 + n * 31);
    char *text = json_dumps(body, JSON_COMPACT);
    buf_printf(out,
               "POST /api/v1/customers?duplicates=allow HTTP/1.1\r\nHost: a\r\nCookie: "
               "renmai=%s\r\nX-CSRF-Token: %s\r\nContent-Type: application/json\r\n"
               "Content-Length: %zu\r\n\r\n%s",
               b->login.secret, b->login.csrf, strlen(text), text);
    free(text);
    json_decref(body);
}

static void search_ours(struct buf *out, uint64_t n, void *context)
{
    static const char *const words[] = {
        "%E7%8E%8B%E5%B0%8F", "zhangwei", "lxm", "1380001", "%E5%BB%BA%E5%9B%BD%E8%B4%B8%E6%98%93",
        "%E5%BC%A0s"};
    char path[128];
    snprintf(path, sizeof path, "search?q=%s&limit=20", words[n % 6]);
    ours(out, context, path);
}

/* ---- bare inserts ---- */

struct inserter {
    pthread_t thread;
    struct bench *b;
    int64_t until;
    uint64_t done;
    struct record *record;
};

static err_t insert_row(struct db_conn *conn, void *arg)
{
    struct inserter *me = arg;
    AUTO_ARENA arena = arena_new(MIB);
    AUTO_SQL q;
    sql_init(&q, arena);
    me->record->cells[me->record->object->id->first_column] = V_INT(id_new());
    TRY(query_insert(me->record, &q));
    return db_run(conn, buf_str(&q.text), q.params.at, q.params.n, NULL);
}

static void *insert_rows(void *arg)
{
    struct inserter *me = arg;
    while (clock_monotonic() < me->until) {
        check(db_transact(me->b->app->db, insert_row, me), "insert");
        me->done++;
    }
    return NULL;
}

static double bare_inserts(struct bench *b)
{
    struct inserter all[CLIENTS];
    struct record *r;
    uint64_t done = 0;
    check(record_load(&b->ctx, b->customer, b->ids[0], &r), "load");
    int64_t start = clock_monotonic();
    for (size_t i = 0; i < CLIENTS; i++) {
        all[i] = (struct inserter){.b = b,
                                   .until = start + (int64_t)(b->seconds * 1e6),
                                   .record = record_copy(b->arena, r)};
        pthread_create(&all[i].thread, NULL, insert_rows, &all[i]);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        pthread_join(all[i].thread, NULL);
        done += all[i].done;
    }
    return (double)done / ((double)(clock_monotonic() - start) / 1e6);
}

/* ---- the table ---- */

static struct client_result
load(struct bench *b, unsigned port, int status, void (*request)(struct buf *, uint64_t, void *))
{
    struct client_load l = {.port = port,
                            .connections = CLIENTS,
                            .seconds = b->seconds,
                            .status = status,
                            .request = request,
                            .context = b};
    return client_run(&l);
}

static void line(const char *what, double here, double bare, double goal)
{
    printf("%-34s %10.0f /s  bare %10.0f /s  ratio %5.2f  goal %.1f\n", what, here, bare,
           bare > 0 ? here / bare : 0, goal);
    fflush(stdout);
}

static str statement(struct bench *b, bool page)
{
    AUTO_SQL q;
    struct condition_env env = ctx_env(&b->ctx);
    struct query all = {.object = b->customer, .limit = PAGE};
    sql_init(&q, b->arena);
    check(page ? query_select(&all, &env, &q) : query_by_id(b->customer, 1, false, NULL, &env, &q),
          "statement");
    str text = arena_str(b->arena, buf_str(&q.text));
    size_t limit = str_find(text, S("LIMIT "));
    return page ? arena_printf(b->arena, STR_FMT "LIMIT 50", (int)limit, text.p) : text;
}

static void measure(struct bench *b)
{
    struct bare *bare = bare_start(b->app->db, statement(b, false), statement(b, true));
    unsigned mine = api_port(b->api), other = bare_port(bare);
    struct client_result get = load(b, mine, 200, get_ours);
    line("read one customer", get.per_second, load(b, other, 200, get_bare).per_second, 0.5);
    struct client_result list = load(b, mine, 200, list_ours);
    line("list page of 50", list.per_second, load(b, other, 200, list_bare).per_second, 0.5);
    printf("%-34s %10.3f ms\n", "list page of 50, median", list.p50_ms);
    bare_stop(bare);
    check(log_readers_settle(b->app, 3600 * 1000), "search index");
    struct client_result search = load(b, mine, 200, search_ours);
    printf("%-34s %10.3f ms  read %10.3f ms  ratio %5.1f\n", "search, p95", search.p95_ms,
           get.p95_ms, search.p95_ms / get.p95_ms);
    struct client_result create = load(b, mine, 201, create_ours);
    line("create, logged and indexed", create.per_second, bare_inserts(b), 0.3);
}

static void begin(struct bench *b, const char *url, const char *folder, int64_t customers)
{
    struct problems problems = {.arena = b->arena};
    struct app_options o = {
        .db_url = str_from(url), .data_folder = str_from(folder), .readers = 16, .migrate = true};
    check(app_open(&o, &problems, &b->app), "open");
    check(ctx_init(&b->ctx, b->app, b->arena, "bench"), "open");
    b->customer = model_object(b->ctx.model, S("customer"));
    fill(b, customers);
    read_ids(b);
    check(ctx_transact(&b->ctx, sign_in, b), "sign in");
    search_attach(b->app);
    check(log_readers_start(b->app), "readers");
    struct api_options api = {.app = b->app, .host = "127.0.0.1"};
    check(api_start(&api, &problems, &b->api), "serve");
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/renmai-bench-XXXXXX";
    int64_t customers = 100000;
    AUTO_ARENA arena = arena_new(1024 * MIB - 1);
    struct bench b = {.arena = arena, .seconds = 3};
    if (argc < 2 || (argc > 2 && str_to_int(str_from(argv[2]), &customers) != OK) ||
        (argc > 3 && str_to_real(str_from(argv[3]), &b.seconds) != OK) || !mkdtemp(folder)) {
        fprintf(stderr, "usage: bench_http URL [customers] [seconds]\n");
        return 2;
    }
    begin(&b, argv[1], folder, customers);
    printf("%s, %lld customers, %d clients\n", argv[1], (long long)customers, CLIENTS);
    measure(&b);
    api_stop(b.api);
    log_readers_stop(b.app);
    ctx_done(&b.ctx);
    app_close(b.app);
    return 0;
}
