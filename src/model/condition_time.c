/* Durations and calendar words, turned into constants before any record is looked at. */
#include "model/condition_node.h"

enum { MOST_DAYS = 36600 };

static const struct {
    const char *name;
    enum moment_unit unit;
    int offset;
} words[] = {
    {"today", MOMENT_DAYS, 0},           {"yesterday", MOMENT_DAYS, -1},
    {"tomorrow", MOMENT_DAYS, 1},        {"thisWeek", MOMENT_WEEK, 0},
    {"lastWeek", MOMENT_WEEK, -1},       {"nextWeek", MOMENT_WEEK, 1},
    {"thisMonth", MOMENT_MONTH, 0},      {"lastMonth", MOMENT_MONTH, -1},
    {"nextMonth", MOMENT_MONTH, 1},      {"thisQuarter", MOMENT_QUARTER, 0},
    {"lastQuarter", MOMENT_QUARTER, -1}, {"thisYear", MOMENT_YEAR, 0},
    {"lastYear", MOMENT_YEAR, -1},
};

static bool duration_parse(str text, struct moment *out)
{
    struct moment m = {0};
    if (str_starts(text, S("+"))) {
        m.ahead = true;
        text = str_cut(text, 1, text.n);
    }
    if (text.n < 2 || text.p[0] < '1' || text.p[0] > '9')
        return false;
    int64_t number;
    if (str_to_int(str_cut(text, 0, text.n - 1), &number) != OK)
        return false;
    int64_t most = MOST_DAYS, scale = 1;
    switch (text.p[text.n - 1]) {
    case 'd':
        m.unit = MOMENT_DAYS;
        break;
    case 'w':
        m.unit = MOMENT_DAYS;
        scale = 7;
        break;
    case 'h':
        m.unit = MOMENT_MINUTES;
        most *= 24 * 60;
        scale = 60;
        break;
    case 'm':
        m.unit = MOMENT_MINUTES;
        most *= 24 * 60;
        break;
    default:
        return false;
    }
    if (number > most / scale)
        return false;
    m.amount = number * scale;
    *out = m;
    return true;
}

bool moment_parse(str text, struct moment *out)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(text, words[i].name)) {
            *out = (struct moment){.word = true, .unit = words[i].unit, .amount = words[i].offset};
            return true;
        }
    return duration_parse(text, out);
}

static int64_t local_today(const struct condition_env *env)
{
    if (env->zone)
        return zone_day(env->zone, env->now);
    return env->now / CLOCK_DAY - (env->now % CLOCK_DAY < 0);
}

static int64_t day_start(const struct condition_env *env, int64_t day)
{
    return env->zone ? zone_day_start(env->zone, day) : day * CLOCK_DAY;
}

/* The first day of the month that lies `offset` months from the day's. */
static int64_t month_start(int64_t day, int offset)
{
    struct civil c = civil_from_day(day);
    int months = c.year * 12 + c.month - 1 + offset;
    return civil_to_day((struct civil){months / 12, months % 12 + 1, 1});
}

/* The days of a calendar word. */
static struct span word_days(const struct moment *m, int64_t today)
{
    int offset = (int)m->amount, month = civil_from_day(today).month - 1;
    switch (m->unit) {
    case MOMENT_WEEK: {
        int64_t weekday = ((today + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        int64_t monday = today - weekday + 7 * offset;
        return (struct span){monday, monday + 6};
    }
    case MOMENT_MONTH:
        return (struct span){month_start(today, offset), month_start(today, offset + 1) - 1};
    case MOMENT_QUARTER: {
        int first = 3 * offset - month % 3;
        return (struct span){month_start(today, first), month_start(today, first + 3) - 1};
    }
    case MOMENT_YEAR: {
        int first = 12 * offset - month;
        return (struct span){month_start(today, first), month_start(today, first + 12) - 1};
    }
    case MOMENT_DAYS:
    case MOMENT_MINUTES:
        break;
    }
    return (struct span){today + offset, today + offset};
}

static struct span days_as(struct span days, const struct condition_env *env, enum kind kind)
{
    if (kind == KIND_DATE)
        return days;
    return (struct span){day_start(env, days.low), day_start(env, days.high + 1) - 1};
}

struct span moment_within(const struct moment *m, const struct condition_env *env, enum kind kind)
{
    int64_t today = local_today(env);
    if (m->word)
        return days_as(word_days(m, today), env, kind);
    if (m->unit == MOMENT_MINUTES) {
        int64_t length = m->amount * CLOCK_MINUTE;
        return m->ahead ? (struct span){env->now, env->now + length}
                        : (struct span){env->now - length, env->now};
    }
    if (m->ahead) {
        struct span s = days_as((struct span){today, today + m->amount}, env, kind);
        if (kind == KIND_INSTANT)
            s.low = env->now;
        return s;
    }
    struct span s = days_as((struct span){today - m->amount + 1, today}, env, kind);
    if (kind == KIND_INSTANT)
        s.high = env->now;
    return s;
}

struct span moment_older(const struct moment *m, const struct condition_env *env, enum kind kind)
{
    return (struct span){INT64_MIN, moment_within(m, env, kind).low - 1};
}

struct span operand_span(const struct operand *o, const struct condition_env *env)
{
    if (o->day)
        return days_as((struct span){o->v.i, o->v.i}, env, KIND_INSTANT);
    return (struct span){o->v.i, o->v.i};
}

struct span leaf_span(const struct leaf *leaf, const struct condition_env *env)
{
    if (leaf->test == TEST_OLDER)
        return moment_older(&leaf->moment, env, leaf->path.kind);
    if (leaf->test == TEST_WITHIN)
        return moment_within(&leaf->moment, env, leaf->path.kind);
    struct span s = operand_span(&leaf->operands[0], env);
    switch (leaf->test) {
    case TEST_LT:
        return (struct span){INT64_MIN, s.low - 1};
    case TEST_LE:
        return (struct span){INT64_MIN, s.high};
    case TEST_GT:
        return (struct span){s.high + 1, INT64_MAX};
    case TEST_GE:
        return (struct span){s.low, INT64_MAX};
    case TEST_BETWEEN:
        return (struct span){s.low, operand_span(&leaf->operands[1], env).high};
    default:
        return s;
    }
}
