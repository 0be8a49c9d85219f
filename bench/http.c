/* bench_http SMALL LARGE [customers] [seconds] [PART] — what requests cost beside the bare
 * libraries, and how the cost grows from 10,000 customers, in the database SMALL, to so many in
 * LARGE. The databases are filled as need be. One line a figure: what, here, bare, ratio, goal.
 * PART: read, list, create, search or growth only. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare.h"
#include "base/id.h"
#include "base/limits.h"
#include "bench.h"
#include "core/change.h"
#include "model/query.h"
#include "people.h"

enum { FEW = 10000, ROUNDS = 7 };

/* ---- requests ---- */

static int64_t some_id(const struct bench *b, uint64_t n)
{
    return b->ids[n * UINT64_C(2654435761) % b->id_count];
}

static void get_ours(struct buf *out, uint64_t n, void *context)
{
    char path[64];
    snprintf(path, sizeof path, "customers/%lld", (long long)some_id(context, n));
    bench_get(out, context, path);
}

static void get_bare(struct buf *out, uint64_t n, void *context)
{
    buf_printf(out, "GET /one/%lld HTTP/1.1\r\nHost: a\r\n\r\n", (long long)some_id(context, n));
}

static void list_ours(struct buf *out, uint64_t n, void *context)
{
    (void)n;
    bench_get(out, context, "customers?limit=50");
}

static void list_bare(struct buf *out, uint64_t n, void *context)
{
    (void)n, (void)context;
    buf_addz(out, "GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
}

static void create_ours(struct buf *out, uint64_t n, void *context)
{
    const struct bench *b = context;
    AUTO_ARENA arena = arena_new(MIB);
    json_t *body = people_customer(arena, (uint64_t)id_new() / 7 + n * 31);
    char *text = json_dumps(body, JSON_COMPACT);
    buf_printf(out,
               "POST /api/v1/customers?duplicates=allow HTTP/1.1\r\nHost: a\r\nCookie: "
               "renmai=%s\r\nX-CSRF-Token: %s\r\nContent-Type: application/json\r\n"
               "Content-Length: %zu\r\n\r\n%s",
               b->login.secret, b->login.csrf, strlen(text), text);
    free(text);
    json_decref(body);
}

/* ---- bare inserts ---- */

/* Rows of so many customers are inserted again: as far apart in every index as those of new ones.
 */
enum { ROWS = 2000 };

struct inserter {
    pthread_t thread;
    struct bench *b;
    int64_t until;
    uint64_t done;
    struct record **rows;
    size_t row_count, next;
};

static err_t insert_row(struct db_conn *conn, void *arg)
{
    struct inserter *me = arg;
    AUTO_ARENA arena = arena_new(MIB);
    AUTO_SQL q;
    sql_init(&q, arena);
    struct record *r = record_copy(arena, me->rows[me->next++ % me->row_count]);
    r->cells[r->object->id->first_column] = V_INT(id_new());
    TRY(query_insert(r, &q));
    return db_run(conn, buf_str(&q.text), q.params.at, q.params.n, NULL);
}

static void *insert_rows(void *arg)
{
    struct inserter *me = arg;
    while (clock_monotonic() < me->until) {
        bench_check(db_transact(me->b->app->db, insert_row, me), "insert");
        me->done++;
    }
    return NULL;
}

static size_t some_rows(struct bench *b, struct record ***rows)
{
    AUTO_ROWS ids = NULL;
    value most = V_INT(ROWS);
    size_t n = 0;
    *rows = ARENA_ARRAY(b->arena, struct record *, ROWS);
    bench_check(
        db_query(b->ctx.conn, S("SELECT id FROM customer ORDER BY id LIMIT $1"), &most, 1, &ids),
        "rows");
    while (db_next(ids))
        bench_check(record_load(&b->ctx, b->customer, db_int(ids, 0), &(*rows)[n++]), "row");
    return n;
}

static double bare_inserts(struct bench *b)
{
    struct inserter all[CLIENTS];
    struct record **rows;
    size_t row_count = some_rows(b, &rows);
    uint64_t done = 0;
    int64_t start = clock_monotonic();
    for (size_t i = 0; i < CLIENTS; i++) {
        all[i] = (struct inserter){.b = b,
                                   .until = start + (int64_t)(b->seconds / ROUNDS * 1e6),
                                   .rows = rows,
                                   .row_count = row_count,
                                   .next = i * row_count / CLIENTS};
        pthread_create(&all[i].thread, NULL, insert_rows, &all[i]);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        pthread_join(all[i].thread, NULL);
        done += all[i].done;
    }
    return (double)done / ((double)(clock_monotonic() - start) / 1e6);
}

/* ---- the table ---- */

static double
load(struct bench *b, unsigned port, int status, void (*request)(struct buf *, uint64_t, void *))
{
    struct client_load l = {.port = port,
                            .connections = CLIENTS,
                            .seconds = b->seconds / ROUNDS,
                            .status = status,
                            .request = request,
                            .context = b};
    return client_run(&l).per_second;
}

static str statement(struct bench *b, bool page)
{
    AUTO_SQL q;
    struct condition_env env = ctx_env(&b->ctx);
    struct query all = {.object = b->customer, .limit = PAGE};
    sql_init(&q, b->arena);
    bench_check(page ? query_select(&all, &env, &q)
                     : query_by_id(b->customer, 1, false, NULL, &env, &q),
                "statement");
    str text = arena_str(b->arena, buf_str(&q.text));
    size_t limit = str_find(text, S("LIMIT "));
    return page ? arena_printf(b->arena, STR_FMT "LIMIT 50", (int)limit, text.p) : text;
}

static const char *only; /* one part of the table, NULL = all */

static bool asked_for(const char *part)
{
    return !only || strcmp(only, part) == 0;
}

/* One side of a comparison, for a part of the time: how many a second. */
struct side {
    double (*run)(struct bench *, const struct side *);
    unsigned port;
    int status;
    void (*request)(struct buf *, uint64_t, void *);
};

static double run_load(struct bench *b, const struct side *s)
{
    return load(b, s->port, s->status, s->request);
}

static double run_inserts(struct bench *b, const struct side *s)
{
    (void)s;
    return bare_inserts(b);
}

/* In turn, so that what else the machine does weighs on both. */
static void
compare(struct bench *b, const char *what, struct side ours, struct side bare, double goal)
{
    double here[ROUNDS], there[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        here[i] = ours.run(b, &ours);
        there[i] = bare.run(b, &bare);
    }
    bench_line(what, bench_median(here, ROUNDS), bench_median(there, ROUNDS), goal);
}

static void measure(struct bench *b)
{
    printf("-- %zu customers, %d clients\n", b->customers, CLIENTS);
    struct bare *bare = bare_start(b->app->db, statement(b, false), statement(b, true));
    unsigned mine = api_port(b->api), other = bare_port(bare);
    if (asked_for("read"))
        compare(b, "read one customer", (struct side){run_load, mine, 200, get_ours},
                (struct side){run_load, other, 200, get_bare}, 0.5);
    if (asked_for("list"))
        compare(b, "list page of 50", (struct side){run_load, mine, 200, list_ours},
                (struct side){run_load, other, 200, list_bare}, 0.5);
    bare_stop(bare);
    if (asked_for("create"))
        compare(b, "create, logged and indexed", (struct side){run_load, mine, 201, create_ours},
                (struct side){.run = run_inserts}, 0.3);
}

int main(int argc, char **argv)
{
    int64_t customers = 1000000;
    double seconds = 7;
    struct bench small, large;
    if (argc < 3 || (argc > 3 && str_to_int(str_from(argv[3]), &customers) != OK) ||
        (argc > 4 && str_to_real(str_from(argv[4]), &seconds) != OK)) {
        fprintf(stderr, "usage: bench_http SMALL LARGE [customers] [seconds] [PART]\n");
        return 2;
    }
    only = argc > 5 ? argv[5] : NULL;
    bench_begin(&small, argv[1], FEW, seconds);
    measure(&small);
    bench_begin(&large, argv[2], (size_t)customers, seconds);
    measure(&large);
    if (asked_for("search"))
        bench_search(&large);
    if (asked_for("growth"))
        bench_growth(&small, &large);
    bench_end(&small);
    bench_end(&large);
    return 0;
}
