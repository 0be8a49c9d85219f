/* condition_emitter: what the files condition_sql*.c share: a condition being written as SQL. */
#pragma once

#include "model/condition_node.h"

enum { LIST_INLINE = 8 }; /* longer lists are one parameter */

struct emitter {
    const struct condition_env *env;
    struct sql *sql;
};

struct target {
    const char *alias;
    str column;
    enum storage storage;
};

void add_target(const struct emitter *, const struct target *);
void add_compared(const struct emitter *, const struct target *, const char *sign, value);
void add_span(const struct emitter *, const struct target *, struct span);
void add_in(const struct emitter *, const struct target *, const struct leaf *);
/* True, false, or NULL when the cell is NULL. */
void add_cell_test(const struct emitter *, const struct target *, const struct leaf *);
