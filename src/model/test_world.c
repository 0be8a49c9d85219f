#include "model/test_world.h"

#include "base/limits.h"
#include "base/test.h"
#include "db/test_db.h"
#include "model/field_type.h"
#include "model/query.h"
#include "model/schema.h"

static const struct definition definitions[] = {
    {S("objects/test/user.json"),
     S("{\"object\":\"user\",\"plural\":\"users\",\"title\":\"name\",\"fields\":{"
       "\"name\":{\"type\":\"text\"},\"lead\":{\"type\":\"ref\",\"target\":\"user\"}}}")},
    {S("objects/test/department.json"),
     S("{\"object\":\"department\",\"plural\":\"departments\",\"title\":\"name\",\"fields\":{"
       "\"name\":{\"type\":\"text\"}}}")},
    {S("objects/test/customer.json"),
     S("{\"object\":\"customer\",\"plural\":\"customers\",\"root\":\"self\",\"owned\":true,"
       "\"title\":\"name\",\"fields\":{"
       "\"name\":{\"type\":\"text\"},\"memo\":{\"type\":\"long_text\"},"
       "\"page\":{\"type\":\"rich_text\"},\"phone\":{\"type\":\"phone\"},"
       "\"email\":{\"type\":\"email\"},\"site\":{\"type\":\"url\"},"
       "\"score\":{\"type\":\"number\"},\"rate\":{\"type\":\"number\",\"decimals\":2},"
       "\"share\":{\"type\":\"percent\"},\"spent\":{\"type\":\"money\"},"
       "\"vip\":{\"type\":\"boolean\"},\"born\":{\"type\":\"date\"},\"seen\":{\"type\":\"instant\"}"
       ","
       "\"kind\":{\"type\":\"choice\",\"choices\":{\"person\":{\"en\":\"Person\"},"
       "\"company\":{\"en\":\"Company\"},\"other\":{\"en\":\"Other\"}}},"
       "\"likes\":{\"type\":\"multi_choice\",\"choices\":{\"tea\":{\"en\":\"Tea\"},"
       "\"silk\":{\"en\":\"Silk\"},\"rice\":{\"en\":\"Rice\"}}},"
       "\"tags\":{\"type\":\"tags\"},\"friends\":{\"type\":\"multi_ref\",\"target\":\"customer\"},"
       "\"parent\":{\"type\":\"ref\",\"target\":\"customer\"},\"home\":{\"type\":\"address\"},"
       "\"spot\":{\"type\":\"geo\"},\"extra\":{\"type\":\"json\"},"
       "\"half\":{\"type\":\"formula\",\"result\":\"number\",\"decimals\":1,"
       "\"formula\":\"score / 2\"},"
       "\"age\":{\"type\":\"formula\",\"result\":\"number\",\"formula\":\"days(today(), born)\"},"
       "\"orders_total\":{\"type\":\"rollup\",\"over\":\"order\",\"via\":\"customer\","
       "\"fn\":\"sum\",\"field\":\"amount\"}}}")},
    {S("objects/test/contact.json"),
     S("{\"object\":\"contact\",\"plural\":\"contacts\",\"root\":\"customer\",\"title\":\"title\","
       "\"fields\":{\"customer\":{\"type\":\"ref\",\"target\":\"customer\",\"required\":true},"
       "\"title\":{\"type\":\"text\"},\"since\":{\"type\":\"date\"},"
       "\"user\":{\"type\":\"ref\",\"target\":\"user\"}}}")},
    {S("objects/test/order.json"),
     S("{\"object\":\"order\",\"plural\":\"orders\",\"root\":\"customer\",\"owned\":true,"
       "\"title\":\"number\","
       "\"fields\":{\"customer\":{\"type\":\"ref\",\"target\":\"customer\",\"required\":true},"
       "\"number\":{\"type\":\"text\"},\"amount\":{\"type\":\"money\"},"
       "\"weight\":{\"type\":\"number\",\"decimals\":2},\"paid_at\":{\"type\":\"instant\"},"
       "\"due\":{\"type\":\"date\"},\"labels\":{\"type\":\"tags\"},"
       "\"contact\":{\"type\":\"ref\",\"target\":\"contact\"},"
       "\"state\":{\"type\":\"choice\",\"choices\":{\"open\":{\"en\":\"Open\"},"
       "\"paid\":{\"en\":\"Paid\"}}}},"
       "\"events\":{\"paid\":{\"at\":\"paid_at\",\"where\":{\"field\":\"state\",\"ne\":\"open\"}},"
       "\"due\":{\"at\":\"due\"}}}")},
    {S("objects/test/note.json"),
     S("{\"object\":\"note\",\"plural\":\"notes\",\"title\":\"text\",\"fields\":{"
       "\"text\":{\"type\":\"text\"},\"order\":{\"type\":\"ref\",\"target\":\"order\"},"
       "\"about\":{\"type\":\"ref\",\"target\":\"customer\"},"
       "\"words\":{\"type\":\"tags\"}}}")},
};

const char *const WORLD_TEXTS[] = {
    "张三", "張三",         "Anna",  "ANNA b", "ａｎｎａ", "a%b",  "a_b",         "a\\b",
    "ab",   "O'Neil \"x\"", "é",     "😀人",    "vip",      "VIP ", "x,",          ",",
    ",b",   "a\",\"b",      "[tea]", "杭州",   "上海",     "tea",  "13800138000", "+8613800138000",
    "中国", "北京市",       "Zoë",   "zz",
};
const size_t WORLD_TEXT_COUNT = sizeof WORLD_TEXTS / sizeof *WORLD_TEXTS;

/* ---- dice: splitmix64 ---- */

uint64_t test_dice_roll(struct test_dice *d)
{
    uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

size_t test_dice_below(struct test_dice *d, size_t n)
{
    return n ? (size_t)(test_dice_roll(d) % n) : 0;
}

bool test_dice_chance(struct test_dice *d, unsigned percent)
{
    return test_dice_below(d, 100) < percent;
}

/* ---- records ---- */

enum { ID_STEP = 100000 };

static size_t planned(const struct object *o)
{
    static const struct {
        const char *object;
        size_t count;
    } plan[] = {{"user", 6},      {"department", 5}, {"customer", 300},
                {"contact", 220}, {"order", 420},    {"note", 150}};
    for (size_t i = 0; i < sizeof plan / sizeof *plan; i++)
        if (str_eqz(o->name, plan[i].object))
            return plan[i].count;
    return 0;
}

static int64_t id_of(const struct object *o, size_t row)
{
    return (int64_t)o->index * ID_STEP + (int64_t)row + 1;
}

/* Mostly one that is there, sometimes one that is not. */
static int64_t some_id(struct test_dice *d, const struct object *o)
{
    return id_of(o, test_dice_below(d, planned(o) + 2));
}

static str some_text(struct test_dice *d)
{
    return str_from(WORLD_TEXTS[test_dice_below(d, WORLD_TEXT_COUNT)]);
}

/* Around now, often exactly where a local day begins in one of the zones of the tests. */
static int64_t some_instant(struct test_dice *d)
{
    int64_t day = WORLD_NOW / CLOCK_DAY + (int64_t)test_dice_below(d, 120) - 90;
    if (test_dice_chance(d, 50))
        return day * CLOCK_DAY + (int64_t)(test_dice_roll(d) % (uint64_t)CLOCK_DAY);
    static const int hours[] = {0, 4, 5, 16};
    int64_t start = day * CLOCK_DAY + hours[test_dice_below(d, 4)] * CLOCK_HOUR;
    return start + (int64_t)test_dice_below(d, 3) - 1;
}

static value some_set(struct world *w, const struct field *f)
{
    str members[4];
    size_t n = test_dice_below(&w->dice, 5);
    for (size_t i = 0; i < n; i++) {
        if (f->choice_count)
            members[i] = f->choices[test_dice_below(&w->dice, f->choice_count)].key;
        else if (f->shape->multi_storage == STORE_INT)
            members[i] =
                arena_printf(w->arena, "%lld",
                             (long long)some_id(&w->dice, f->target) % 40 + id_of(f->target, 0));
        else
            members[i] = some_text(&w->dice);
    }
    return multi_cell(w->arena, members, n);
}

static value some_cell(struct world *w, const struct column *c)
{
    const struct field *f = c->field;
    str shape = str_from(f->shape->name);
    struct test_dice *d = &w->dice;
    if (f->multi)
        return some_set(w, f);
    if (f->choice_count)
        return V_TEXT(f->choices[test_dice_below(d, f->choice_count)].key);
    if (str_eqz(shape, "ref"))
        return V_INT(some_id(d, f->target));
    if (str_eqz(shape, "date"))
        return V_INT(WORLD_NOW / CLOCK_DAY + (int64_t)test_dice_below(d, 120) - 90);
    if (str_eqz(shape, "instant"))
        return V_INT(some_instant(d));
    switch (c->storage) {
    case STORE_BOOL:
        return V_BOOL(test_dice_chance(d, 50));
    case STORE_INT:
        if (str_eqz(f->name, "score") && test_dice_chance(d, 5))
            return V_INT(test_dice_chance(d, 50) ? INT64_MAX : INT64_MIN);
        return V_INT((int64_t)test_dice_below(d, 20) - 5);
    case STORE_REAL:
        return V_REAL(((double)test_dice_below(d, 40) - 10) / 4);
    case STORE_TEXT:
        return V_TEXT(some_text(d));
    case STORE_JSON:
        break;
    }
    return V_TEXT(S("{\"a\":[1,2]}"));
}

static struct record *some_record(struct world *w, const struct object *o, size_t row)
{
    struct record *r = record_new(w->arena, o);
    unsigned empty = (unsigned)test_dice_below(&w->dice, 60);
    for (size_t i = 0; i < o->column_count; i++)
        if (!test_dice_chance(&w->dice, empty))
            r->cells[i] = some_cell(w, &o->columns[i]);
    r->cells[o->id->first_column] = V_INT(id_of(o, row));
    r->cells[o->version->first_column] = V_INT(1);
    r->cells[o->created_at->first_column] = V_INT(some_instant(&w->dice));
    r->cells[o->updated_at->first_column] = V_INT(some_instant(&w->dice));
    if (test_dice_chance(&w->dice, 85))
        r->cells[o->deleted_at->first_column] = V_NULL;
    if (o->customer)
        r->cells[o->customer->first_column] =
            V_INT(id_of(o->customer->target, test_dice_below(&w->dice, 200)));
    return r;
}

void world_make(struct world *w, uint64_t seed)
{
    *w = (struct world){.arena = arena_new(512 * MIB), .dice = {seed}};
    struct problems problems = {.arena = w->arena};
    err_t e = model_load(definitions, sizeof definitions / sizeof *definitions, 0, S("CNY"),
                         &problems, &w->model);
    for (size_t i = 0; i < problems.list.n; i++)
        print_error("%s " STR_FMT "\n", problems.list.at[i].code,
                    STR_ARG(problems.list.at[i].pointer));
    assert_int_equal(e, OK);
    w->tables = ARENA_ARRAY(w->arena, struct world_table, w->model->object_count);
    for (size_t i = 0; i < w->model->object_count; i++) {
        struct world_table *t = &w->tables[i];
        const struct object *o = t->object = w->model->objects[i];
        t->count = planned(o);
        t->records = ARENA_ARRAY(w->arena, const struct record *, t->count);
        t->customer = ARENA_ARRAY(w->arena, int64_t, t->count);
        for (size_t row = 0; row < t->count; row++) {
            t->records[row] = some_record(w, o, row);
            if (o->customer)
                t->customer[row] = record_cell(t->records[row], o->customer, 0).i;
        }
    }
}

void world_free(struct world *w)
{
    model_free(w->model);
    arena_free(w->arena);
}

const struct world_table *world_table(const struct world *w, const char *object)
{
    const struct object *o = model_object(w->model, str_from(object));
    assert_non_null(o);
    return &w->tables[o->index];
}

/* ---- as a source ---- */

static bool deleted(const struct record *r)
{
    return record_cell(r, r->object->deleted_at, 0).kind != VALUE_NULL;
}

static const struct record *follow(void *context, const struct field *ref, int64_t id)
{
    const struct world *w = context;
    const struct world_table *t = &w->tables[ref->target->index];
    int64_t row = id - id_of(ref->target, 0);
    if (row < 0 || (size_t)row >= t->count || deleted(t->records[row]))
        return NULL;
    return t->records[row];
}

static err_t children(void *context,
                      const struct field *via,
                      int64_t id,
                      err_t (*each)(void *, const struct record *),
                      void *arg)
{
    const struct world *w = context;
    const struct world_table *t = &w->tables[via->object->index];
    assert_ptr_equal(via, via->object->customer);
    for (size_t row = 0; row < t->count; row++)
        if (t->customer[row] == id && !deleted(t->records[row]))
            TRY(each(arg, t->records[row]));
    return OK;
}

static err_t in_batch(void *context, int64_t batch, int64_t record, bool *out)
{
    (void)context;
    *out = record % WORLD_BATCHES == batch;
    return OK;
}

struct condition_source world_source(struct world *w)
{
    return (struct condition_source){
        .context = w, .follow = follow, .children = children, .in_batch = in_batch};
}

/* ---- as tables ---- */

static err_t run(struct db_conn *c, const struct sql *sql)
{
    return db_run(c, buf_str(&sql->text), sql->params.at, sql->params.n, NULL);
}

static err_t add_members(struct db_conn *c, const struct record *r, const struct field *f)
{
    AUTO_ARENA arena = arena_new(MIB);
    str *members;
    size_t n = multi_members(arena, record_cell(r, f, 0), &members);
    for (size_t i = 0; i < n; i++) {
        AUTO_SQL sql;
        sql_init(&sql, arena);
        TRY(query_link_add(f, r, members[i], &sql));
        TRY(run(c, &sql));
    }
    return OK;
}

static err_t add_row(struct db_conn *c, const struct record *r)
{
    AUTO_ARENA arena = arena_new(MIB);
    AUTO_SQL sql;
    sql_init(&sql, arena);
    TRY(query_insert(r, &sql));
    TRY(run(c, &sql));
    for (size_t i = 0; i < r->object->field_count; i++)
        if (r->object->fields[i]->multi)
            TRY(add_members(c, r, r->object->fields[i]));
    value change[] = {V_INT(record_id(r) % WORLD_BATCHES), V_INT(record_id(r))};
    return db_run(c, S("INSERT INTO change (batch_id, op, record_id) VALUES ($1, 1, $2)"), change,
                  2, NULL);
}

static err_t fill(struct db_conn *c, void *arg)
{
    const struct world *w = arg;
    for (size_t i = 0; i < w->model->object_count; i++)
        for (size_t row = 0; row < w->tables[i].count; row++)
            TRY(add_row(c, w->tables[i].records[row]));
    return OK;
}

void world_store(struct world *w, struct db *db)
{
    struct schema_plan plan = {.arena = w->arena};
    struct schema *want = schema_of_model(w->arena, w->model);
    assert_int_equal(schema_diff(db_kind(db), NULL, want, NULL, &plan), OK);
    for (size_t i = 0; i < plan.steps.n; i++)
        test_db_script(db, plan.steps.at[i].sql);
    test_db_script(db, S("CREATE TABLE change (batch_id bigint, op bigint, record_id bigint)"));
    assert_int_equal(db_transact(db, fill, w), OK);
}
