/* serial: Excel's dates, which are numbers whose format has letters of a date. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum serial_kind { SERIAL_NONE, SERIAL_DATE, SERIAL_DATE_TIME, SERIAL_TIME };

/* What a number format shows: built in by its id, custom by its code ("yyyy-mm-dd hh:mm"). Elapsed
 * time ([h]:mm) is a number, not a date. */
enum serial_kind serial_of_builtin(unsigned id);
enum serial_kind serial_of_code(str code);

/* Whether the number is a date in years 1900 to 9999; then its day since 1970 and the microseconds
 * in that day, rounded to a millisecond. since_1904: the workbook's date system. */
bool serial_to_day(double serial, bool since_1904, int64_t *day, int64_t *in_day);
double serial_from_instant(int64_t at);
