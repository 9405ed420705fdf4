/*
 * Numbers with units, as people write them in configuration.
 */
#ifndef AORTA_BASE_UNITS_H
#define AORTA_BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* "500ms", "30s", "5m", "2h", "7d"; the whole text, no sign, no space. */
bool units_parse_duration_ms(const char *text, int64_t *ms);

/* "4096", "64KiB", "200MiB", "1GiB", "10kB", "5MB", "2GB". */
bool units_parse_size_bytes(const char *text, int64_t *bytes);

#define UNITS_TEXT_SIZE 24

/* "1h", "90m", "1500ms": in the greatest unit that leaves nothing over. Returns the text. */
const char *units_format_duration_ms(char text[UNITS_TEXT_SIZE], int64_t ms);

#endif
