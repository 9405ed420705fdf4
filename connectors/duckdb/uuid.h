/*
 * A UUID between its 16 bytes (RFC 4122's order) and DuckDB's number, high half first.
 *
 * In vectors DuckDB keeps the number with its highest bit flipped, so that signed order is the
 * order of the text; the functions of its C API take it as it is.
 */
#ifndef AORTA_DUCKDB_UUID_H
#define AORTA_DUCKDB_UUID_H

#include <duckdb.h>
#include <endian.h>
#include <stdint.h>
#include <string.h>

enum { UUID_BYTES = 16 };

#define UUID_FLIP (UINT64_C(1) << 63)

static inline duckdb_uhugeint uuid_number(const uint8_t bytes[UUID_BYTES])
{
    uint64_t halves[2];

    memcpy(halves, bytes, sizeof halves);
    return (duckdb_uhugeint){.upper = be64toh(halves[0]), .lower = be64toh(halves[1])};
}

static inline void uuid_bytes(uint8_t bytes[UUID_BYTES], duckdb_uhugeint number)
{
    uint64_t halves[2] = {htobe64(number.upper), htobe64(number.lower)};

    memcpy(bytes, halves, sizeof halves);
}

#endif
