#include "model/field/written_time.h"

#include <stdio.h>

#include "base/test.h"

static void assert_read(const char *text, const char *wanted)
{
    struct written_time t;
    char got[40] = "nothing", day[DAY_CHARS + 1];
    if (written_time_read(str_from(text), &t)) {
        day_format(t.day, day);
        snprintf(got, sizeof got, "%s %02d:%02d:%02d", day, t.seconds / 3600, t.seconds / 60 % 60,
                 t.seconds % 60);
    }
    if (strcmp(got, wanted) != 0)
        fail_msg("%s is %s, not %s", text, got, wanted);
}

TEST(written_time_knows_the_ways_to_write_a_day)
{
    static const char *const same[] = {
        "2024-03-05",     "2024/3/5",         "2024.3.5",          "2024年3月5日",
        "2024年03月05号", "20240305",         "3/5/2024",          "2024-03-05T00:00:00Z",
        "5 Mar 2024",     "March 5th, 2024",  "Mar. 5, 2024",      "Tue, 5 March 2024",
        "2024 3 5",       "2024-3-5（周二）", "2024/3/5 星期二",   "2024-03-05 00:00:00.000",
        "2024年3月5號",   "2024-3-5 0:00",    "2024/3/5 12:00 AM", "2024-3-5 凌晨12点",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_read(same[i], "2024-03-05 00:00:00");
    assert_read("13/5/2024", "2024-05-13 00:00:00");
    assert_read("2024年2月30日", "nothing");
    assert_read("3月5日", "nothing");
}

TEST(written_time_knows_the_halves_of_the_day)
{
    static const char *const same[] = {
        "2024/3/5 下午2:30",
        "2024年3月5日下午2点半",
        "2024年3月5日 下午2點30分",
        "2024-3-5 下午 02:30:00",
        "3/5/2024 2:30 PM",
        "2024/3/5 PM 2:30",
        "2024-03-05 2:30p.m.",
        "2024-03-05 14:30",
        "2024年3月5日14时30分00秒",
        "2024/3/5 下午 14:30",
        "2024年3月5日（星期二）下午2：30",
        "20240305 14:30",
        "Tue Mar 5 2024 2:30:00 pm",
        "下午2:30 2024/3/5",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_read(same[i], "2024-03-05 14:30:00");
    assert_read("2024/3/5 上午9点", "2024-03-05 09:00:00");
    assert_read("2024/3/5 晚上8点", "2024-03-05 20:00:00");
    assert_read("2024/3/5 中午12点", "2024-03-05 12:00:00");
    assert_read("2024/3/5 中午1点", "2024-03-05 13:00:00");
    assert_read("2024/3/5 凌晨2:05", "2024-03-05 02:05:00");
    assert_read("2024/3/5 12:15 AM", "2024-03-05 00:15:00");
    assert_read("2024/3/5 12:15 PM", "2024-03-05 12:15:00");
    assert_read("2024/3/5 2 pm", "2024-03-05 14:00:00");
    assert_read("2024/3/5 下午2", "2024-03-05 14:00:00");
}

TEST(written_time_reads_nothing_half)
{
    static const char *const none[] = {
        "2024/3/5 上午14:30",
        "2024/3/5 晚上12点",
        "2024/3/5 25:00",
        "2024/3/5 14:61",
        "农历2024年3月5日",
        "2024/3/5或3/6",
        "2024/3/5-3/7",
        "2024/3/5 9:00-10:00",
        "约2024年3月5日",
        "2024/3/5 14:30 见面",
        "2024/3/5 半夜2点",
        "2024/3/5 14",
        "Marketing 5, 2024",
        "2024/3/5 am pm 2:30",
        "2024/3/5 2:30 XM",
        "",
        "2024/3/5 上午 下午 2:30",
        "2024/3/5 14:30:00:00",
        "2024-03-05 14:30:00-99:00",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_read(none[i], "nothing");
}

TEST(written_time_keeps_what_is_east_and_the_half_day)
{
    struct written_time t;
    assert_true(written_time_read(S("2024-03-05 14:30:00 +0800"), &t));
    assert_true(t.has_east && t.east == 8 * 3600);
    assert_true(written_time_read(S("Tue Mar 05 2024 14:30:00 GMT-3"), &t));
    assert_true(t.has_east && t.east == -3 * 3600);
    assert_true(written_time_read(S("2024-03-05 14:30"), &t));
    assert_false(t.has_east);
    assert_true(written_time_read(S("2024/3/5 下午"), &t));
    assert_true(t.half_day);
}
