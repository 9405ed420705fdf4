/*
 * Identifiers that sort by the time they were made: ULID (github.com/ulid/spec), 48 bits of
 * milliseconds and 80 random ones, in Crockford's base 32.
 */
#ifndef AORTA_BASE_ULID_H
#define AORTA_BASE_ULID_H

enum { ULID_SIZE = 26 };

/* A new one, for the present time. */
void ulid_make(char text[ULID_SIZE + 1]);

#endif
