/* The evaluators of a condition agree on random records and random conditions. A disagreement is
 * shrunk and printed with its seed; RENMAI_TEST_SEED and RENMAI_TEST_CONDITIONS run others. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "db/test_db.h"
#include "model/condition_node.h"
#include "model/test_world.h"

struct trial {
    struct world *world;
    struct db_conn *conn;
    const struct world_table *table;
    struct condition_env env;
    struct test_dice dice;
    const struct condition *scope; /* as access makes them; NULL = everything */
    unsigned budget;               /* leaves that may still be made */
    size_t matches, leaves_of[TEST_MY_DEPARTMENTS + 1];
};

static json_t *random_condition(struct trial *, const struct object *, unsigned depth);

/* ---- making ---- */

static json_t *pair(str key, json_t *member)
{
    json_t *o = json_object();
    json_object_setn_new(o, key.p, key.n, member);
    return o;
}

static json_t *text(str s)
{
    return json_stringn(s.p, s.n);
}

static json_t *printed(const char *format, ...)
{
    char z[64];
    va_list list;
    va_start(list, format);
    vsnprintf(z, sizeof z, format, list);
    va_end(list);
    return json_string(z);
}

/* A value that some record has at the field, or else a likely one. */
static value random_value(struct trial *t, const struct field *f, unsigned part)
{
    const struct world_table *table = &t->world->tables[f->object->index];
    if (!f->multi)
        for (int i = 0; i < 8; i++) {
            const struct record *r = table->records[test_dice_below(&t->dice, table->count)];
            value v = record_cell(r, f, part);
            if (v.kind != VALUE_NULL)
                return v;
        }
    return V_INT(1);
}

static json_t *random_member(struct trial *t, const struct field *f)
{
    if (f->choice_count)
        return text(f->choices[test_dice_below(&t->dice, f->choice_count)].key);
    if (f->shape->multi_storage == STORE_INT)
        return printed("%lld", (long long)f->target->index * 100000 + 1 +
                                   (int)test_dice_below(&t->dice, 40));
    return json_string(WORLD_TEXTS[test_dice_below(&t->dice, WORLD_TEXT_COUNT)]);
}

static json_t *random_operand(struct trial *t, const struct path *path)
{
    const struct field *f = path->field;
    char z[INSTANT_CHARS + 1];
    if (f->multi)
        return random_member(t, f);
    value v = random_value(t, f, path->part);
    switch (path->kind) {
    case KIND_BOOL:
        return json_boolean(test_dice_chance(&t->dice, 50));
    case KIND_CHOICE:
        return text(f->choices[test_dice_below(&t->dice, f->choice_count)].key);
    case KIND_ID:
        return printed("%lld", (long long)(v.i > 0 ? v.i : 1));
    case KIND_INT:
        return json_integer(v.i);
    case KIND_REAL:
        return json_real(v.kind == VALUE_REAL ? v.r : 0.5);
    case KIND_DATE:
        day_format(v.i, z);
        return json_string(z);
    case KIND_INSTANT:
        if (test_dice_chance(&t->dice, 40))
            day_format(v.i / CLOCK_DAY, z);
        else
            instant_format(v.i, z);
        return json_string(z);
    default:
        return v.kind == VALUE_TEXT ? text(v.s) : json_string("x");
    }
}

static json_t *random_list(struct trial *t, const struct path *path, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, random_operand(t, path));
    return list;
}

static json_t *random_moment(struct trial *t, bool days_only, bool past_only)
{
    static const char *const words[] = {
        "today",     "yesterday", "tomorrow",    "thisWeek",    "lastWeek", "nextWeek", "thisMonth",
        "lastMonth", "nextMonth", "thisQuarter", "lastQuarter", "thisYear", "lastYear"};
    if (test_dice_chance(&t->dice, 40))
        return json_string(words[test_dice_below(&t->dice, sizeof words / sizeof *words)]);
    char unit = "dwhm"[test_dice_below(&t->dice, days_only ? 2 : 4)];
    const char *sign = !past_only && test_dice_chance(&t->dice, 30) ? "+" : "";
    return printed("%s%d%c", sign, (int)test_dice_below(&t->dice, unit == 'm' ? 5000 : 40) + 1,
                   unit);
}

/* A piece out of the middle or front of a text that is there. */
static json_t *random_piece(struct trial *t, const struct path *path)
{
    value v = random_value(t, path->field, path->part);
    str s = v.kind == VALUE_TEXT && v.s.n ? v.s : S("a");
    size_t all = utf8_count(s),
           from = test_dice_chance(&t->dice, 50) ? test_dice_below(&t->dice, all) : 0;
    s = str_cut(s, utf8_prefix(s, from).n, s.n);
    return text(utf8_prefix(s, 1 + test_dice_below(&t->dice, 4)));
}

static json_t *operand_for(struct trial *t, const char *op, const struct path *path)
{
    str o = str_from(op);
    if (str_eqz(o, "isNull"))
        return json_boolean(test_dice_chance(&t->dice, 50));
    if (str_eqz(o, "in") || str_eqz(o, "hasAny") || str_eqz(o, "hasAll"))
        return random_list(t, path,
                           test_dice_below(&t->dice, test_dice_chance(&t->dice, 15) ? 14 : 4));
    if (str_eqz(o, "between"))
        return random_list(t, path, 2);
    if (str_eqz(o, "contains") || str_eqz(o, "startsWith"))
        return random_piece(t, path);
    if (str_eqz(o, "older") || str_eqz(o, "within"))
        return random_moment(t, path->kind == KIND_DATE, str_eqz(o, "older"));
    return random_operand(t, path);
}

/* A field of the object or one that a few links lead to, as text and as path. */
static str random_path(struct trial *t, const struct object *o, struct path *path)
{
    struct arena *arena = t->world->arena;
    str name = {0};
    *path = (struct path){0};
    for (unsigned links = 0;;) {
        const struct field *f = o->fields[test_dice_below(&t->dice, o->field_count)];
        if (o->root == ROOT_SELF && links < LIMIT_PATH_LINKS && test_dice_chance(&t->dice, 15)) {
            const char *child = test_dice_chance(&t->dice, 50) ? "contact" : "order";
            name = arena_printf(arena, STR_FMT "%s.", STR_ARG(name), child);
            o = model_object(t->world->model, str_from(child));
            links++;
            continue;
        }
        if (!field_stored(f))
            continue;
        if (f->target && !f->multi && links < LIMIT_PATH_LINKS && test_dice_chance(&t->dice, 60)) {
            name = arena_printf(arena, STR_FMT STR_FMT ".", STR_ARG(name), STR_ARG(f->name));
            o = f->target;
            links++;
            continue;
        }
        path->field = f;
        path->part = (unsigned)test_dice_below(&t->dice, f->column_count);
        path->kind = path_kind(f, path->part);
        name = arena_concat(arena, name, f->name);
        const char *part = f->shape->parts[path->part].name;
        if (test_dice_chance(&t->dice, 10))
            part = NULL; /* the whole of an address, or money without its currency */
        return part ? arena_printf(arena, STR_FMT ".%s", STR_ARG(name), part) : name;
    }
}

static json_t *random_leaf(struct trial *t, const struct object *o)
{
    static const char *const operators[] = {
        "eq",  "ne",     "lt",     "le",       "gt",         "ge",     "between", "in",
        "has", "hasAny", "hasAll", "contains", "startsWith", "isNull", "older",   "within"};
    struct path path;
    str name = random_path(t, o, &path);
    if (path.field->target && !path.field->multi && test_dice_chance(&t->dice, 40) &&
        (str_eqz(path.field->target->name, "user") ||
         str_eqz(path.field->target->name, "department")))
        return pair(S("me"), text(name));
    /* Some do not fit the field: those are refused, and the caller tries again. */
    const char *op = operators[test_dice_below(&t->dice, sizeof operators / sizeof *operators)];
    json_t *leaf = pair(S("field"), text(name));
    json_object_set_new(leaf, op, operand_for(t, op, &path));
    return leaf;
}

static json_t *random_comparison(struct trial *t, int least, size_t range)
{
    static const char *const signs[] = {"eq", "ne", "lt", "le", "gt", "ge"};
    return pair(str_from(signs[test_dice_below(&t->dice, 6)]),
                json_integer(least + (int)test_dice_below(&t->dice, range)));
}

static json_t *random_did(struct trial *t, unsigned depth)
{
    bool due = test_dice_chance(&t->dice, 40);
    json_t *did = pair(S("did"), json_string(due ? "order.due" : "order.paid"));
    if (test_dice_chance(&t->dice, 50))
        json_object_set_new(did, "times", random_comparison(t, 0, 4));
    if (test_dice_chance(&t->dice, 50))
        json_object_set_new(did, "within", random_moment(t, due, false));
    if (test_dice_chance(&t->dice, 40)) {
        const struct object *order = model_object(t->world->model, S("order"));
        json_object_set_new(did, "where", random_condition(t, order, depth + 1));
    }
    if (test_dice_chance(&t->dice, 40)) {
        str field = test_dice_chance(&t->dice, 50) ? S("amount") : S("weight");
        json_object_set_new(did, "sum", pair(field, random_comparison(t, -5, 20)));
    }
    return did;
}

static json_t *random_group(struct trial *t, const struct object *o, unsigned depth)
{
    json_t *list = json_array();
    for (size_t n = test_dice_below(&t->dice, 4); n > 0; n--)
        json_array_append_new(list, random_condition(t, o, depth + 1));
    return pair(test_dice_chance(&t->dice, 50) ? S("all") : S("any"), list);
}

static json_t *random_condition(struct trial *t, const struct object *o, unsigned depth)
{
    if (t->budget > 0 && depth < 5 && test_dice_chance(&t->dice, 45)) {
        if (test_dice_chance(&t->dice, 35))
            return pair(S("not"), random_condition(t, o, depth + 1));
        return random_group(t, o, depth);
    }
    t->budget -= t->budget > 0;
    if (o->root == ROOT_SELF && test_dice_chance(&t->dice, 20))
        return random_did(t, depth);
    if (test_dice_chance(&t->dice, 5))
        return pair(S("inBatch"), printed("%d", 1 + (int)test_dice_below(&t->dice, 2)));
    for (;;) {
        json_t *leaf = random_leaf(t, o);
        AUTO_ARENA arena = arena_new(16 * MIB);
        struct problems problems = {.arena = arena};
        struct condition *c = NULL;
        if (condition_parse(t->world->model, o, leaf, S(""), &problems, arena, &c) == OK) {
            const struct condition *inner = c->kind == NODE_NOT ? c->members[0] : c;
            t->leaves_of[inner->leaf->test]++;
            return leaf;
        }
        json_decref(leaf);
    }
}

static void random_env(struct trial *t)
{
    static const char *const zones[] = {"Asia/Shanghai", "America/New_York", "UTC"};
    static int64_t departments[4];
    size_t zone = test_dice_below(&t->dice, 4);
    const struct object *department = model_object(t->world->model, S("department"));
    const struct object *user = model_object(t->world->model, S("user"));
    t->env = (struct condition_env){
        .now =
            WORLD_NOW + (int64_t)test_dice_below(&t->dice, 50) * 13 * CLOCK_HOUR - 200 * CLOCK_HOUR,
        .zone = zone < 3 ? zone_find(str_from(zones[zone])) : NULL,
        .me = test_dice_chance(&t->dice, 80)
                  ? user->index * 100000 + 1 + (int64_t)test_dice_below(&t->dice, 6)
                  : 0,
        .my_departments = departments,
        .my_department_count = test_dice_below(&t->dice, 4),
        .row_by_row = test_dice_chance(&t->dice, 30),
    };
    for (size_t i = 0; i < t->env.my_department_count; i++)
        departments[i] = department->index * 100000 + 1 + (int64_t)test_dice_below(&t->dice, 5);
}

/* Called the same as some record. */
static struct condition *random_same(struct trial *t)
{
    const struct field *f = t->table->object->title;
    value v = random_value(t, f, 0);
    t->leaves_of[TEST_SAME]++;
    return condition_same(t->world->arena, f, v.kind == VALUE_TEXT ? v.s : S("x"));
}

/* Mine, or a customer's whom I or one of a few others own. */
static void random_scope(struct trial *t)
{
    const struct object *o = t->table->object;
    const struct field *via = o->customer ? o->customer : object_field(o, S("about"));
    struct arena *arena = t->world->arena;
    const struct field *owner = model_object(t->world->model, S("customer"))->owner;
    int64_t users[3];
    for (size_t i = 0; i < 3; i++)
        users[i] =
            (int64_t)owner->target->index * 100000 + 1 + (int64_t)test_dice_below(&t->dice, 6);
    t->scope = test_dice_chance(&t->dice, 5) ? random_same(t) : NULL;
    if (t->scope || !via || test_dice_chance(&t->dice, 70))
        return;
    struct condition *others = condition_ids(arena, owner, users, test_dice_below(&t->dice, 4));
    struct condition *mine = condition_never(arena);
    if (o->owner)
        mine = condition_ids(arena, o->owner, users, 1);
    t->scope = condition_or(arena, mine, condition_via(arena, via, others));
}

/* ---- comparing ---- */

static err_t read_hits(struct trial *t, struct sql *sql, bool *hits)
{
    AUTO_ROWS rows = NULL;
    TRY(db_query(t->conn, buf_str(&sql->text), sql->params.at, sql->params.n, &rows));
    while (db_next(rows))
        hits[(db_int(rows, 0) - 1) % 100000] = true;
    return db_rows_error(rows);
}

/* The id of a record on which SQL and memory disagree; 0 = none; -1 = the SQL failed. */
static int64_t
disagreement(struct trial *t, const json_t *json, struct arena *arena, str *text_of_sql)
{
    struct problems problems = {.arena = arena};
    struct condition *c;
    struct condition_source source = world_source(t->world);
    const struct object *o = t->table->object;
    if (condition_parse(t->world->model, o, json, S(""), &problems, arena, &c) != OK)
        return 0;
    c = condition_and(arena, c, t->scope);
    AUTO_SQL sql;
    sql_init(&sql, arena);
    sql_add(&sql, "SELECT id FROM ");
    sql_name(&sql, o->name);
    sql_add(&sql, " AS r WHERE ");
    bool *hits = ARENA_ARRAY(arena, bool, t->table->count);
    err_t e = condition_sql(c, &t->env, "r", &sql);
    *text_of_sql = arena_str(arena, buf_str(&sql.text));
    if (e != OK || read_hits(t, &sql, hits) != OK)
        return -1;
    t->matches = 0;
    for (size_t row = 0; row < t->table->count; row++) {
        bool holds;
        assert_int_equal(condition_match(c, &t->env, t->table->records[row], &source, &holds), OK);
        t->matches += holds;
        if (holds != hits[row])
            return record_id(t->table->records[row]);
    }
    return 0;
}

static bool fails(struct trial *t, const json_t *json)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    str sql;
    return disagreement(t, json, arena, &sql) != 0;
}

/* The smallest part or lessening of the condition that still fails. Takes and gives a reference. */
static json_t *shrink(struct trial *t, json_t *json)
{
    json_t *member, *inner;
    const char *key;
    size_t i;
    void *next;
    if ((inner = json_object_get(json, "not")) && fails(t, inner)) {
        json_incref(inner);
        json_decref(json);
        return shrink(t, inner);
    }
    json_t *list =
        json_object_get(json, "all") ? json_object_get(json, "all") : json_object_get(json, "any");
    json_array_foreach(list, i, member)
    {
        if (fails(t, member)) {
            json_incref(member);
            json_decref(json);
            return shrink(t, member);
        }
        json_t *less = json_deep_copy(json);
        json_array_remove(json_object_iter_value(json_object_iter(less)), i);
        if (fails(t, less)) {
            json_decref(json);
            return shrink(t, less);
        }
        json_decref(less);
    }
    json_object_foreach_safe(json, next, key, member)
    {
        json_t *less = json_deep_copy(json);
        json_object_del(less, key);
        if (json_object_get(less, "did") && fails(t, less)) {
            json_decref(json);
            return shrink(t, less);
        }
        json_decref(less);
    }
    return json;
}

static void report(struct trial *t, json_t *json, uint64_t seed)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    json = json_keep(arena, shrink(t, json));
    str sql;
    int64_t id = disagreement(t, json, arena, &sql);
    print_error("seed %llu, object " STR_FMT
                ", record %lld, now %lld, me %lld, matches %zu\n" STR_FMT "\n" STR_FMT "\n",
                (unsigned long long)seed, STR_ARG(t->table->object->name), (long long)id,
                (long long)t->env.now, (long long)t->env.me, t->matches,
                STR_ARG(json_text(arena, json)), STR_ARG(sql));
    fail();
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *z = getenv(name);
    return z ? strtoull(z, NULL, 10) : otherwise;
}

TEST_DB(condition_evaluators_agree)
{
    static const char *const objects[] = {"customer", "customer", "customer", "order", "note"};
    uint64_t seed = setting("RENMAI_TEST_SEED", 20261121);
    uint64_t rounds = setting("RENMAI_TEST_CONDITIONS", 3000);
    struct world world;
    world_make(&world, seed);
    world_store(&world, db);
    struct trial t = {.world = &world, .dice = {seed + 1}};
    assert_int_equal(db_acquire(db, &t.conn), OK);
    size_t some = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        t.table = world_table(&world, objects[i % 5]);
        t.budget = 8;
        random_env(&t);
        random_scope(&t);
        json_t *json = random_condition(&t, t.table->object, 1);
        AUTO_ARENA arena = arena_new(64 * MIB);
        str sql;
        if (disagreement(&t, json, arena, &sql) != 0)
            report(&t, json, seed);
        some += t.matches > 0 && t.matches < t.table->count;
        json_decref(json);
    }
    /* The test is worth something only while conditions tell records apart and no test is missed.
     */
    assert_true(some * 2 > rounds);
    for (size_t i = 0; i <= TEST_MY_DEPARTMENTS; i++)
        assert_true(t.leaves_of[i] > 0);
    db_release(t.conn);
    world_free(&world);
}

/* The beginning's last character may be one of the last there are, or the last before the
 * surrogates. */
TEST_DB(condition_starts_with_any_character)
{
    static const char *const beginnings[] = {"\xf4\x8f\xbf\xbd", "a\xf4\x8f\xbf\xbd",
                                             "\xed\x9f\xbf", "z\x7f", "张"};
    static const char *const names[] = {"\xf4\x8f\xbf\xbd!",
                                        "\xf4\x8f\xbf\xbd",
                                        "a\xf4\x8f\xbf\xbdx",
                                        "b",
                                        "a\xf4\x8f\xbf",
                                        "\xed\x9f\xbf\xed",
                                        "\xee\x80\x80",
                                        "z\x7fz",
                                        "{",
                                        "张三",
                                        "弡",
                                        "\xed\x9f\xbfx"};
    struct world world;
    world_make(&world, 3);
    struct trial t = {.world = &world, .table = world_table(&world, "customer")};
    const struct field *name = object_field(t.table->object, S("name"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (utf8_valid(str_from(names[i])))
            t.table->records[i]->cells[name->first_column] = V_TEXT(str_from(names[i]));
    world_store(&world, db);
    assert_int_equal(db_acquire(db, &t.conn), OK);
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        AUTO_ARENA arena = arena_new(64 * MIB);
        json_t *json = pair(S("field"), json_string("name"));
        json_object_set_new(json, "startsWith", json_string(beginnings[i]));
        str sql;
        assert_true(disagreement(&t, json, arena, &sql) == 0);
        assert_true(t.matches > 0);
        json_decref(json);
    }
    db_release(t.conn);
    world_free(&world);
}

/* The longest texts there may be, of characters that unfold to eighteen and of those that LIKE
 * knows. */
TEST_DB(condition_texts_may_be_long)
{
    static const char *const pieces[] = {"\xef\xb7\xba", "%", "\xf0\x9f\x98\x80"};
    static const char *const ops[] = {"contains", "startsWith"};
    struct world world;
    world_make(&world, 1);
    world_store(&world, db);
    struct trial t = {.world = &world, .table = world_table(&world, "customer")};
    t.env = (struct condition_env){.now = WORLD_NOW};
    assert_int_equal(db_acquire(db, &t.conn), OK);
    for (size_t i = 0; i < 6; i++) {
        AUTO_ARENA arena = arena_new(64 * MIB);
        AUTO_BUF text;
        buf_init(&text, MIB);
        for (size_t k = 0; k < LIMIT_CONDITION_TEXT; k++)
            buf_addz(&text, pieces[i / 2]);
        buf_byte(&text, '\0');
        json_t *json = pair(S("field"), json_string("name"));
        json_object_set_new(json, ops[i % 2], json_string(text.p));
        str sql;
        assert_true(disagreement(&t, json, arena, &sql) == 0);
        json_decref(json);
    }
    db_release(t.conn);
    world_free(&world);
}

/* The longest lists there may be, in every form, fit both databases. */
TEST_DB(condition_lists_may_be_long)
{
    static const char *const lists[][2] = {
        {"score", "in"}, {"rate", "in"}, {"name", "in"}, {"seen", "in"}, {"tags", "hasAll"}};
    struct world world;
    world_make(&world, 1);
    world_store(&world, db);
    struct trial t = {.world = &world, .table = world_table(&world, "customer")};
    t.env = (struct condition_env){.now = WORLD_NOW};
    assert_int_equal(db_acquire(db, &t.conn), OK);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        AUTO_ARENA arena = arena_new(64 * MIB);
        json_t *values = json_array(), *json = pair(S("field"), json_string(lists[i][0]));
        for (int v = 0; v < LIMIT_CONDITION_LIST; v++)
            json_array_append_new(values, i == 0   ? json_integer(v)
                                          : i == 1 ? json_real(v / 4.0)
                                          : i == 3 ? printed("%d-01-01", 1500 + v)
                                                   : printed("v%d", v));
        json_object_set_new(json, lists[i][1], values);
        str sql;
        struct problems problems = {.arena = arena};
        struct condition *c;
        assert_int_equal(
            condition_parse(world.model, t.table->object, json, S(""), &problems, arena, &c), OK);
        assert_true(disagreement(&t, json, arena, &sql) == 0);
        json_decref(json);
    }
    db_release(t.conn);
    world_free(&world);
}
