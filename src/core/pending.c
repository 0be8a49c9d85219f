#include "core/change.h"
__attribute__((weak)) void log_readers_wake(struct app *a)
{
    (void)a;
}
