/* Days with the year last: which of the first two numbers is the month is the writer's secret, but
 * one column has one order. */
#include "core/import_internal.h"

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

enum import_date_order import_date_order_of(const struct import_column *column)
{
    enum import_date_order order = DATES_PLAIN;
    for (size_t i = 0; i < column->samples.n; i++) {
        int v[3];
        size_t length;
        if (!year_last(column->samples.at[i], v, &length))
            continue;
        if (v[0] > 12)
            return DATES_DAY_FIRST;
        order = DATES_MONTH_FIRST;
    }
    return order;
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

str import_date_text(struct arena *arena, enum import_date_order order, str text)
{
    int v[3];
    size_t length;
    if (order == DATES_PLAIN || !year_last(text, v, &length))
        return text;
    bool day_first = v[0] > 12 || (order == DATES_DAY_FIRST && v[1] <= 12);
    str rest = str_cut(text, length, text.n);
    return arena_printf(arena, "%04d-%02d-%02d" STR_FMT, v[2], day_first ? v[1] : v[0],
                        day_first ? v[0] : v[1], STR_ARG(rest));
}
