/*
 * What a file's records become: named, typed columns, in order.
 *
 *     user_id  bigint
 *     meta     json
 *     lat      double  from meta.location.latitude
 *
 * A column of JSON records may come from a member further down: `path` is the way to it, names
 * joined by dots. Without a path it is the top-level member of the column's own name (in which a
 * dot is just a dot). CSV columns are found by name.
 *
 * Types are spelled as people write them in an asset's file; SQL's usual synonyms are accepted:
 *
 *     boolean bool · integer int int32 smallint · bigint int64 long · double float float64 real
 *     date · time · timestamp datetime · timestamptz · uuid · text varchar string
 *     json jsonb · decimal numeric · bytes bytea blob
 */
#ifndef AORTA_DATA_SCHEMA_H
#define AORTA_DATA_SCHEMA_H

#include "base/arena.h"
#include "base/err.h"
#include "connector.h"

struct schema_column {
    const char *name;
    const char *path; /* NULL: the top-level member called name */
    enum aorta_type type;
    bool is_required; /* null or missing makes the row bad */
};

struct schema {
    int32_t column_count;
    int32_t column_capacity;
    struct schema_column *columns;
    struct arena arena; /* of the columns and their texts */
};

void schema_init(struct schema *schema);
void schema_release(struct schema *schema);

/* Adds a column; texts are copied, path may be NULL. ERR_CONFIG: the name is empty or there
 * already, the path has an empty part, or there are more than LIMIT_COLUMNS. */
int schema_add(struct schema *schema, const struct schema_column *column, struct err *err);

/* The column of that name, or NULL. */
struct schema_column *schema_find(const struct schema *schema, const char *name);

/* The type that people call so (letter case ignored); ERR_CONFIG with a suggestion otherwise. */
int schema_type_parse(const char *name, enum aorta_type *type, struct err *err);

/* "bigint", "text", …: the first spelling of the list above. */
const char *schema_type_name(enum aorta_type type);

/* The columns as a batch's fields, column_count of them; names are lent. From the arena given. */
struct aorta_field *schema_fields(const struct schema *schema, struct arena *arena);

#endif
