#include "sheet/serial.h"

#include <math.h>

#include "base/clock.h"

enum {
    DAY_OF_SERIAL_0 = -25569,      /* 1899-12-30, which makes days from 1900-03-01 right */
    DAY_OF_SERIAL_0_1904 = -24107, /* 1904-01-01 */
    FALSE_LEAP_DAY = 60,           /* Excel believes in 1900-02-29 */
    LAST_SERIAL = 2958465          /* 9999-12-31 */
};

enum serial_kind serial_of_builtin(unsigned id)
{
    if (id == 22)
        return SERIAL_DATE_TIME;
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47 || id == 55 ||
        id == 56)
        return SERIAL_TIME;
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
        return SERIAL_DATE;
    return SERIAL_NONE;
}

static bool is_one_of(char c, const char *set)
{
    for (; *set; set++)
        if (c == *set)
            return true;
    return false;
}

/* The length of what stands at code and is not a letter of a date: "text", \x, _x, *x, [Red],
 * General, AM/PM, E+. *elapsed when it is [h], [mm] or [s]. */
static size_t skip_literal(str code, bool *elapsed)
{
    char c = code.p[0];
    if (c == '"' || c == '[') {
        str inside = str_cut(code, 1, code.n);
        size_t close = str_find_byte(inside, c == '"' ? '"' : ']');
        if (close == SIZE_MAX)
            return code.n;
        size_t letters = 0;
        while (letters < close && is_one_of(inside.p[letters], "hHmMsS"))
            letters++;
        if (c == '[' && close > 0 && letters == close)
            *elapsed = true;
        return close + 2;
    }
    if (is_one_of(c, "\\_*"))
        return code.n > 1 ? 2 : 1;
    static const str words[] = {S("General"), S("AM/PM"), S("A/P"),
                                S("E+"),      S("E-"),    S("G/通用格式")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_ieq_ascii(str_cut(code, 0, words[i].n), words[i]))
            return words[i].n;
    }
    return 0;
}

enum serial_kind serial_of_code(str code)
{
    bool date = false, time = false, month_or_minute = false, elapsed = false;
    while (code.n && code.p[0] != ';') {
        size_t skip = skip_literal(code, &elapsed);
        if (skip == 0) {
            char c = code.p[0];
            if (is_one_of(c, "#?%"))
                return SERIAL_NONE;
            date |= is_one_of(c, "yYdDeEgGbB");
            time |= is_one_of(c, "hHsS");
            month_or_minute |= is_one_of(c, "mM");
            skip = 1;
        }
        code = str_cut(code, skip, code.n);
    }
    if (elapsed)
        return SERIAL_NONE;
    if (month_or_minute && !time)
        date = true;
    if (date)
        return time ? SERIAL_DATE_TIME : SERIAL_DATE;
    return time ? SERIAL_TIME : SERIAL_NONE;
}

bool serial_to_day(double serial, bool since_1904, int64_t *day, int64_t *in_day)
{
    if (!(serial >= (since_1904 ? 0 : 1) && serial < LAST_SERIAL + 1))
        return false;
    double whole = floor(serial);
    int64_t milliseconds = llround((serial - whole) * 86400000);
    int64_t days = (int64_t)whole + milliseconds / 86400000;
    if (days > LAST_SERIAL - (since_1904 ? DAY_OF_SERIAL_0_1904 - DAY_OF_SERIAL_0 : 0))
        return false;
    if (since_1904)
        days += DAY_OF_SERIAL_0_1904;
    else
        days += DAY_OF_SERIAL_0 + (days < FALSE_LEAP_DAY);
    *day = days;
    *in_day = milliseconds % 86400000 * 1000;
    return true;
}

double serial_from_instant(int64_t at)
{
    return (double)at / (double)CLOCK_DAY - DAY_OF_SERIAL_0;
}
