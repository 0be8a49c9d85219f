#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/jw.h"

enum { LINE_MAX_BYTES = 8192 };

static _Atomic int least_level = LOG_INFO;

void log_set_level(enum log_level least)
{
    atomic_store(&least_level, (int)least);
}

static void write_line(struct buf *line)
{
    buf_byte(line, '\n');
    for (size_t done = 0; done < line->n;) {
        ssize_t n = write(STDERR_FILENO, line->p + done, line->n - done);
        if (n <= 0)
            return;
        done += (size_t)n;
    }
}

static void begin(struct buf *line, enum log_level level, const char *event)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    char at[INSTANT_CHARS + 1];
    instant_format(clock_now(), at);
    buf_init(line, LINE_MAX_BYTES);
    buf_printf(line, "{\"at\":\"%s\",\"level\":\"%s\",\"event\":", at, names[level]);
    jw_add_string(line, str_from(event));
}

void log_event(enum log_level level, const char *event, ...)
{
    if ((int)level < atomic_load(&least_level))
        return;
    AUTO_BUF line;
    begin(&line, level, event);
    va_list args;
    va_start(args, event);
    for (const char *key; (key = va_arg(args, const char *));) {
        struct log_value v = va_arg(args, struct log_value);
        buf_byte(&line, ',');
        jw_add_string(&line, str_from(key));
        buf_byte(&line, ':');
        if (v.is_int)
            buf_int(&line, v.i);
        else
            jw_add_string(&line, v.s);
    }
    va_end(args);
    buf_byte(&line, '}');
    write_line(&line);
}

err_t log_fault_at(const char *file, int line, const char *what, str detail)
{
    log_event(LOG_ERROR, "fault", "what", LOG_Z(what), "detail", LOG_STR(detail), "file",
              LOG_Z(file), "line", LOG_INT(line), NULL);
    return ERR_INTERNAL;
}
