/* clock: what time it is. Everything asks here and nowhere else, so that tests can stand still.
 * Instants are microseconds since 1970-01-01T00:00:00Z; days are whole days since that date. */
#pragma once

#include "base/str.h"

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR (60 * CLOCK_MINUTE)
#define CLOCK_DAY (24 * CLOCK_HOUR)

int64_t clock_now(void);
int64_t clock_monotonic(void); /* microseconds, for measuring; never affected by clock_set */
/* For tests and the demo: clock_now() returns `at` and then runs on from there; 0 = real time. */
void clock_set(int64_t at);

struct civil {
    int year, month, day; /* month and day from 1 */
};
int64_t civil_to_day(struct civil);
struct civil civil_from_day(int64_t day);
bool civil_valid(struct civil); /* years 1 to 9999 */

/* "2026-11-21" to a day. ERR_INVALID for anything else. */
err_t day_parse(str s, int64_t *day) MUST_USE;
/* RFC 3339 with zone ("2026-11-21T14:03:00.5+08:00", "…Z") to an instant. ERR_INVALID otherwise. */
err_t instant_parse(str s, int64_t *at) MUST_USE;
enum { DAY_CHARS = 10, INSTANT_CHARS = 27 };
/* Writes "2026-11-21"; returns its length. */
size_t day_format(int64_t day, char out[static DAY_CHARS + 1]);
/* Writes "2026-11-21T06:03:00Z" or with six digits of fraction when there is one. */
size_t instant_format(int64_t at, char out[static INSTANT_CHARS + 1]);

/* A time zone by its IANA name ("Asia/Shanghai"), loaded from the system's tzdata and cached for
 * the life of the process. NULL when there is no such zone. Threads may share it. */
struct zone;
const struct zone *zone_find(str name);
/* Seconds east of UTC at the instant. */
int zone_offset(const struct zone *, int64_t at);
int64_t zone_day(const struct zone *, int64_t at);        /* the local day of the instant */
int64_t zone_day_start(const struct zone *, int64_t day); /* the instant the local day begins */
