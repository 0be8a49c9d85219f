#include "model/query_quality.h"

bool field_is_contact(const struct field *f)
{
    return field_stored(f) && (str_eqz(f->identity, "phone") || str_eqz(f->identity, "email") ||
                               str_eqz(f->identity, "wechat"));
}

int64_t object_expected(const struct object *o)
{
    int64_t n = 0;
    for (size_t i = 0; i < o->field_count; i++)
        n += o->fields[i]->expected && field_stored(o->fields[i]);
    return n;
}

static void filled(const struct field *f, struct sql *q)
{
    for (unsigned p = 0; p < f->column_count; p++) {
        sql_add(q, p ? " OR " : "");
        sql_column(q, "t", field_column(f, p)->name);
        sql_add(q, " IS NOT NULL");
    }
}

static void valid(const struct object *o, struct sql *q)
{
    bool any = false;
    sql_add(q, ", COALESCE(SUM(CASE WHEN ");
    for (size_t i = 0; i < o->field_count; i++) {
        if (!field_is_contact(o->fields[i]))
            continue;
        sql_add(q, any ? " OR " : "");
        filled(o->fields[i], q);
        any = true;
    }
    sql_add(q, any ? " THEN 1 ELSE 0 END), 0)" : "TRUE THEN 1 ELSE 0 END), 0)");
}

static void complete(const struct object *o, struct sql *q)
{
    sql_add(q, ", COALESCE(SUM(0");
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (!f->expected || !field_stored(f))
            continue;
        sql_add(q, " + CASE WHEN ");
        filled(f, q);
        sql_add(q, " THEN 1 ELSE 0 END");
    }
    sql_add(q, "), 0)");
}

err_t query_quality(const struct object *o,
                    const struct field *group,
                    const struct condition *scope,
                    const struct condition_env *env,
                    struct sql *q)
{
    str name = field_column(group, 0)->name;
    sql_add(q, "SELECT CAST(");
    sql_column(q, "t", name);
    sql_add(q, " AS text), COUNT(*)");
    valid(o, q);
    complete(o, q);
    sql_add(q, " FROM ");
    sql_name(q, o->name);
    sql_add(q, " t WHERE t.\"deleted_at\" IS NULL");
    if (scope) {
        sql_add(q, " AND ");
        TRY(condition_sql(scope, env, "t", q));
    }
    sql_add(q, " GROUP BY ");
    sql_column(q, "t", name);
    sql_add(q, " ORDER BY 2 DESC, 1");
    return sql_check(q);
}
