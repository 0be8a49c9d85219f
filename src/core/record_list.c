#include "base/id.h"
#include "base/limits.h"
#include "core/record_internal.h"
#include "model/query.h"
#include "model/schema.h"

/* A cursor is base64url of a JSON array: [blanks, key, key …]; opaque to callers, checked on the
 * way in, its values only ever bound. */
static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static str encode(struct arena *arena, str s)
{
    char *out = arena_alloc(arena, s.n * 4 / 3 + 4);
    size_t n = 0;
    for (size_t bit = 0; bit < s.n * 8; bit += 6) {
        size_t i = bit / 8;
        unsigned pair =
            (unsigned)(unsigned char)s.p[i] << 8 | (i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0u);
        out[n++] = DIGITS[pair >> (10 - bit % 8) & 63];
    }
    return (str){out, n};
}

static bool decode(struct arena *arena, str s, str *out)
{
    char *bytes = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    unsigned have = 0, bits = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *digit = s.p[i] ? strchr(DIGITS, s.p[i]) : NULL;
        if (!digit)
            return false;
        have = (have << 6 | (unsigned)(digit - DIGITS)) & 0xfff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[n++] = (char)(have >> bits & 0xff);
        }
    }
    *out = (str){bytes, n};
    return true;
}

static str write_cursor(struct ctx *c, bool blanks, const value *keys, size_t n)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    jw_open(&w, '[');
    jw_bool(&w, blanks);
    for (size_t i = 0; i < n; i++) {
        if (keys[i].kind == VALUE_TEXT)
            jw_str(&w, keys[i].s);
        else if (keys[i].kind == VALUE_REAL)
            jw_real(&w, keys[i].r);
        else if (keys[i].kind == VALUE_BOOL)
            jw_bool(&w, keys[i].b);
        else
            jw_int(&w, keys[i].i);
    }
    jw_close(&w, ']');
    return encode(c->arena, buf_str(&out));
}

str record_cursor(struct ctx *c, int64_t id)
{
    value key = V_INT(id);
    return write_cursor(c, false, &key, 1);
}

/* Cells as the sort's columns hold them; anything else would be a statement that fails. */
static bool read_key(const json_t *j, enum storage storage, value *out)
{
    switch (storage) {
    case STORE_INT:
        *out = V_INT(json_integer_value(j));
        return json_is_integer(j);
    case STORE_REAL:
        *out = V_REAL(json_number_value(j));
        return json_is_number(j);
    case STORE_BOOL:
        *out = V_BOOL(json_is_true(j));
        return json_is_boolean(j);
    default:
        *out = V_TEXT(json_str(j));
        return json_is_string(j) && !memchr(out->s.p, '\0', out->s.n);
    }
}

static err_t read_cursor(struct ctx *c, str cursor, struct query *q)
{
    str text;
    json_t *tree;
    if (!decode(c->arena, cursor, &text) || json_read(c->arena, text, NULL, &tree) != OK ||
        !json_is_array(tree))
        goto bad;
    q->blanks = json_is_true(json_array_get(tree, 0));
    size_t n = query_key_count(q);
    if (json_array_size(tree) != n + 1 || (q->blanks && q->sort_count == 0))
        goto bad;
    value *keys = ARENA_ARRAY(c->arena, value, n);
    for (size_t i = 0; i < n; i++)
        if (!read_key(json_array_get(tree, i + 1), query_key_storage(q, i), &keys[i]))
            goto bad;
    q->after = keys;
    return OK;
bad:
    problem_add(&c->problems, S("after"), "bad_cursor", NULL);
    return ERR_INVALID;
}

/* The columns that the fields need, and those that say which record it is and whose. NULL = all:
 * a formula of the clock may look at any. */
static const bool *columns_for(struct ctx *c, const struct list_query *in)
{
    const struct object *o = in->object;
    const struct field *const always[] = {o->id,         o->version,  o->created_at, o->updated_at,
                                          o->deleted_at, o->customer, o->owner,      o->department};
    if (!in->fields)
        return NULL;
    bool *wanted = ARENA_ARRAY(c->arena, bool, o->column_count);
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (always[i])
            wanted[always[i]->first_column] = true;
    for (size_t i = 0; i < in->field_count; i++) {
        const struct field *f = in->fields[i];
        if (f->live)
            return NULL;
        for (unsigned p = 0; p < f->column_count; p++)
            wanted[f->first_column + p] = true;
    }
    return wanted;
}

enum { FEW = 3000, ONE_OF = 8 };

/* What has the tag, or one of the values, by an index. False: the condition names none. */
static bool look_up(struct ctx *c, const struct query *q, struct sql *sql, err_t *e)
{
    struct condition_env env = ctx_env(c);
    const struct condition *one_of[ONE_OF];
    value member;
    const struct field *f = condition_member(q->where, &member);
    size_t n = f ? 0 : condition_one_of(q->where, schema_looks_up, ONE_OF, one_of);
    if (f)
        *e = query_link_holders(f, member, false, FEW + 1, sql);
    else if (n)
        *e = query_one_of(q->object, one_of, n, FEW + 1, &env, sql);
    return f || n;
}

/* SQLite walks the list in its order and looks at each row whether it has the tag, or one of the
 * values. What has the tag is walked instead where the order is that of the ids; else, where few
 * have it, they are looked up, and the cost does not grow with all the others. */
static err_t narrow(struct ctx *c, struct query *q)
{
    err_t e = OK;
    AUTO_SQL sql;
    if (db_conn_kind(c->conn) != DB_SQLITE || !q->where || q->ids || q->deleted)
        return OK;
    if (!q->sort_count)
        q->set = condition_member(q->where, &q->member);
    sql_init(&sql, c->arena);
    if (q->set || !look_up(c, q, &sql, &e))
        return OK;
    TRY(e);
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, FEW);
    size_t n = 0;
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&sql.text), sql.params.at, sql.params.n, &rows));
    for (; n <= FEW && db_next(rows); n++)
        if (n < FEW)
            ids[n] = db_int(rows, 0);
    if (n <= FEW) {
        q->ids = ids;
        q->id_count = n;
    }
    return db_rows_error(rows);
}

bool record_sortable(const struct ctx *c, const struct field *f)
{
    return field_stored(f) && !f->multi && access_field(c->access, f) >= FIELD_READ;
}

static err_t prepare(struct ctx *c, const struct list_query *in, bool checked, struct query *q)
{
    *q = (struct query){.object = in->object,
                        .where = in->where,
                        .ids = in->ids,
                        .id_count = in->id_count,
                        .deleted = in->deleted,
                        .wanted = columns_for(c, in)};
    TRY(access_scope(c->access, in->object, in->op, &q->scope));
    if (in->where && checked)
        TRY(access_check_condition(c->access, in->where, S("where"), &c->problems));
    for (size_t i = 0; i < in->sort_count; i++) {
        const struct field *f = in->sort[i].field;
        if (!record_sortable(c, f)) {
            problem_add_str(&c->problems, S("sort"), "not_sortable", f->name, (str){0}, (str){0});
            return ERR_INVALID;
        }
        q->sort[i] = (struct query_sort){field_column(f, in->sort[i].part), in->sort[i].descending};
    }
    q->sort_count = in->sort_count;
    return narrow(c, q);
}

/* A page being filled: beside each record its sort keys and the phase it came in. */
struct filling {
    struct list_page page;
    value **keys;
    bool *blanks;
    size_t room; /* with one more than are asked for, which tells whether there are more */
    size_t bytes;
};

/* Large records make a shorter page. Those that are named by id come all: nobody goes on there. */
static void count_bytes(const struct query *q, const struct record *r, struct filling *f)
{
    f->bytes += record_bytes(r);
    if (!q->ids && f->bytes >= LIMIT_PAGE_BYTES && f->room > f->page.count + 1)
        f->room = f->page.count + 1;
}

/* Rows of one phase, until the page is full. */
static err_t fetch(struct ctx *c, struct query *q, struct filling *f)
{
    struct condition_env env = ctx_env(c);
    size_t n = query_key_count(q);
    AUTO_SQL sql;
    sql_init(&sql, c->arena);
    q->limit = f->room - f->page.count;
    TRY(query_select(q, &env, &sql));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&sql.text), sql.params.at, sql.params.n, &rows));
    while (f->page.count < f->room && db_next(rows)) {
        value *keys = ARENA_ARRAY(c->arena, value, n);
        for (size_t i = 0; i < n; i++) {
            keys[i] = db_cell(rows, q->object->column_count + i);
            if (keys[i].kind == VALUE_TEXT)
                keys[i].s = arena_str(c->arena, keys[i].s);
            else if (keys[i].kind == VALUE_INT && query_key_storage(q, i) == STORE_BOOL)
                keys[i] = V_BOOL(keys[i].i != 0);
        }
        f->keys[f->page.count] = keys;
        f->blanks[f->page.count] = q->blanks;
        struct record *r = query_record(rows, q->object, c->arena);
        f->page.records[f->page.count++] = r;
        count_bytes(q, r, f);
    }
    return db_rows_error(rows);
}

static err_t list(struct ctx *c, const struct list_query *in, bool checked, struct list_page *out)
{
    struct query q;
    struct filling f = {.room = in->limit + 1};
    f.page.records = ARENA_ARRAY(c->arena, struct record *, f.room);
    f.keys = ARENA_ARRAY(c->arena, value *, f.room);
    f.blanks = ARENA_ARRAY(c->arena, bool, f.room);
    TRY(prepare(c, in, checked, &q));
    if (in->after.n)
        TRY(read_cursor(c, in->after, &q));
    bool ranges = q.after && query_key_count(&q) == 2;
    q.range = ranges ? RANGE_SAME_KEY : RANGE_WHOLE;
    TRY(fetch(c, &q, &f));
    if (ranges && f.page.count < f.room) {
        q.range = RANGE_BEYOND;
        TRY(fetch(c, &q, &f));
    }
    if (f.page.count < f.room && q.sort_count && !q.blanks && !query_never_blank(&q)) {
        q.blanks = true;
        q.after = NULL;
        q.range = RANGE_WHOLE;
        TRY(fetch(c, &q, &f));
    }
    f.page.has_more = f.page.count == f.room;
    if (f.page.has_more) {
        size_t last = --f.page.count - 1;
        q.blanks = f.blanks[last];
        f.page.next = write_cursor(c, q.blanks, f.keys[last], query_key_count(&q));
    }
    *out = f.page;
    return OK;
}

err_t record_list(struct ctx *c, const struct list_query *in, struct list_page *out)
{
    return list(c, in, true, out);
}

err_t record_list_unchecked(struct ctx *c, const struct list_query *in, struct list_page *out)
{
    return list(c, in, false, out);
}

err_t record_count(struct ctx *c, const struct list_query *in, int64_t ceiling, int64_t *out)
{
    struct query q;
    struct condition_env env = ctx_env(c);
    AUTO_SQL sql;
    value cell;
    TRY(prepare(c, in, true, &q));
    q.sort_count = 0;
    sql_init(&sql, c->arena);
    TRY(query_count(&q, &env, ceiling, &sql));
    TRY(db_one(c->conn, c->arena, buf_str(&sql.text), sql.params.at, sql.params.n, &cell, 1));
    *out = cell.i;
    return OK;
}
