#include "base/log.h"
#include "core/job_internal.h"
#include "sql_core.h"

/* "10m" to microseconds; 0 = cannot be read. */
static int64_t interval(str s)
{
    int64_t n;
    if (s.n < 2 || str_to_int(str_cut(s, 0, s.n - 1), &n) != OK || n < 1 || n > 1000)
        return 0;
    switch (s.p[s.n - 1]) {
    case 's':
        return n * CLOCK_SECOND;
    case 'm':
        return n * CLOCK_MINUTE;
    case 'h':
        return n * CLOCK_HOUR;
    default:
        return 0;
    }
}

/* "03:10" to minutes of the day; -1 = cannot be read. */
static int64_t minutes_of_day(str s)
{
    int64_t hour, minute;
    if (s.n != 5 || s.p[2] != ':' || str_to_int(str_cut(s, 0, 2), &hour) != OK ||
        str_to_int(str_cut(s, 3, 5), &minute) != OK || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59)
        return -1;
    return hour * 60 + minute;
}

/* The instant at which clocks show this minute of the day, also on the days they are changed. */
static int64_t at_minute(const struct zone *zone, int64_t day, int64_t minute)
{
    int64_t start = zone_day_start(zone, day), at = start + minute * CLOCK_MINUTE;
    return at + (zone_offset(zone, start) - zone_offset(zone, at)) * CLOCK_SECOND;
}

err_t job_schedule_next(const char *schedule, const struct zone *zone, int64_t now, int64_t *next)
{
    str s = str_from(schedule);
    int64_t every = str_eqz(s, "hourly")         ? CLOCK_HOUR
                    : str_starts(s, S("every ")) ? interval(str_cut(s, 6, s.n))
                                                 : 0;
    if (every) {
        *next = (now / every + 1) * every;
        return OK;
    }
    int64_t minute = str_starts(s, S("daily ")) ? minutes_of_day(str_cut(s, 6, s.n)) : -1;
    if (minute < 0)
        return ERR_INVALID;
    int64_t day = zone_day(zone, now);
    do
        *next = at_minute(zone, day++, minute);
    while (*next <= now);
    return OK;
}

struct turn {
    const struct job_kind *kind;
    int64_t was, next; /* was 0: not in the table yet */
    bool due;
};

static err_t turn_work(struct ctx *c, void *arg)
{
    const struct turn *t = arg;
    int64_t changed, id;
    value name = V_TEXT(str_from(t->kind->name));
    if (!t->was)
        return db_run(c->conn, SQL_SCHEDULE_ADD, (value[]){name, V_INT(t->next)}, 2, NULL);
    TRY(db_run(c->conn, SQL_SCHEDULE_MOVE, (value[]){name, V_INT(t->was), V_INT(t->next)}, 3,
               &changed));
    if (!changed || !t->due)
        return OK;
    str key = arena_printf(c->arena, "schedule:%s", t->kind->name);
    return job_enqueue(c, t->kind->name, NULL, key.p, 0, &id);
}

static err_t read_schedules(struct ctx *c, struct map *at)
{
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_SCHEDULE_ALL, NULL, 0, &rows));
    while (db_next(rows)) {
        int64_t *next = ARENA_NEW(c->arena, int64_t);
        *next = db_int(rows, 1);
        map_put(c->arena, at, arena_str(c->arena, db_text(rows, 0)), next);
    }
    return db_rows_error(rows);
}

err_t job_schedule_tick(struct ctx *c)
{
    struct map at = {0};
    int64_t now = clock_now();
    TRY(read_schedules(c, &at));
    for (const struct job_kind *k = job_kind_first(); k; k = k->next) {
        if (!k->schedule)
            continue;
        const int64_t *was = map_get(&at, str_from(k->name));
        struct turn t = {.kind = k, .was = was ? *was : 0, .due = was && *was <= now};
        if (job_schedule_next(k->schedule, c->zone, now, &t.next) != OK)
            return FAULT_DETAIL("unreadable schedule of a job", str_from(k->schedule));
        /* A kind whose schedule was made tighter does not wait for the old turn. */
        if (!was || t.due || t.next < t.was)
            TRY(ctx_transact(c, turn_work, &t));
    }
    return OK;
}
