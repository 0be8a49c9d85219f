/* region: the country whose phone numbers are meant where none is written, ISO 3166 in two letters.
 */
#pragma once

#include "core/app.h"

/* As the enterprise was set to, or as its time zone and base currency say; CN where they say
 * nothing sure. */
str region_of_phones(struct app *, struct arena *);
