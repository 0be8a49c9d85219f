/* How long the import of an .xlsx takes, beside reading the file and inserting the same rows bare:
 * same table, same indexes, same size of transaction, no checks, no log.
 *
 *     build/bench_import [ROWS [URL…]]     100000 rows on sqlite: in $TMPDIR unless URLs are given
 *     build/bench_import ROWS file:PATH    only writes the .xlsx
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/file.h"
#include "core/import.h"
#include "main/features.h"
#include "sheet/sheet.h"
#include "text/text.h"

enum { CHUNK = 200, COLUMNS = 8 };

static void need(err_t e, const char *what)
{
    if (e == OK)
        return;
    fprintf(stderr, "%s: %s\n", what, err_name(e));
    exit(3);
}

static double seconds(int64_t since)
{
    return (double)(clock_monotonic() - since) / 1e6;
}

static void make_file(const char *path, int rows)
{
    static const char *const heads[COLUMNS] = {"姓名", "手机", "微信号", "公司",
                                               "来源", "标签", "地址",   "备注"};
    static const char *const given[] = {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋"};
    static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄"};
    struct sheet_column columns[COLUMNS] = {0};
    struct sheet_writer *out;
    for (size_t i = 0; i < COLUMNS; i++)
        columns[i].heading = str_from(heads[i]);
    need(sheet_create(path, SHEET_XLSX, S("客户"), columns, COLUMNS, &out), "sheet_create");
    for (int i = 0; i < rows; i++) {
        char text[4][80];
        int n[4] = {
            snprintf(text[0], 80, "%s%s%s", surnames[i % 8], given[i / 8 % 10], given[i / 80 % 10]),
            snprintf(text[1], 80, "138%08d", 10000000 + i), snprintf(text[2], 80, "wx_%07d", i),
            snprintf(text[3], 80, "浙江省杭州市西湖区文三路%d号", i % 900 + 1)};
        value cells[COLUMNS] = {V_TEXT(((str){text[0], (size_t)n[0]})),
                                V_TEXT(((str){text[1], (size_t)n[1]})),
                                V_TEXT(((str){text[2], (size_t)n[2]})),
                                V_TEXT(S("云帆贸易")),
                                V_TEXT(S("展会")),
                                V_TEXT(S("老客户、礼品")),
                                V_TEXT(((str){text[3], (size_t)n[3]})),
                                V_NULL};
        need(sheet_write(out, cells, COLUMNS), "sheet_write");
    }
    need(sheet_finish(out), "sheet_finish");
}

static struct app *open_app(const char *url, const char *folder)
{
    AUTO_ARENA arena = arena_new(4 * MIB);
    struct problems problems = {.arena = arena};
    struct app *app;
    struct app_options o = {
        .db_url = str_from(url), .data_folder = str_from(folder), .make = true, .migrate = true};
    need(app_open(&o, &problems, &app), url);
    return app;
}

struct bare {
    value (*rows)[COLUMNS];
    size_t n;
};

static err_t insert_bare(struct db_conn *conn, void *arg)
{
    const struct bare *b = arg;
    for (size_t i = 0; i < b->n; i++) {
        const value *c = b->rows[i];
        value params[] = {V_INT(id_new()), V_INT(clock_now()), c[0], c[1], c[2], c[3], c[6]};
        TRY(db_run(conn,
                   S("INSERT INTO customer (id, version, created_at, updated_at, kind, name, "
                     "name_fold, name_sort, phone, phone_fold, wechat, wechat_fold, company, "
                     "company_fold, company_sort, source, tags, address_street) VALUES ($1, 1, $2, "
                     "$2, 'person', $3, $3, $3, $4, $4, $5, $5, $6, $6, $6, 'exhibition', NULL, "
                     "$7)"),
                   params, 7, NULL));
    }
    return OK;
}

/* Reads the file; with a database, inserts its rows as they are. */
static size_t read_file(const char *path, struct db *db)
{
    AUTO_ARENA outline = arena_new(64 * MIB);
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct problems problems = {.arena = outline};
    struct sheet_reader *reader;
    struct sheet_cell *cells;
    static value rows[CHUNK][COLUMNS];
    struct bare b = {.rows = rows};
    size_t count, line, total = 0;
    bool end = false;
    need(sheet_open(outline, path, &problems, &reader), "sheet_open");
    while (!end) {
        need(sheet_next(reader, &cells, &count, &line, &end, &problems), "sheet_next");
        if (!end && line > 1) {
            total++;
            for (size_t i = 0; db && i < COLUMNS; i++)
                rows[b.n][i] = i < count ? V_TEXT_OR_NULL(arena_str(arena, cells[i].text)) : V_NULL;
            b.n += db != NULL;
        }
        if (b.n == CHUNK || (end && b.n)) {
            need(db_transact(db, insert_bare, &b), "bare insert");
            b.n = 0;
            arena_reset(arena);
        }
    }
    sheet_close(reader);
    return total;
}

static double import(struct app *app, const char *path)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct record *r;
    int64_t file;
    need(ctx_init(&c, app, arena, "bench"), "ctx_init");
    need(file_keep(&c, path, S("bench.xlsx"), &file), "file_keep");
    int64_t start = clock_monotonic();
    need(import_create(&c, file, S("customer"), &r), "import_create");
    need(import_do(&c, NULL, record_id(r), IMPORT_RUN), "import_do");
    double took = seconds(start);
    ctx_done(&c);
    return took;
}

static void measure(const char *url, const char *folder, const char *path, int rows)
{
    char copy[256];
    struct app *app = open_app(url, folder);
    int64_t start = clock_monotonic();
    size_t n = read_file(path, NULL);
    double parse = seconds(start);
    start = clock_monotonic();
    read_file(path, app->db);
    double bare = seconds(start);
    snprintf(copy, sizeof copy, "%s/spool/bench.xlsx", folder);
    make_file(copy, rows);
    double whole = import(app, copy);
    printf("%-8s %7zu rows  parse %6.2f s  parse + bare %6.2f s  import %6.2f s  ratio %.2f\n",
           db_kind(app->db) == DB_SQLITE ? "sqlite" : "postgres", n, parse, bare, whole,
           whole / bare);
    app_close(app);
}

int main(int argc, char **argv)
{
    int64_t rows = 100000;
    char folder[] = "/tmp/renmai-bench-XXXXXX", path[64], url[80];
    if ((argc > 1 && str_to_int(str_from(argv[1]), &rows) != OK) || rows < 1 || !mkdtemp(folder))
        return 2;
    if (argc > 2 && str_starts(str_from(argv[2]), S("file:"))) {
        make_file(argv[2] + strlen("file:"), (int)rows);
        return rmdir(folder);
    }
    features_attach();
    snprintf(path, sizeof path, "%s/list.xlsx", folder);
    snprintf(url, sizeof url, "sqlite:%s/bench.db", folder);
    make_file(path, (int)rows);
    for (int i = 2; i < argc; i++)
        measure(argv[i], folder, path, (int)rows);
    if (argc <= 2)
        measure(url, folder, path, (int)rows);
    return 0;
}
