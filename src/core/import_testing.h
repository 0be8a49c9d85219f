/* What tests of imports have in common. */
#pragma once

#include <stdio.h>

#include "base/limits.h"
#include "core/file.h"
#include "core/import_internal.h"
#include "core/test_app.h"

/* An upload that says this. */
static inline int64_t keep_text(struct ctx *c, const char *text, const char *name)
{
    const char *to = file_spool_path(c);
    int64_t id;
    FILE *out = fopen(to, "wb");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    assert_int_equal(file_keep(c, to, str_from(name), &id), OK);
    return id;
}

/* The import as the API shows it. */
static inline json_t *view(struct ctx *c, int64_t id)
{
    struct record *r;
    json_t *tree;
    AUTO_BUF out;
    buf_init(&out, 16 * MIB);
    struct jw w = {.out = &out};
    assert_int_equal(import_get(c, id, &r), OK);
    assert_int_equal(import_write_json(c, r, &w), OK);
    assert_int_equal(json_read(c->arena, arena_str(c->arena, buf_str(&out)), NULL, &tree), OK);
    return tree;
}

/* Of the report; -1: it says nothing of it. */
static inline int64_t figure(struct ctx *c, int64_t id, const char *name)
{
    return json_get_int(json_object_get(view(c, id), "report"), name, -1);
}

/* How many records match. */
static inline int64_t count(struct ctx *c, const char *object, const char *where)
{
    const struct object *o = model_object(c->model, str_from(object));
    struct condition *condition;
    int64_t n;
    assert_int_equal(condition_parse(c->model, o, test_json(c->arena, where), S(""), &c->problems,
                                     c->arena, &condition),
                     OK);
    struct list_query q = {.object = o, .where = condition, .op = OP_READ};
    assert_int_equal(record_count(c, &q, 0, &n), OK);
    return n;
}

static inline int64_t count_customers(struct ctx *c, const char *where)
{
    return count(c, "customer", where);
}
