/* bare: what the same rows cost without us: a libmicrohttpd handler that runs one SELECT and writes
 * its cells as JSON; and plain inserts. */
#pragma once

#include "db/db.h"

struct bare;
/* "/one/ID" and "/page": the statements take the id, and nothing. */
struct bare *bare_start(struct db *, str one_sql, str page_sql);
unsigned bare_port(const struct bare *);
void bare_stop(struct bare *);
