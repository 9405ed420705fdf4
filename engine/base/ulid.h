/*
 * Identifiers that sort by the time they were made: ULID (github.com/ulid/spec), 48 bits of
 * milliseconds and 80 random ones, in Crockford's base 32. Those of one source ascend, also within
 * one millisecond and when the clock goes back.
 */
#ifndef AORTA_BASE_ULID_H
#define AORTA_BASE_ULID_H

#include <stdint.h>

enum { ULID_SIZE = 26 };

/* Zeroed at first. One thread. */
struct ulid_source {
    unsigned char last[16];
};

void ulid_next(struct ulid_source *source, char text[ULID_SIZE + 1]);

/* The least of all that are made from that time on, in microseconds since 1970. */
void ulid_floor(int64_t us, char text[ULID_SIZE + 1]);

#endif
