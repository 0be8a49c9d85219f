#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "db/sqlite.h"

static bool is_number(sqlite3_value *v)
{
    int type = sqlite3_value_type(v);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

/* Numbers before texts, as SQLite sorts. */
static int compare(sqlite3_value *a, sqlite3_value *b)
{
    if (is_number(a) != is_number(b))
        return is_number(a) ? -1 : 1;
    if (!is_number(a)) {
        str s = {(const char *)sqlite3_value_text(a), (size_t)sqlite3_value_bytes(a)};
        str t = {(const char *)sqlite3_value_text(b), (size_t)sqlite3_value_bytes(b)};
        return str_cmp(s, t);
    }
    if (sqlite3_value_type(a) == SQLITE_INTEGER && sqlite3_value_type(b) == SQLITE_INTEGER) {
        sqlite3_int64 i = sqlite3_value_int64(a), j = sqlite3_value_int64(b);
        return i < j ? -1 : i > j;
    }
    double x = sqlite3_value_double(a), y = sqlite3_value_double(b);
    return x < y ? -1 : x > y;
}

/* The extreme of its arguments, passing over NULL; the sign is in the function's user data. */
static void extreme(sqlite3_context *context, int n, sqlite3_value **args)
{
    const int *sign = sqlite3_user_data(context);
    sqlite3_value *best = NULL;
    for (int i = 0; i < n; i++) {
        if (sqlite3_value_type(args[i]) == SQLITE_NULL)
            continue;
        if (!best || compare(args[i], best) * *sign > 0)
            best = args[i];
    }
    if (best)
        sqlite3_result_value(context, best);
}

static void add_text(struct buf *b, sqlite3_value *v)
{
    const char *p = (const char *)sqlite3_value_text(v);
    buf_add(b, (str){p, (size_t)sqlite3_value_bytes(v)});
}

struct joined {
    struct buf text;
    bool any;
};

static void
string_agg_step(sqlite3_context *context, int n __attribute__((unused)), sqlite3_value **args)
{
    struct joined *joined = sqlite3_aggregate_context(context, sizeof *joined);
    if (!joined || sqlite3_value_type(args[0]) == SQLITE_NULL)
        return;
    if (joined->any)
        add_text(&joined->text, args[1]);
    else
        buf_init(&joined->text, LIMIT_RESPONSE_BYTES);
    joined->any = true;
    add_text(&joined->text, args[0]);
}

static void string_agg_final(sqlite3_context *context)
{
    struct joined *joined = sqlite3_aggregate_context(context, 0);
    if (!joined || !joined->any)
        return;
    if (joined->text.full)
        sqlite3_result_error_toobig(context);
    else
        sqlite3_result_text64(context, joined->text.n ? joined->text.p : "", joined->text.n,
                              SQLITE_TRANSIENT, SQLITE_UTF8);
    buf_done(&joined->text);
}

int sqlite_add_functions(sqlite3 *handle)
{
    static int most = 1, least = -1;
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = sqlite3_create_function(handle, "greatest", -1, flags, &most, extreme, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(handle, "least", -1, flags, &least, extreme, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(handle, "string_agg", 2, flags, NULL, NULL, string_agg_step,
                                     string_agg_final);
    return rc;
}
