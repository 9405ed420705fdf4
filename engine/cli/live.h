/*
 * The lines at the bottom of a terminal that are drawn again in place, below those that stay:
 *
 *     published raw.users             9,999 rows  0.21s          stays: live_print
 *     published raw.activities       11,204 rows  0.19s
 *     | raw.heart_rates      3.2s   1,234,567 rows  385,802/s    drawn again: live_draw
 *     2 of 9 steps done, 1 running, 3.4s
 *
 * What stays and what is drawn leave by one write, so nothing flickers; lines are cut to the
 * terminal's width as it is now, and a terminal that was made narrower is reckoned with when the
 * old ones are taken away. The cursor is never hidden and no mode is changed, so whatever ends the
 * process leaves nothing to be put right.
 */
#ifndef AORTA_CLI_LIVE_H
#define AORTA_CLI_LIVE_H

#include <stdbool.h>
#include <stddef.h>

struct live;

/* For standard output. NULL if it is no terminal, or one that cannot move its cursor (TERM not set
 * or "dumb"): the other functions accept that, and live_print then prints at once. */
struct live *live_new(void);

/* Text that stays, with its newline; written with the next drawing. */
void live_print(struct live *live, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Draws these lines (at most `count` of them that fit the terminal's height) in place of the last. */
void live_draw(struct live *live, const char *const *lines, size_t count);

/* How many columns and lines there is room for. */
void live_size(const struct live *live, size_t *columns, size_t *lines);

/* Takes the drawn lines away and writes what stays, so that others may write. */
void live_clear(struct live *live);

/* live_clear, and frees. */
void live_free(struct live *live);

#endif
