#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *colour;
} levels[] = {
    [LOG_DEBUG] = {"debug", "\033[2m"},
    [LOG_INFO] = {"info ", "\033[36m"},
    [LOG_WARN] = {"warn ", "\033[33m"},
    [LOG_ERROR] = {"error", "\033[31m"},
};

static _Atomic enum log_level lowest = LOG_WARN;

static struct {
    void (*call)(void *arg);
    void *arg;
    pthread_t thread;
} before_line;

void log_set_before(void (*before)(void *arg), void *arg)
{
    before_line.call = before;
    before_line.arg = arg;
    before_line.thread = pthread_self();
}

static bool has_colour(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    return (no == NULL || no[0] == '\0') && term != NULL && term[0] != '\0' &&
           strcmp(term, "dumb") != 0;
}

void log_set_level(enum log_level level)
{
    atomic_store(&lowest, level);
}

void log_write(enum log_level level, const char *fmt, ...)
{
    char time[CLOCK_TEXT_SIZE];
    struct buf line;
    va_list args;

    if (level < atomic_load(&lowest))
        return;
    bool terminal = isatty(STDERR_FILENO);
    if (terminal && before_line.call != NULL && pthread_equal(before_line.thread, pthread_self()))
        before_line.call(before_line.arg);
    buf_init(&line);
    if (!terminal)
        buf_printf(&line, "%s %s ", clock_format_iso(time, clock_now_us(), 3), levels[level].name);
    else if (!has_colour())
        buf_printf(&line, "%s ", levels[level].name);
    else
        buf_printf(&line, "%s%s\033[0m ", levels[level].colour, levels[level].name);
    va_start(args, fmt);
    buf_vprintf(&line, fmt, args);
    va_end(args);
    buf_append_char(&line, '\n');
    if (write(STDERR_FILENO, line.data, line.size) < 0) {
        /* Nobody can be told: the operator's terminal is gone. */
    }
    buf_release(&line);
}
