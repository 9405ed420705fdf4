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

#endif
