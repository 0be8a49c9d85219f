#include "model/sql.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "model/model.h"

void sql_init(struct sql *q, struct arena *arena)
{
    *q = (struct sql){.arena = arena};
    buf_init(&q->text, LIMIT_SQL_BYTES);
}

void sql_done(struct sql *q)
{
    buf_done(&q->text);
}

void sql_add(struct sql *q, const char *z)
{
    buf_addz(&q->text, z);
}

void sql_adds(struct sql *q, str s)
{
    buf_add(&q->text, s);
}

void sql_name(struct sql *q, str name)
{
    if (str_find_byte(name, '"') != SIZE_MAX || name.n == 0) {
        log_event(LOG_ERROR, "bad_sql_name", NULL);
        abort();
    }
    buf_byte(&q->text, '"');
    buf_add(&q->text, name);
    buf_byte(&q->text, '"');
}

void sql_column(struct sql *q, const char *alias, str name)
{
    if (alias && *alias) {
        buf_addz(&q->text, alias);
        buf_byte(&q->text, '.');
    }
    sql_name(q, name);
}

void sql_value(struct sql *q, value v, int storage)
{
    static const char *const types[] = {
        [STORE_BOOL] = "boolean", [STORE_INT] = "bigint", [STORE_REAL] = "double precision",
        [STORE_TEXT] = "text",    [STORE_JSON] = "text",
    };
    *VEC_PUSH(q->arena, q->params) = v;
    buf_printf(&q->text, "CAST($%zu AS %s)", q->params.n, types[storage]);
}

err_t sql_check(const struct sql *q)
{
    return q->text.full || q->params.n > LIMIT_SQL_PARAMS ? ERR_LIMIT : OK;
}
