/* json_place: where in a text a JSON pointer's value stands, for messages about definitions. */
#pragma once

#include "base/str.h"

/* The line (from 1) of the value at pointer, or of its nearest existing ancestor. text is valid
 * JSON. */
size_t json_line(str text, str pointer);
/* Is there a value at pointer? */
bool json_has(str text, str pointer);
