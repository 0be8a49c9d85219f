/* The terms against the two real indexes: SQLite FTS5 always, PostgreSQL when RENMAI_TEST_PG names
 * a database. Both must give the same records, and text_match_fields must agree. */
#include <libpq-fe.h>
#include <sqlite3.h>

#include "base/limits.h"
#include "base/test.h"
#include "text/text.h"

enum { ARENA_BYTES = 64 << 20, HITS_MAX = 128 };

static const struct {
    const char *text, *pinyin, *match, *nomatch;
} cases[] = {
#define CASE(text, pinyin, match, nomatch) {text, pinyin, match, nomatch},
#include "text/testdata/pinyin_search.h"
#undef CASE
};
enum { CASES = sizeof cases / sizeof *cases };

static const struct record {
    const char *name, *phone, *email, *note;
} records[] = {
    {"张伟", "+8613800138000", "zhang.wei88@qq.com", "想要蓝色的大号"},
    {"Jonathan Smith", "+14155550132", "jon.smith@example.com", "asked for a quotation"},
    {"杭州云帆贸易有限公司", "+8657112345678", "sales@yunfan.cn", "老客户，付款及时"},
    {"張小明", "+886912345678", "ming@example.com.tw", "住在台北"},
    {"A股张三", "", "", "order SO-2024-000123"},
    {"曾黎", "+8613912345678", "li_zeng@163.com", ""},
    {"Иван Петров", "", "", "говорит по-русски"},
    {"欧阳 娜娜", "", "", "🎂 生日"},
    {"john", "", "", ""},
    {"呂娜", "", "", "SO-2024-000777"},
};
enum { RECORDS = sizeof records / sizeof *records };

struct fields {
    struct text_field at[4];
};

static struct fields fields_of(const struct record *r)
{
    return (struct fields){{{str_from(r->name), TEXT_NAME},
                            {str_from(r->phone), TEXT_CODE},
                            {str_from(r->email), TEXT_CODE},
                            {str_from(r->note), TEXT_PROSE}}};
}

static str document(struct arena *arena, const struct text_field *fields, size_t n)
{
    struct text_terms terms = {.arena = arena};
    text_terms_tag(&terms, S("customer"));
    for (size_t i = 0; i < n; i++)
        text_index_terms(&terms, fields[i].text, fields[i].kind);
    return text_terms_document(&terms, TEXT_MAIN);
}

/* ---- the two indexes ---- */

struct indexes {
    sqlite3 *sqlite;
    PGconn *pg;
};

static struct indexes open_indexes(void)
{
    struct indexes x = {0};
    assert_int_equal(sqlite3_open(":memory:", &x.sqlite), SQLITE_OK);
    assert_int_equal(sqlite3_exec(x.sqlite,
                                  "CREATE VIRTUAL TABLE docs USING fts5(doc, content='', "
                                  "detail=none, columnsize=0, "
                                  "tokenize=\"ascii tokenchars '^$_=~'\")",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    if (!getenv("RENMAI_TEST_PG"))
        return x;
    x.pg = PQconnectdb(getenv("RENMAI_TEST_PG"));
    assert_int_equal(PQstatus(x.pg), CONNECTION_OK);
    PQclear(PQexec(x.pg, "CREATE TEMP TABLE docs (id bigint, terms tsvector)"));
    PQclear(PQexec(x.pg, "CREATE INDEX ON docs USING gin (terms)"));
    PQclear(PQexec(x.pg, "SET enable_seqscan = off"));
    return x;
}

static void close_indexes(struct indexes *x)
{
    sqlite3_close(x->sqlite);
    PQfinish(x->pg);
}

static void insert(struct arena *arena, struct indexes *x, int id, str doc)
{
    sqlite3_stmt *s;
    assert_int_equal(
        sqlite3_prepare_v2(x->sqlite, "INSERT INTO docs (rowid, doc) VALUES (?, ?)", -1, &s, NULL),
        SQLITE_OK);
    sqlite3_bind_int(s, 1, id);
    sqlite3_bind_text(s, 2, doc.p, (int)doc.n, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(s), SQLITE_DONE);
    sqlite3_finalize(s);
    if (!x->pg)
        return;
    const char *values[] = {arena_strz(arena, arena_printf(arena, "%d", id)),
                            arena_strz(arena, doc)};
    PGresult *r = PQexecParams(x->pg,
                               "INSERT INTO docs VALUES ($1::bigint, "
                               "array_to_tsvector(string_to_array($2, ' ')))",
                               2, NULL, values, NULL, NULL, 0);
    assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
    PQclear(r);
}

static size_t find_sqlite(struct indexes *x, str match, int hits[static HITS_MAX])
{
    sqlite3_stmt *s;
    size_t n = 0;
    int rc;
    if (match.n == 0)
        return 0;
    assert_int_equal(sqlite3_prepare_v2(x->sqlite,
                                        "SELECT rowid FROM docs WHERE docs MATCH ? ORDER BY rowid",
                                        -1, &s, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(s, 1, match.p, (int)match.n, SQLITE_STATIC);
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        hits[n++] = sqlite3_column_int(s, 0);
    if (rc != SQLITE_DONE)
        print_error("MATCH " STR_FMT ": %s\n", STR_ARG(match), sqlite3_errmsg(x->sqlite));
    assert_int_equal(rc, SQLITE_DONE);
    sqlite3_finalize(s);
    return n;
}

static size_t
find_pg(struct arena *arena, struct indexes *x, struct text_tsquery q, int hits[static HITS_MAX])
{
    if (q.any.n == 0)
        return 0;
    const char *values[] = {arena_strz(arena, q.any),
                            q.within[0].n ? arena_strz(arena, q.within[0]) : NULL};
    PGresult *r =
        PQexecParams(x->pg,
                     "SELECT DISTINCT d.id FROM jsonb_array_elements_text($1::jsonb) w(q) "
                     "JOIN docs d ON d.terms @@ w.q::tsquery "
                     "AND ($2::text IS NULL OR d.terms @@ $2::tsquery) ORDER BY d.id",
                     2, NULL, values, NULL, NULL, 0);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        print_error("%s: %s\n", values[0], PQerrorMessage(x->pg));
    assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
    size_t n = (size_t)PQntuples(r);
    for (size_t i = 0; i < n; i++)
        hits[i] = (int)strtol(PQgetvalue(r, (int)i, 0), NULL, 10);
    PQclear(r);
    return n;
}

/* Is the record among what the index gives in some tier? Holds the databases to each other. */
static bool finds_tagged(struct arena *arena, struct indexes *x, str query, str tag, int id)
{
    bool found = false;
    for (enum text_tier tier = TEXT_EXACT; tier <= TEXT_TYPOS; tier++) {
        int a[HITS_MAX], b[HITS_MAX];
        size_t n = find_sqlite(
            x, text_query_fts5(arena, query, (struct text_among){.tags = {tag}}, tier), a);
        if (x->pg) {
            assert_int_equal(
                find_pg(arena, x,
                        text_query_tsquery(arena, query, (struct text_among){.tags = {tag}}, tier),
                        b),
                n);
            assert_memory_equal(a, b, n * sizeof *a);
        }
        for (size_t i = 0; i < n; i++)
            found = found || a[i] == id;
    }
    return found;
}

static bool finds(struct arena *arena, struct indexes *x, str query, int id)
{
    bool found = finds_tagged(arena, x, query, (str){0}, id);
    assert_int_equal(finds_tagged(arena, x, query, S("customer"), id), found);
    assert_int_equal(finds_tagged(arena, x, query, S("order customer"), id), found);
    assert_false(finds_tagged(arena, x, query, S("order lead"), id));
    return found;
}

TEST(search_pinyin_cases)
{
    AUTO_ARENA arena = arena_new(ARENA_BYTES);
    struct indexes x = open_indexes();
    for (int i = 0; i < CASES; i++) {
        struct text_field name = {str_from(cases[i].text), TEXT_NAME};
        insert(arena, &x, i, document(arena, &name, 1));
    }
    int wrong = 0;
    for (int i = 0; i < CASES; i++) {
        for (int must = 0; must < 2; must++) {
            str list = str_from(must ? cases[i].match : cases[i].nomatch), query;
            while (str_split(&list, ',', &query)) {
                bool candidate = finds(arena, &x, query, i);
                int score = text_match(arena, query, str_from(cases[i].text), TEXT_NAME);
                if ((candidate && score > 0) == must && (!score || candidate))
                    continue;
                print_error("%s " STR_FMT ": candidate %d, score %d\n", cases[i].text,
                            STR_ARG(query), candidate, score);
                wrong++;
            }
        }
    }
    close_indexes(&x);
    assert_int_equal(wrong, 0);
}

TEST(search_pinyin_readings)
{
    AUTO_ARENA arena = arena_new(ARENA_BYTES);
    int wrong = 0;
    for (size_t i = 0; i < CASES; i++) {
        str text = str_from(cases[i].text);
        bool as_name = str_eqz(text_pinyin(arena, text, true), cases[i].pinyin);
        wrong += !as_name && !str_eqz(text_pinyin(arena, text, false), cases[i].pinyin);
    }
    assert_int_equal(wrong, 0);
}

/* query, index of the record expected, or -1 for none at all */
static const struct {
    const char *query;
    int want;
} lookups[] = {
    {"张", 0},
    {"伟", 0},
    {"張偉", 0},
    {"张w", 0},
    {"zhangwei", 0},
    {"ZW", 0},
    {"138 0013", 0},
    {"0138000", 0},
    {"013800138000", 0},
    {"0086 138 0013 8000", 0},
    {"0013800", 0},
    {"00380", -1},
    {"+86 13800138000", 0},
    {"ang.wei", 0},
    {"wei88@q", 0},
    {"zhangwei88", 0},
    {"蓝色", 0},
    {"张 蓝色", 0},
    {"大", 0},
    {"jonatan", 1},
    {"jonathna smith", 1},
    {"smiht", 1},
    {"j smith", 1},
    {"(415) 555", 1},
    {"quot", 1},
    {"云帆", 2},
    {"yunfan", 2},
    {"yfmy", 2},
    {"hzyf", 2},
    {"0571-12345678", 2},
    {"12345678", 2},
    {"张小明", 3},
    {"zhangxm", 3},
    {"张xm", 3},
    {"a股", 4},
    {"zs", 4},
    {"so-2024-000123", 4},
    {"000123", 4},
    {"ceng", 5},
    {"zengli", 5},
    {"cl", 5},
    {"li_z", 5},
    {"петров", 6},
    {"ouyang", 7},
    {"oynn", 7},
    {"欧阳娜娜", 7},
    {"🎂", 7},
    {"jhon", 8},
    {"joh", 8},
    {"吕", 9},
    {"lvna", 9},
    {"lün", 9},
    {"luna", 9},
    {"zhagnwei", 0},
    {"zahngwei", 0},
    {"zhngwei", 0},
    {"zhangxaoming", 3},
    {"cnegli", 5},
    {"ouyangnan", 7},
    {"oyangnana", 7},
    {"zhangwu", -1},
    {"zhangxuming", -1},
    {"xhangwei", -1},
    {"1380014", -1},
    {"王", -1},
    {"伟张", -1},
    {"jxxn", -1},
    {"xyz", -1},
};

TEST(search_records)
{
    AUTO_ARENA arena = arena_new(ARENA_BYTES);
    struct indexes x = open_indexes();
    struct fields all[RECORDS];
    for (int i = 0; i < RECORDS; i++) {
        all[i] = fields_of(&records[i]);
        insert(arena, &x, i, document(arena, all[i].at, 4));
    }
    int wrong = 0;
    for (size_t q = 0; q < sizeof lookups / sizeof *lookups; q++) {
        str query = str_from(lookups[q].query);
        for (int i = 0; i < RECORDS; i++) {
            int score = text_match_fields(arena, query, all[i].at, 4);
            bool candidate = finds(arena, &x, query, i);
            bool bad = i == lookups[q].want ? !score || !candidate
                                            : score && (!candidate || lookups[q].want < 0);
            if (bad)
                print_error(STR_FMT " in %s: candidate %d, score %d\n", STR_ARG(query),
                            records[i].name, candidate, score);
            wrong += bad;
        }
    }
    close_indexes(&x);
    assert_int_equal(wrong, 0);
}

/* Nothing a user types may break the syntax of either database. */
TEST(search_hostile)
{
    static const char *const queries[] = {
        "\"",      "'",
        "''",      "\\",
        "a'b\\'c", "^",
        "$",       "_",
        "=",       "AND",
        "NOT",     "( )",
        "a OR b",  "zs*",
        "NEAR(a)", "-a",
        "a:b",     "&|",
        "!a",      "\xFF\xFE",
        "%",       ";--",
        "\x01",    "{doc} :",
        "''';",    "\xF0\x9F\x98\x80'",
        "a\\",     "'\\",
        "💔\"",
    };
    AUTO_ARENA arena = arena_new(ARENA_BYTES);
    struct indexes x = open_indexes();
    insert(arena, &x, 1, document(arena, &(struct text_field){S("a'b\\ \"c\" 'x'"), TEXT_NAME}, 1));
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        finds(arena, &x, str_from(queries[i]), 1);
    assert_true(finds(arena, &x, S("a'b"), 1));
    char long_query[4000];
    memset(long_query, 'a', sizeof long_query);
    finds(arena, &x, (str){long_query, sizeof long_query}, 1);
    for (size_t i = 0; i < sizeof long_query; i += 2)
        long_query[i] = ' ';
    finds(arena, &x, (str){long_query, sizeof long_query}, 1);
    close_indexes(&x);
    assert_true(
        str_eq(text_query_fts5(arena, S(" ,; "), (struct text_among){.tags = {S("x")}}, TEXT_PARTS),
               S("")));
    assert_true(
        str_eq(text_query_fts5(arena, S("abc"), (struct text_among){.tags = {S("x")}}, TEXT_TYPOS),
               S("")));
}

/* A very long text stays within what a tsvector holds, and its beginning is found. */
TEST(search_long_text)
{
    AUTO_ARENA arena = arena_new(ARENA_BYTES);
    struct indexes x = open_indexes();
    char *text = ARENA_ARRAY(arena, char, 300000);
    size_t n = 0;
    for (uint32_t i = 0; n + 4 < 300000; i++)
        n += utf8_put(0x4E00 + i * 7919 % 20000, text + n);
    struct text_field fields[] = {
        {(str){text, n}, TEXT_PROSE}, {(str){text, n}, TEXT_NAME}, {(str){text, n}, TEXT_CODE}};
    str doc = document(arena, fields, 3);
    assert_true(doc.n < 300000);
    insert(arena, &x, 1, doc);
    assert_true(finds(arena, &x, (str){text, 9}, 1));
    close_indexes(&x);
}

TEST(search_order)
{
    AUTO_ARENA a = arena_new(ARENA_BYTES);
    assert_int_equal(text_match(a, S("张三"), S("張三"), TEXT_NAME), 1000);
    int prefix = text_match(a, S("张"), S("张三"), TEXT_NAME);
    int word = text_match(a, S("三"), S("张 三"), TEXT_NAME);
    int pinyin = text_match(a, S("zs"), S("张三"), TEXT_NAME);
    int fragment = text_match(a, S("三"), S("张三"), TEXT_NAME);
    int typo = text_match(a, S("smiht"), S("Smith"), TEXT_NAME);
    int full = text_match(a, S("wangxiaotong"), S("王小桐"), TEXT_NAME);
    assert_int_equal(text_match(a, S("wangxiaotong"), S("王晓彤"), TEXT_NAME), full);
    assert_true(full > text_match(a, S("wangxiaotong"), S("王小通达"), TEXT_NAME));
    assert_true(full > text_match(a, S("wangxiaoto"), S("王小桐"), TEXT_NAME));
    assert_true(text_match(a, S("zhangwei"), S("张伟"), TEXT_NAME) >
                text_match(a, S("zhangwei"), S("资航伟"), TEXT_NAME));
    assert_true(text_match(a, S("138"), S("+8613800001111"), TEXT_CODE) >
                text_match(a, S("138"), S("+8613912381380"), TEXT_CODE));
    assert_true(text_match(a, S("wangxaotong"), S("王小桐"), TEXT_NAME) > 0);
    assert_int_equal(text_match(a, S("_"), S("张_三"), TEXT_NAME), 0);
    assert_int_equal(text_match(a, S("%"), S("5%"), TEXT_CODE), 0);
    assert_int_equal(text_match(a, S("张_"), S("张三"), TEXT_NAME), 0);
    assert_true(1000 > prefix && prefix > word && word > pinyin && pinyin > fragment);
    assert_true(fragment > typo && typo > 0);
    assert_true(text_match(a, S("zeng"), S("曾黎"), TEXT_NAME) >
                text_match(a, S("ceng"), S("曾黎"), TEXT_NAME));
    assert_int_equal(text_match(a, S(""), S("张三"), TEXT_NAME), 0);
    assert_int_equal(text_match(a, S("张"), S(""), TEXT_NAME), 0);
}

TEST(search_takes_digits_beside_chinese_for_no_number)
{
    AUTO_ARENA arena = arena_new(MIB);
    assert_int_equal(text_match(arena, S("灵桥路777"), S("SO2026112177709"), TEXT_CODE), 0);
    assert_true(text_match(arena, S("777"), S("SO2026112177709"), TEXT_CODE) > 0);
    assert_true(text_match(arena, S("灵桥路777"), S("宁波市灵桥路777号"), TEXT_PROSE) > 0);
}
