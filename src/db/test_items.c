#include "db/test_items.h"

void make_items(struct db *db)
{
    test_db_script(db, S("CREATE TABLE item (id @id PRIMARY KEY, name @text, -- it's @here\n"
                         ""
                         " size double precision, done boolean);"
                         "CREATE UNIQUE INDEX item_name ON item (name);"
                         "CREATE TABLE part (item_id bigint NOT NULL REFERENCES item (id),"
                         " code text NOT NULL CHECK (code <> ''), UNIQUE (item_id, code));"));
}

err_t insert_item_in(struct db_conn *c, int64_t id, const char *name)
{
    const value params[] = {V_INT(id), name ? V_TEXT(str_from(name)) : V_NULL};
    return db_run(c, S("INSERT INTO item (id, name) VALUES ($1, CAST($2 AS text))"), params, 2,
                  NULL);
}

struct item {
    int64_t id;
    const char *name;
};

static err_t insert_work(struct db_conn *c, void *arg)
{
    const struct item *item = arg;
    return insert_item_in(c, item->id, item->name);
}

err_t insert_item(struct db *db, int64_t id, const char *name)
{
    struct item item = {id, name};
    return db_transact(db, insert_work, &item);
}

int64_t ask_int(struct db_conn *c, str sql)
{
    value n = V_NULL;
    assert_int_equal(db_one(c, NULL, sql, NULL, 0, &n, 1), OK);
    assert_int_equal(n.kind, VALUE_INT);
    return n.i;
}

int64_t count_items(struct db *db)
{
    struct db_conn *c;
    assert_int_equal(db_acquire(db, &c), OK);
    int64_t n = ask_int(c, S("SELECT count(*) FROM item"));
    db_release(c);
    return n;
}

static err_t run_sql(struct db_conn *c, void *arg)
{
    return db_run(c, str_from(arg), NULL, 0, NULL);
}

err_t transact_sql(struct db *db, const char *sql)
{
    return db_transact(db, run_sql, (void *)sql);
}
