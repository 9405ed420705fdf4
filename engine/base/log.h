/*
 * What a process says to its operator, on standard error, a line a message:
 *
 *     2024-04-01T12:30:00.123Z info  asset raw.users: 9999 rows
 *
 * On a terminal the time is left out and the level has a colour (not with NO_COLOR). Any thread;
 * a line is written by one call. A secret never enters a message.
 */
#ifndef AORTA_BASE_LOG_H
#define AORTA_BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Messages below it are not written. LOG_WARN at first. */
void log_set_level(enum log_level level);

/* What is called before a line goes to a terminal, by the thread that called this one only: for who
 * draws on the same terminal. NULL: nothing. */
void log_set_before(void (*before)(void *arg), void *arg);

void log_write(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)

#endif
