#include "fuzz_model.h"

#include <stdlib.h>

static struct model *shipped;

static void free_model(void)
{
    model_free(shipped);
}

const struct object *fuzz_customer(const struct model **model)
{
    if (!shipped) {
        if (model_load_shipped(NULL, &shipped) != OK)
            abort();
        atexit(free_model);
    }
    *model = shipped;
    return model_object(shipped, S("customer"));
}

struct record *fuzz_record(struct arena *arena, const struct object *o, unsigned salt)
{
    struct record *r = record_new(arena, o);
    for (unsigned i = 0; i < o->column_count; i++) {
        if ((i ^ salt) & 1)
            continue;
        switch (o->columns[i].storage) {
        case STORE_BOOL:
            r->cells[i] = V_BOOL(true);
            break;
        case STORE_INT:
            r->cells[i] = V_INT((int64_t)i * 1000 + salt);
            break;
        case STORE_REAL:
            r->cells[i] = V_REAL(i / 4.0);
            break;
        case STORE_TEXT:
            r->cells[i] = V_TEXT(S("Anna 张三 ＡＢ"));
            break;
        case STORE_JSON:
            r->cells[i] = V_TEXT(S("[\"1\",\"vip\"]"));
            break;
        }
    }
    r->cells[o->id->first_column] = V_INT(1);
    return r;
}

static const struct record *follow(void *context, const struct field *ref, int64_t id)
{
    (void)context;
    (void)ref;
    (void)id;
    return NULL;
}

static err_t children(void *context,
                      const struct field *via,
                      int64_t id,
                      err_t (*each)(void *, const struct record *),
                      void *arg)
{
    (void)context;
    (void)via;
    (void)id;
    (void)each;
    (void)arg;
    return OK;
}

const struct condition_source FUZZ_SOURCE = {.follow = follow, .children = children};
