#include "api/rate.h"
#include "base/test.h"

TEST(rate_lets_a_minutes_share_through_and_then_waits)
{
    unsigned wait;
    size_t allowed = 0;
    while (allowed < 10000 && rate_allow(42, &wait))
        allowed++;
    assert_in_range(allowed, 600, 620);
    assert_int_equal(wait, 1);
    assert_true(rate_allow(43, &wait));
}
