/*
 * How each type of the contract lies in SQLite, which itself knows integers, reals, texts and blobs
 * and lets any column hold any of them. The declared type of a column says what its values mean:
 *
 *     type          declared          stored                                    also read
 *     BOOL          BOOLEAN           0 or 1
 *     INT32         INT4              integer
 *     INT64         BIGINT            integer
 *     DOUBLE        DOUBLE            real; NaN is refused, SQLite has none     integer
 *     DATE          DATE_TEXT         'YYYY-MM-DD'                              with 00:00:00
 *     TIME          TIME_TEXT         'HH:MM:SS.ffffff'                         any fraction
 *     TIMESTAMP     TIMESTAMP_TEXT    'YYYY-MM-DD HH:MM:SS.ffffff', UTC         any ISO 8601 form
 *     TIMESTAMPTZ   TIMESTAMPTZ_TEXT  the same                                  the same
 *     UUID          UUID_TEXT         36 characters, lower case                 upper case, 16 bytes
 *     TEXT          TEXT              text                                      numbers
 *     JSON          JSON_TEXT         text                                      numbers
 *     DECIMAL       DECIMAL           number; more digits than fit are refused  decimal text
 *     BYTES         BLOB              blob
 *
 * Timestamps always have six digits of a fraction, so that they compare as texts, and years 0000 to
 * 9999. The names on _TEXT are not for looks: SQLite derives a column's affinity, and what CAST
 * does, from the letters of the name, and CAST('2024-04-01' AS DATE) is the number 2024.
 *
 * Of names that other people gave, those of the SQL standard and of the usual databases are known.
 * INTEGER and INT are INT64 (SQLite's own integers are), SMALLINT and the like INT32.
 */
#ifndef AORTA_SQLITE_STORAGE_H
#define AORTA_SQLITE_STORAGE_H

#include "connector.h"

/* Room for the text of any fixed-size type, and for a number. */
enum { STORAGE_TEXT_SIZE = 40, STORAGE_UUID_BYTES = 16 };

/* The type that a declaration like `varchar(45)` means; false if there is none in it. */
bool storage_type_of(const char *declared, enum aorta_type *type);

/* Whether rows of one type may be loaded into a column of another without loss. */
bool storage_accepts(enum aorta_type column, enum aorta_type rows);

/* The stored form; returns its size, or 0 if the value has none (years beyond 0000 to 9999, times
 * beyond a day). */
size_t storage_format_date(char text[STORAGE_TEXT_SIZE], int64_t days);
size_t storage_format_time(char text[STORAGE_TEXT_SIZE], int64_t us);
size_t storage_format_timestamp(char text[STORAGE_TEXT_SIZE], int64_t us);
size_t storage_format_uuid(char text[STORAGE_TEXT_SIZE], const void *bytes);

/* A number without exponent: 1250000.0, -0.00125; 0 if it takes more room. */
size_t storage_format_decimal(char text[STORAGE_TEXT_SIZE], double number);

/* The forms that are read; false: it is none of them. */
bool storage_parse_date(const char *text, size_t size, int32_t *days);
bool storage_parse_time(const char *text, size_t size, int64_t *us);
bool storage_parse_timestamp(const char *text, size_t size, int64_t *us);
bool storage_parse_uuid(const char *text, size_t size, unsigned char bytes[STORAGE_UUID_BYTES]);

/* Whether it is a decimal number, and SQLite can keep all its digits (15, or 18 of an integer). */
bool storage_is_decimal(const char *text, size_t size);
bool storage_keeps_decimal(const char *text, size_t size);

#endif
