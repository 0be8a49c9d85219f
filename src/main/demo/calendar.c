#include <math.h>

#include "base/clock.h"
#include "main/demo/world.h"

/* First day of the lunar year and the full moon of the eighth month, 2021 to 2035. */
static const struct civil SPRING[] = {
    {2021, 2, 12}, {2022, 2, 1},  {2023, 1, 22}, {2024, 2, 10}, {2025, 1, 29},
    {2026, 2, 17}, {2027, 2, 6},  {2028, 1, 26}, {2029, 2, 13}, {2030, 2, 3},
    {2031, 1, 23}, {2032, 2, 11}, {2033, 1, 31}, {2034, 2, 19}, {2035, 2, 8},
};
static const struct civil AUTUMN[] = {
    {2021, 9, 21}, {2022, 9, 10}, {2023, 9, 29}, {2024, 9, 17}, {2025, 10, 6},
    {2026, 9, 25}, {2027, 9, 15}, {2028, 10, 3}, {2029, 9, 22}, {2030, 9, 12},
    {2031, 10, 1}, {2032, 9, 19}, {2033, 9, 8},  {2034, 9, 27}, {2035, 9, 16},
};
enum { FESTIVALS = sizeof SPRING / sizeof *SPRING, FAR = 400 };

int64_t local_instant(int64_t day, int minute)
{
    return day * CLOCK_DAY + minute * CLOCK_MINUTE - LOCAL_OFFSET_HOURS * CLOCK_HOUR;
}

int64_t local_day(int64_t at)
{
    return (at + LOCAL_OFFSET_HOURS * CLOCK_HOUR) / CLOCK_DAY;
}

static int64_t at_second(struct luck *dice, int64_t day, int minute)
{
    return local_instant(day, minute) + (int64_t)luck_below(dice, 60000) * 1000;
}

int64_t office_time(struct luck *dice, int64_t day)
{
    int minute = luck_chance(dice, 0.45) ? luck_range(dice, 9 * 60, 12 * 60)
                                         : luck_range(dice, 13 * 60 + 15, 18 * 60 + 30);
    return at_second(dice, day, minute);
}

int64_t shopping_time(struct luck *dice, int64_t day)
{
    double minute =
        luck_chance(dice, 0.6) ? luck_normal(dice, 21 * 60, 75) : luck_normal(dice, 13.5 * 60, 150);
    return at_second(dice, day, (int)fmin(fmax(minute, 7 * 60), 24 * 60 - 1));
}

static int days_to(const struct civil *feasts, int64_t day)
{
    for (int i = 0; i < FESTIVALS; i++) {
        int64_t feast = civil_to_day(feasts[i]);
        if (feast >= day)
            return (int)(feast - day);
    }
    return FAR;
}

int days_to_spring(int64_t day)
{
    return days_to(SPRING, day);
}

int days_to_autumn(int64_t day)
{
    return days_to(AUTUMN, day);
}

static bool just_after_spring(int64_t day, int days)
{
    return days_to_spring(day - days) < days;
}

/* How much consumers buy on the day, against an ordinary weekday. */
static double person_season(int64_t day)
{
    struct civil c = civil_from_day(day);
    int spring = days_to_spring(day), autumn = days_to_autumn(day);
    double s = (day + 3) % 7 >= 5 ? 1.15 : 1.0; /* day 0 was a Thursday */
    if (c.month == 11 && c.day <= 11)
        s *= c.day == 11 ? 5.0 : c.day <= 3 ? 3.0 : 1.8;
    else if (c.month == 6 && c.day <= 18)
        s *= c.day >= 16 ? 3.0 : 1.4;
    else if (c.month == 12 && c.day >= 10 && c.day <= 12)
        s *= 1.8;
    else if (c.month == 3 || c.month == 4)
        s *= 1.2; /* new tea */
    if (spring <= 3 || just_after_spring(day, 7))
        return s * 0.3;
    if (spring <= 35)
        s *= 1.9;
    if (autumn <= 25)
        s *= 1.5;
    return fmin(s, 5.0);
}

/* Companies buy gifts before the feasts and nothing in the holidays. */
static double company_season(int64_t day)
{
    struct civil c = civil_from_day(day);
    int spring = days_to_spring(day), autumn = days_to_autumn(day);
    if ((day + 3) % 7 >= 5 || spring <= 6 || just_after_spring(day, 9) ||
        (c.month == 10 && c.day <= 7) || (c.month == 5 && c.day <= 3))
        return 0.05;
    if (spring <= 55)
        return 3.0;
    if (autumn >= 8 && autumn <= 50)
        return 2.6;
    return c.month == 5 || c.month == 6 ? 1.2 : 0.9;
}

err_t calendar_make(struct demo *d)
{
    enum { MONTHS = 24, MIGRATION_DAYS = 12 };
    int64_t today = local_day(d->options->now);
    struct civil c = civil_from_day(today);
    if (c.year < 2023 || c.year > 2034)
        return ERR_INVALID;
    d->first_day = civil_to_day((struct civil){c.year - MONTHS / 12, c.month, 1});
    d->days = today - d->first_day + 1;
    d->start = local_instant(d->first_day, 0);
    size_t n = (size_t)d->days;
    d->person_season = ARENA_ARRAY(d->arena, double, n);
    d->company_season = ARENA_ARRAY(d->arena, double, n);
    d->arrivals = ARENA_ARRAY(d->arena, double, n);
    double sum = 0, migrated = 0.18;
    for (size_t i = 0; i < n; i++) {
        int64_t day = d->first_day + (int64_t)i;
        d->person_season[i] = person_season(day);
        d->company_season[i] = company_season(day);
        double growth = 1 + 0.8 * (double)i / (double)n;
        sum += growth * (0.55 + 0.45 * d->person_season[i]);
        d->arrivals[i] = sum;
    }
    for (size_t i = 0; i < n; i++) {
        double early = i < MIGRATION_DAYS ? ((double)i + 1) / MIGRATION_DAYS : 1;
        d->arrivals[i] = migrated * early + (1 - migrated) * d->arrivals[i] / sum;
    }
    return OK;
}
