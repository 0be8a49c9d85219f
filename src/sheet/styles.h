/* styles: which cells of an .xlsx are dates, by their style. */
#pragma once

#include "sheet/package.h"
#include "sheet/serial.h"

struct styles {
    enum serial_kind *kinds; /* by index of cellXfs */
    size_t n;
};

/* A package without styles has no dates. */
err_t styles_read(struct arena *,
                  struct package *,
                  const char *part,
                  struct problems *,
                  struct styles *) MUST_USE;
