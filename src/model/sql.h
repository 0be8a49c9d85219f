/* sql: a statement under construction. Names come from the model only, values only as parameters
 * (security I5). Only the room `model` composes SQL. */
#pragma once

#include "base/buf.h"
#include "base/value.h"
#include "base/vec.h"

struct sql {
    struct arena *arena;
    struct buf text; /* ceiling LIMIT_SQL_BYTES */
    VEC(value) params;
};
void sql_init(struct sql *, struct arena *);
void sql_done(struct sql *);
#define AUTO_SQL __attribute__((cleanup(sql_done))) struct sql
void sql_add(struct sql *, const char *z);
void sql_adds(struct sql *, str s);
/* A name of the model, quoted; aborts when it holds a quote. */
void sql_name(struct sql *, str name);
/* alias.name */
void sql_column(struct sql *, const char *alias, str name);
/* Adds a parameter and writes its $n, with a cast that gives it a type on both databases. */
void sql_value(struct sql *, value v, int storage /* enum storage */);
/* ERR_LIMIT when it outgrew its ceilings. */
err_t sql_check(const struct sql *) MUST_USE;
