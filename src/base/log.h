/* log: one JSON object a line on standard error.
 *
 * Say ids, counts, durations and codes; never names, phones, addresses, texts or tokens (security
 * C4). Control bytes are escaped. Thread-safe. */
#pragma once

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level least);
/* log_event(LOG_WARN, "job_failed", "job", LOG_INT(id), "kind", LOG_STR(kind), NULL) */
void log_event(enum log_level, const char *event, ...) __attribute__((sentinel));

struct log_value {
    bool is_int;
    int64_t i;
    str s;
};
#define LOG_INT(x) ((struct log_value){.is_int = true, .i = (x)})
#define LOG_STR(x) ((struct log_value){.s = (x)})
#define LOG_Z(x) ((struct log_value){.s = str_from(x)})

/* A fault with its place: log, then return ERR_INTERNAL. what is static English. */
err_t log_fault_at(const char *file, int line, const char *what, str detail);
#define FAULT(what) log_fault_at(__FILE__, __LINE__, (what), (str){0})
#define FAULT_DETAIL(what, detail) log_fault_at(__FILE__, __LINE__, (what), (detail))
