/* What a page costs with few and with many customers: asked in turn, so that what else the machine
 * does weighs on both. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "bench.h"

enum { ROUNDS = 60, DEEP_PAGES = 40 };
static const double GOAL = 1.5;

struct page {
    const char *what;
    const char *path; /* %lld: a customer */
};

static const struct page PAGES[] = {
    {"list, newest first", "customers?limit=50"},
    {"list by name", "customers?limit=50&sort=name"},
    {"list, a common condition", "customers?limit=50&where=%%7B%%22field%%22%%3A%%22kind%%22%%2C%%"
                                 "22eq%%22%%3A%%22person%%22%%7D"},
    /* One in a thousand: ten, the least there are, so that both pages are as long. */
    {"list, a rare condition",
     "customers?limit=10&where=%%7B%%22field%%22%%3A%%22tags%%22%%2C%%22has%%22%%"
     "3A%%22%%E9%%BB%%91%%E5%%90%%8D%%E5%%8D%%95%%22%%7D"},
    {"list, deep in it", NULL},
    {"list by name, deep in it", NULL},
    {"record", "customers/%lld"},
    {"record, timeline", "customers/%lld/timeline"},
    {"record, history", "customers/%lld/history"},
};
enum { PAGE_COUNT = sizeof PAGES / sizeof *PAGES };

struct side {
    struct bench *b;
    struct client_line *line;
    char deep[2][2048]; /* the paths far down the list, by id and by name */
    double ms[ROUNDS];
};

struct asked {
    const struct bench *b;
    const char *path;
};

static void write_request(struct buf *out, uint64_t n, void *context)
{
    const struct asked *a = context;
    (void)n;
    bench_get(out, a->b, a->path);
}

/* Follows the cursor for some pages. */
static void go_deep(struct side *s, const char *first, char path[static 2048])
{
    snprintf(path, 2048, "%s", first);
    for (int i = 0; i < DEEP_PAGES; i++) {
        struct asked a = {s->b, path};
        client_ask(s->line, write_request, 0, &a);
        json_t *page = json_loads(client_body(s->line), 0, NULL);
        const char *next = json_string_value(json_object_get(page, "next"));
        if (next)
            snprintf(path, 2048, "%s&after=%s", first, next);
        json_decref(page);
    }
}

static double ask(struct side *s, size_t page, unsigned round)
{
    char path[2048];
    const struct bench *b = s->b;
    if (PAGES[page].path)
        snprintf(path, sizeof path, PAGES[page].path,
                 (long long)b->ids[round * UINT64_C(2654435761) % b->id_count]);
    else
        snprintf(path, sizeof path, "%s", s->deep[strstr(PAGES[page].what, "name") != NULL]);
    struct asked a = {b, path};
    return client_ask(s->line, write_request, 0, &a);
}

static void begin(struct side *s, struct bench *b)
{
    *s = (struct side){.b = b, .line = client_open(api_port(b->api))};
    go_deep(s, "customers?limit=50", s->deep[0]);
    go_deep(s, "customers?limit=50&sort=name", s->deep[1]);
}

void bench_growth(struct bench *small, struct bench *large)
{
    static struct side a, b;
    printf("-- pages, from %zu to %zu customers\n", small->customers, large->customers);
    begin(&a, small);
    begin(&b, large);
    for (size_t page = 0; page < PAGE_COUNT; page++) {
        for (unsigned round = 0; round < ROUNDS; round++) {
            a.ms[round] = ask(&a, page, round);
            b.ms[round] = ask(&b, page, round);
        }
        double few = bench_median(a.ms, ROUNDS), many = bench_median(b.ms, ROUNDS);
        printf("%-40s %9.2f ms   from %9.2f ms   ratio %5.2f  goal <= %-4g %s\n", PAGES[page].what,
               many, few, many / few, GOAL, many / few <= GOAL ? "met" : "NOT MET");
        fflush(stdout);
    }
    client_close(a.line);
    client_close(b.line);
}
