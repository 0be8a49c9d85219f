/* sql_named: every statement of every .sql file of the source tree (tools/sqlgen), so that one test
 * can prepare them all on both databases. Code uses the constants of sql_<room>.h instead. */
#pragma once

#include "base/str.h"

struct sql_named {
    const char *name; /* "user_find" */
    str text;
    const char *file; /* "src/core/user.sql" */
    int line;         /* of its name */
    bool across;      /* may touch many customers: it fans out on a distributed database */
};
extern const struct sql_named sql_named[];
extern const size_t sql_named_count;
