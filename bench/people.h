/* people: customers as a Chinese company has them, the same for the same number: surnames and the
 * characters of given names in about their real frequencies, so that 王 is as frequent as it is. */
#pragma once

#include "base/json.h"

/* The body of a create. */
json_t *people_customer(struct arena *, uint64_t n);
