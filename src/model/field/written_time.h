/* written_time: a day, with or without a time of day, as people write it: 2024-03-05, 2024/3/5,
 * 2024.3.5, 2024年3月5日 下午2点半, 20240305, 3/5/2024 (month first), 13/5/2024 (day first, as no
 * month is 13), "5 May 2026", "3/25/2026 2:30 PM". */
#pragma once

#include "base/clock.h"

struct written_time {
    int64_t day;
    int seconds;   /* of that day; 0 without a time */
    bool half_day; /* "下午" and no hour */
    bool has_east;
    int east; /* of UTC, in seconds */
};
/* False where anything in the text is not understood. */
bool written_time_read(str text, struct written_time *out);
