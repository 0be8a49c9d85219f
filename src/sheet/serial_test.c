#include "base/clock.h"
#include "base/test.h"
#include "sheet/serial.h"

TEST(serial_tells_dates_by_format_code)
{
    static const struct {
        const char *code;
        enum serial_kind kind;
    } cases[] = {
        {"General", SERIAL_NONE},
        {"G/通用格式", SERIAL_NONE},
        {"0.00E+00", SERIAL_NONE},
        {"#,##0.00;[Red]-#,##0.00", SERIAL_NONE},
        {"\"¥\"#,##0.00", SERIAL_NONE},
        {"@", SERIAL_NONE},
        {"0\"days\"", SERIAL_NONE},
        {"0\\d", SERIAL_NONE},
        {"[h]:mm:ss", SERIAL_NONE},
        {"[mm]:ss", SERIAL_NONE},
        {"yyyy-mm-dd", SERIAL_DATE},
        {"[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", SERIAL_DATE},
        {"[$-804]yyyy\"年\"m\"月\"d\"日\";@", SERIAL_DATE},
        {"m\"月\"d\"日\"", SERIAL_DATE},
        {"mmm-yy", SERIAL_DATE},
        {"[Magenta]yyyy/m/d", SERIAL_DATE},
        {"yyyy/m/d h:mm", SERIAL_DATE_TIME},
        {"m/d/yy h:mm AM/PM", SERIAL_DATE_TIME},
        {"yyyy-mm-dd hh:mm:ss.000", SERIAL_DATE_TIME},
        {"h:mm", SERIAL_TIME},
        {"上午/下午h\"时\"mm\"分\"", SERIAL_TIME},
        {"", SERIAL_NONE},
        {"\"unclosed yyyy", SERIAL_NONE},
        {"[unclosed yyyy", SERIAL_NONE},
        {"yyyy\\", SERIAL_DATE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (serial_of_code(str_from(cases[i].code)) != cases[i].kind)
            fail_msg("%s", cases[i].code);
    }
    assert_int_equal(serial_of_builtin(14), SERIAL_DATE);
    assert_int_equal(serial_of_builtin(22), SERIAL_DATE_TIME);
    assert_int_equal(serial_of_builtin(20), SERIAL_TIME);
    assert_int_equal(serial_of_builtin(31), SERIAL_DATE);
    assert_int_equal(serial_of_builtin(46), SERIAL_NONE);
    assert_int_equal(serial_of_builtin(4), SERIAL_NONE);
}

TEST(serial_counts_as_excel_does)
{
    int64_t day, in_day, want;
    assert_true(serial_to_day(1, false, &day, &in_day));
    assert_int_equal(day, civil_to_day((struct civil){1900, 1, 1}));
    assert_true(serial_to_day(2958465, false, &day, &in_day));
    assert_int_equal(day, civil_to_day((struct civil){9999, 12, 31}));
    assert_false(serial_to_day(2958466, false, &day, &in_day));
    assert_false(serial_to_day(2958465.9999999999, false, &day, &in_day));
    assert_true(serial_to_day(2957003, true, &day, &in_day));
    assert_int_equal(day, civil_to_day((struct civil){9999, 12, 31}));
    assert_false(serial_to_day(2957004, true, &day, &in_day));
    assert_false(serial_to_day(0.5, false, &day, &in_day));
    assert_false(serial_to_day(-1, true, &day, &in_day));
    want = civil_to_day((struct civil){2024, 3, 5});
    assert_true(serial_to_day(45356.9999999999, false, &day, &in_day));
    assert_int_equal(day, want + 1);
    assert_int_equal(in_day, 0);
    for (int64_t second = 0; second < 86400; second += 7) {
        int64_t at = want * CLOCK_DAY + second * CLOCK_SECOND;
        assert_true(serial_to_day(serial_from_instant(at), false, &day, &in_day));
        assert_true(day * CLOCK_DAY + in_day == at);
    }
}
