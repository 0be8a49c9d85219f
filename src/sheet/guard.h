/* guard: texts that a spreadsheet would run as a formula (security O3). */
#pragma once

#include "base/str.h"

/* Whether a csv cell with this text is written with a leading '. Texts that already look guarded
 * are guarded once more, so that reading gives back exactly what was written. */
bool guard_needed(str text);
/* Takes the ' off a guarded text. */
str guard_remove(str text);
