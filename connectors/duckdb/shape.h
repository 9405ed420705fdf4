/*
 * What the values of a DuckDB type look like, all the way down.
 *
 * A logical type of libduckdb is asked once and put down as a plain struct, so that converting a
 * million values asks nothing:
 *
 *     STRUCT(a DECIMAL(9,2), b VARCHAR[])
 *         → shape STRUCT, children: a = shape DECIMAL (width 9, scale 2, storage INTEGER)
 *                                   b = shape LIST, children: shape VARCHAR
 *
 * How DuckDB's types become Aorta's (connector.h, batches):
 *
 *     BOOLEAN                                BOOL
 *     TINYINT to INTEGER, UTINYINT, USMALLINT   INT32
 *     BIGINT, UINTEGER                       INT64
 *     UBIGINT, HUGEINT, UHUGEINT, DECIMAL    DECIMAL
 *     FLOAT, DOUBLE                          DOUBLE, of a FLOAT what its text means (text.h)
 *     DATE                                   DATE
 *     TIME, TIME_NS                          TIME, rounded down to microseconds
 *     TIMESTAMP, _S, _MS, _NS                TIMESTAMP, rounded down to microseconds
 *     TIMESTAMP WITH TIME ZONE               TIMESTAMPTZ
 *     UUID                                   UUID
 *     VARCHAR, ENUM                          TEXT
 *     JSON                                   JSON
 *     LIST, ARRAY, STRUCT, MAP, UNION        JSON
 *     INTERVAL, BIT, TIME WITH TIME ZONE     TEXT, as DuckDB writes them
 *     BLOB                                   BYTES
 *
 * Whatever is not in the list (BIGNUM) is refused with a sentence. Infinite dates and timestamps
 * pass as the greatest and least values.
 */
#ifndef AORTA_DUCKDB_SHAPE_H
#define AORTA_DUCKDB_SHAPE_H

#include "connector.h"

#include "base/arena.h"
#include "base/buf.h"

#include <duckdb.h>

struct shape {
    duckdb_type type;
    bool is_json;        /* a VARCHAR that is called JSON */
    uint8_t width;       /* DECIMAL */
    uint8_t scale;       /* DECIMAL */
    duckdb_type storage; /* DECIMAL, ENUM: the integers they are kept as */
    idx_t array_size;    /* ARRAY */
    /* ENUM: the labels' names, no shapes. LIST, ARRAY: the element. MAP: key and value. STRUCT and
     * UNION: the members, with names. */
    idx_t child_count;
    const char **child_names;
    struct shape *children;
};

/* Reads the type, with everything in it from the arena. */
void shape_read(struct shape *shape, duckdb_logical_type type, struct arena *arena);

/* Aorta's type for the values; false if there is none. */
bool shape_type(const struct shape *shape, enum aorta_type *type);

/* Appends the type as DuckDB writes it: DECIMAL(9,2), VARCHAR[], ENUM('a', 'b'). */
void shape_write_name(struct buf *out, const struct shape *shape);

#endif
