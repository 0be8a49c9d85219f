/* divisions: provinces, cities and districts of China by name. Private to this room. */
#pragma once

#include "text/tables.h"
#include "text/text.h"

str division_name(const struct table_division *);
/* The division of this code, NULL when there is none. */
const struct table_division *division_by_code(uint32_t code);
/* The divisions whose names begin with the first character of the folded text: [*first, *first +
 * n). */
size_t division_list(str folded, const struct table_division **first);
/* How many bytes of the folded text its name takes at the beginning: in full, or without 省, 市, 区
 * and the like; 0 when it does not stand there. */
size_t division_match(const struct table_division *, str folded);
/* Bytes of the name without its kind (杭州 of 杭州市); the whole name where nothing would be left.
 */
size_t division_stem(str name);
