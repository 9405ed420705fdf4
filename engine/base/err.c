#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const code_names[] = {
    [ERR_CONFIG] = "config",     [ERR_TRANSIENT] = "transient", [ERR_DATA] = "data",
    [ERR_CANCELED] = "canceled", [ERR_BROKEN] = "broken",
};

/* A message is one line: what a database said over several becomes one. */
static void fold_lines(char *message)
{
    for (char *p = message; *p != '\0'; p++)
        if (*p == '\n' || *p == '\r' || *p == '\t')
            *p = ' ';
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    err->code = code;
    vsnprintf(err->message, sizeof err->message, fmt, args);
    va_end(args);
    fold_lines(err->message);
    return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    char whole[2 * sizeof err->message + sizeof ": "];
    const size_t room = sizeof err->message - 1;
    static const char gap[] = " ... ";
    va_list args;

    va_start(args, fmt);
    vsnprintf(whole, sizeof err->message, fmt, args);
    va_end(args);

    size_t prefix = strlen(whole);
    snprintf(whole + prefix, sizeof whole - prefix, ": %s", err->message);
    fold_lines(whole);
    size_t size = strlen(whole);
    if (size <= room) {
        memcpy(err->message, whole, size + 1);
        return -1;
    }
    size_t tail = room / 2;
    size_t head = room - tail - (sizeof gap - 1);
    memcpy(err->message, whole, head);
    memcpy(err->message + head, gap, sizeof gap - 1);
    memcpy(err->message + head + sizeof gap - 1, whole + size - tail, tail + 1);
    return -1;
}

enum err_code err_code_of_errno(int error)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case EIO:
    case ETIMEDOUT:
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
    case EBUSY: return ERR_TRANSIENT;
    default: return ERR_CONFIG;
    }
}

const char *err_code_name(enum err_code code)
{
    return code_names[code];
}

enum err_code err_code_from_name(const char *name)
{
    for (int code = 0; code <= ERR_BROKEN; code++)
        if (strcmp(code_names[code], name) == 0)
            return (enum err_code)code;
    return ERR_BROKEN;
}
