/* Days with the year last: which of the first two numbers is the month is the writer's secret, but
 * one column has one order. */
#include "core/import_reading.h"

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "12/8/2026", "12.8.2026 10:30"; false: something else. */
static bool year_last(str s, int out[3], size_t *length)
{
    size_t at = 0;
    for (size_t part = 0; part < 3; part++) {
        size_t from = at, most = part == 2 ? 4 : 2;
        out[part] = 0;
        while (at < s.n && digit(s.p[at]) && at - from < most)
            out[part] = out[part] * 10 + (s.p[at++] - '0');
        bool separator = at < s.n && (s.p[at] == '/' || s.p[at] == '.' || s.p[at] == '-');
        if (at == from || (part == 2 ? at - from != 4 || (at < s.n && digit(s.p[at])) : !separator))
            return false;
        at += part < 2;
    }
    *length = at;
    return true;
}

void import_date_see(enum import_date_order *order, str text)
{
    int v[3];
    size_t length;
    if (!year_last(text, v, &length) || v[0] == v[1])
        return;
    if (v[0] > 12)
        *order = DATES_DAY_FIRST;
    else if (*order == DATES_PLAIN)
        *order = DATES_MONTH_FIRST;
}

enum import_date_order import_date_order_named(str name)
{
    return str_eqz(name, "mdy")   ? DATES_MONTH_FIRST
           : str_eqz(name, "dmy") ? DATES_DAY_FIRST
                                  : DATES_PLAIN;
}

const char *import_date_order_name(enum import_date_order order)
{
    static const char *const names[] = {NULL, "mdy", "dmy"};
    return names[order];
}

static void tell(struct import_reading *r, const char *code, str text, str day)
{
    import_lost(r->ctx, r->line, code, text);
    struct import_problem *own = &r->line->problems.at[r->line->problems.n - 1];
    own->column = r->column->index;
    own->value = text;
    own->problem.args[1] = day;
}

str import_date_take(struct import_reading *r, str text)
{
    int v[3];
    size_t length;
    if (!r->column || !year_last(text, v, &length))
        return text;
    enum import_date_order order = r->column->date_order;
    bool may_month = v[0] <= 12 && v[1] <= 31, may_day = v[1] <= 12 && v[0] <= 31;
    if (!may_month && !may_day)
        return text;
    bool day_first = !may_month || (may_day && order == DATES_DAY_FIRST);
    str day = arena_printf(r->ctx->arena, "%04d-%02d-%02d", v[2], day_first ? v[1] : v[0],
                           day_first ? v[0] : v[1]);
    if (order == DATES_PLAIN && may_month && may_day && v[0] != v[1]) {
        r->column->unordered = true;
        tell(r, "import_date_guess", text, day);
    } else if (order != DATES_PLAIN && day_first != (order == DATES_DAY_FIRST)) {
        tell(r, "import_date_order", text, day);
    }
    r->column->day_first = r->column->day_first || !may_month;
    return arena_concat(r->ctx->arena, day, str_cut(text, length, text.n));
}

void import_date_settle(const struct import_map *map, json_t *columns, bool *set, bool *other)
{
    *set = *other = false;
    for (size_t i = 0; i < map->count; i++) {
        const struct import_column *col = &map->columns[i];
        enum import_date_order order = col->day_first ? DATES_DAY_FIRST : DATES_MONTH_FIRST;
        if (!col->unordered)
            continue;
        json_object_set_new(json_array_get(columns, i), "date_order",
                            json_string(import_date_order_name(order)));
        *set = true;
        *other = *other || col->day_first;
    }
}
