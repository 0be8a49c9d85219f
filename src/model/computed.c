#include "model/computed.h"

#include "model/condition.h"
#include "model/formula.h"

struct visit {
    err_t (*each)(void *, const struct field *);
    void *context;
};

static err_t visit(void *context, const struct field *link, const struct field *f)
{
    const struct visit *v = context;
    if (link)
        TRY(v->each(v->context, link));
    return v->each(v->context, f);
}

err_t computed_fields(const struct field *f,
                      err_t (*each)(void *, const struct field *),
                      void *context)
{
    struct visit v = {each, context};
    const struct rollup *r = f->rollup;
    if (f->formula)
        return formula_fields(f->formula, visit, &v);
    if (!r)
        return OK;
    if (r->field)
        TRY(each(context, r->field));
    if (r->by)
        TRY(each(context, r->by));
    return r->where ? condition_fields(r->where, each, context) : OK;
}
