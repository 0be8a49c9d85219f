/* message: sentences for people, by key and language, from messages/<lang>.json (embedded).
 * A sentence may hold {0} {1} {2}. A key without a sentence in any language gives the key; a test
 * holds the catalogues to the keys used. */
#pragma once

#include "base/lang.h"
#include "base/problem.h"

str message_get(enum lang, str key);
str message_format(struct arena *, enum lang, str key, const str *args, size_t n);
str message_of_problem(struct arena *, enum lang, const struct problem *);
