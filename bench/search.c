/* The search box, as people use it: every kind of question, over HTTP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench.h"

enum { ROUNDS = 8, READS = 400, SEVERAL = 4, GOAL_MS = 20, OWN = 300 };

static const struct {
    const char *kind;
    const char *words[8];
} KINDS[] = {
    {"one character", {"王", "张", "伟", "国", "欧", "莲", "贸", "黑"}},
    {"two characters", {"张伟", "王芳", "国华", "欧阳", "云帆", "贸易", "李娜", "川陈"}},
    {"three characters",
     {"张建国", "王小明", "李秀英", "欧阳玲", "恒通科", "义乌云", "陈晓燕", "刘玉兰"}},
    {"four characters",
     {"云帆贸易", "有限公司", "欧阳建国", "恒通科技", "上海瑞丰", "电子有限", "司马文华",
      "瑞丰建材"}},
    {"pinyin",
     {"zhangwei", "wangxiaoming", "liuyulan", "ouyang", "chen", "zhangjianguo", "lina", "wangf"}},
    {"initials", {"zs", "lxm", "zjg", "wf", "oyjg", "lyl", "z", "cxy"}},
    {"mixed", {"张s", "王xm", "zhang伟", "李x英", "欧y", "刘yl", "w芳", "陈xiao"}},
    {"part of a phone", {"138", "1380", "5678", "13812", "186777", "99887", "0013", "18912345"}},
    {"part of an order number",
     {"SO2026", "SO202600001", "00001", "so20260012", "2600", "001220", "SO", "2026000"}},
    {"e-mail",
     {"zhangwei", "@163.com", "wang12", "ouyang@", "liuyulan", "outlook", "lina1@qq", "chen7"}},
    {"Latin, with an error",
     {"Jonh Smith", "schnieder", "Kowalsky", "andersen", "garcai", "petrow", "Tanakka", "Sophei"}},
    {"two words",
     {"王 云帆", "张伟 电子", "li 138", "zhang 恒通", "陈 上海", "刘 qq.com", "欧阳 科技",
      "wang 5678"}},
};
enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS, WORD_COUNT = KIND_COUNT * 8 };

static void search(struct buf *out, uint64_t n, void *context)
{
    const char *word = KINDS[n / 8 % KIND_COUNT].words[n % 8];
    char path[256];
    size_t at = (size_t)snprintf(path, sizeof path, "search?limit=20&q=");
    for (; *word; word++)
        at += (size_t)snprintf(path + at, sizeof path - at, "%%%02X", (unsigned char)*word);
    bench_get(out, context, path);
}

static void read_one(struct buf *out, uint64_t n, void *context)
{
    const struct bench *b = context;
    char path[64];
    snprintf(path, sizeof path, "customers/%lld",
             (long long)b->ids[n * UINT64_C(2654435761) % b->id_count]);
    bench_get(out, b, path);
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static double part(double *ms, size_t n, unsigned percent)
{
    qsort(ms, n, sizeof *ms, by_size);
    return ms[n * percent / 100];
}

static double read_median(struct bench *b)
{
    double ms[READS];
    struct client_line *line = client_open(api_port(b->api));
    for (size_t i = 0; i < READS; i++)
        ms[i] = client_ask(line, read_one, i, b);
    client_close(line);
    return part(ms, READS, 50);
}

/* The kinds one by one, then all together, one question at a time. */
static double one_at_a_time(struct bench *b, const char *what)
{
    static double all[WORD_COUNT * ROUNDS];
    size_t n = 0;
    struct client_line *line = client_open(api_port(b->api));
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        double ms[8 * ROUNDS], slowest = 0;
        size_t slow = 0;
        for (size_t i = 0; i < 8 * ROUNDS; i++) {
            ms[i] = all[n++] = client_ask(line, search, kind * 8 + i % 8, b);
            if (i >= 8 && ms[i] > slowest) {
                slowest = ms[i];
                slow = i % 8;
            }
        }
        double half = part(ms, 8 * ROUNDS, 50), most = part(ms, 8 * ROUNDS, 95);
        printf("    %-36s %9.2f ms median %7.2f ms p95, slowest: %s\n", KINDS[kind].kind, half,
               most, KINDS[kind].words[slow]);
    }
    double p95 = part(all, n, 95);
    bench_most(what, p95, "ms", GOAL_MS);
    printf("%-40s %9.2f ms\n", "and the median", part(all, n, 50));
    client_close(line);
    return p95;
}

struct seller {
    const struct bench *b;
    int64_t user;
};

static err_t hand_over(struct ctx *c, void *arg)
{
    const struct seller *seller = arg;
    const struct bench *b = seller->b;
    char id[32];
    snprintf(id, sizeof id, "%lld", (long long)seller->user);
    json_t *body = json_keep(c->arena, json_pack("{s:s}", "owner", id));
    for (size_t i = 0; i < OWN && i < b->id_count; i++) {
        struct record *r;
        int64_t customer = b->ids[i * (b->id_count / OWN + 1) % b->id_count];
        TRY(record_load(c, b->customer, customer, &r));
        TRY(record_update(c, b->customer, customer, record_cell(r, b->customer->version, 0).i, body,
                          NULL, &r));
    }
    return OK;
}

void bench_search(struct bench *b)
{
    printf("-- search among %zu customers\n", b->customers);
    double p95 = one_at_a_time(b, "search, p95, one client"), read = read_median(b);
    printf("%-40s %9.1f, which takes %.2f ms\n", "ratio of the p95 to a read by key", p95 / read,
           read);
    struct client_load l = {.port = api_port(b->api),
                            .connections = SEVERAL,
                            .seconds = b->seconds,
                            .status = 200,
                            .request = search,
                            .context = b};
    struct client_result r = client_run(&l);
    printf("%-40s %9.2f ms p95, %.0f /s\n", "search, four clients at once", r.p95_ms, r.per_second);
    printf("-- the same by a seller of %d of them\n", OWN);
    struct seller seller = {b, bench_sign_in(b, "own")};
    bench_check(ctx_transact(&b->ctx, hand_over, &seller), "hand over");
    bench_check(log_readers_settle(b->app, 60 * 1000), "search index");
    one_at_a_time(b, "search of one's own, p95, one client");
}
