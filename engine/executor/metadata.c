#include "executor/metadata.h"

#include "base/hash.h"
#include "data/reject.h"

#include <string.h>

struct column_names {
    const char *name[2]; /* aorta, airbyte */
    enum aorta_type type;
};

static const struct column_names of_every_row[] = {
    {{"_aorta_id", "_airbyte_raw_id"}, AORTA_UUID},
    {{"_aorta_extracted_at", "_airbyte_extracted_at"}, AORTA_TIMESTAMP},
    {{"_aorta_meta", "_airbyte_meta"}, AORTA_JSON},
};

static const struct column_names of_a_file[] = {
    {{"_aorta_file", "_ab_source_file_url"}, AORTA_TEXT},
    {{"_aorta_file_modified_at", "_ab_source_file_last_modified"}, AORTA_TEXT},
};

static const struct column_names of_a_change[] = {
    {{"_aorta_lsn", "_ab_cdc_lsn"}, AORTA_INT64},
    {{"_aorta_changed_at", "_ab_cdc_updated_at"}, AORTA_TIMESTAMP},
    {{"_aorta_deleted_at", "_ab_cdc_deleted_at"}, AORTA_TIMESTAMP},
};

enum {
    ID,
    EXTRACTED_AT,
    META = METADATA_ERRORS,
    FILE_URL,
    FILE_MODIFIED,
    LSN = 3,
    CHANGED_AT,
    DELETED_AT
};

static const char no_errors[] = REJECT_NO_ERRORS;

static int32_t add_fields(const struct column_names *names, size_t count, bool airbyte,
                          struct aorta_field *fields)
{
    for (size_t i = 0; i < count; i++)
        fields[i] = (struct aorta_field){names[i].name[airbyte], names[i].type};
    return (int32_t)count;
}

int32_t metadata_fields(enum metadata_origin origin, bool airbyte, struct aorta_field *fields)
{
    int32_t count = add_fields(of_every_row, 3, airbyte, fields);

    if (origin == METADATA_FILE)
        count += add_fields(of_a_file, 2, airbyte, fields + count);
    else if (origin == METADATA_CHANGE)
        count += add_fields(of_a_change, 3, airbyte, fields + count);
    return count;
}

const char *metadata_errors(bool airbyte)
{
    return of_every_row[META].name[airbyte];
}

const char *metadata_file(bool airbyte)
{
    return of_a_file[0].name[airbyte];
}

void metadata_init(struct metadata *metadata, enum metadata_origin origin, const char *asset,
                   int64_t extracted_at_us)
{
    *metadata = (struct metadata){
        .origin = origin,
        .extracted_at_us = extracted_at_us,
        .asset_hash = hash_bytes(asset, strlen(asset)),
    };
}

/* A UUID of version 8 (RFC 9562): 122 bits of our own, a hash of where the row comes from. */
static void append_id(struct column *column, uint64_t origin, uint64_t row)
{
    uint64_t halves[2] = {hash_mix(origin ^ hash_mix(row)), hash_mix(origin + hash_mix(~row))};
    uint8_t bytes[16];

    for (int i = 0; i < 16; i++)
        bytes[i] = (uint8_t)(halves[i / 8] >> (8 * (i % 8)));
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x80);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    column_append_uuid(column, bytes);
}

static void append_common(const struct metadata *metadata, struct batch *batch, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        column_append_int(&batch->columns[EXTRACTED_AT], metadata->extracted_at_us);
    if (!metadata->has_errors)
        column_repeat_text(&batch->columns[META], no_errors, sizeof no_errors - 1, count);
}

void metadata_append_file(const struct metadata *metadata, struct batch *batch, const char *url,
                          const char *modified, uint64_t url_hash, int64_t row, int64_t count)
{
    uint64_t origin = metadata->asset_hash ^ url_hash;

    for (int64_t i = 0; i < count; i++)
        append_id(&batch->columns[ID], origin, (uint64_t)(row + i));
    append_common(metadata, batch, count);
    column_repeat_text(&batch->columns[FILE_URL], url, strlen(url), count);
    column_repeat_text(&batch->columns[FILE_MODIFIED], modified, strlen(modified), count);
}

/* `number` counts the rows of the read: those of a snapshot share their lsn, changes do not. */
static void append_change(const struct metadata *metadata, struct batch *batch,
                          const struct aorta_batch *rows, int64_t row, int64_t number)
{
    const struct aorta_column *change = &rows->columns[0];
    int64_t lsn = ((const int64_t *)rows->columns[1].values)[row];
    int64_t at = ((const int64_t *)rows->columns[2].values)[row];
    const char *operation = (const char *)change->values + change->offsets[row];

    append_id(&batch->columns[ID], metadata->asset_hash ^ hash_mix((uint64_t)lsn),
              *operation == 'R' ? (uint64_t)number + 1 : 0);
    column_append_int(&batch->columns[LSN], lsn);
    column_append_int(&batch->columns[CHANGED_AT], at);
    if (*operation == 'D')
        column_append_int(&batch->columns[DELETED_AT], at);
    else
        column_append_null(&batch->columns[DELETED_AT]);
}

void metadata_append_rows(const struct metadata *metadata, struct batch *batch, int64_t row,
                          const struct aorta_batch *rows)
{
    uint64_t load = metadata->asset_hash ^ hash_mix((uint64_t)metadata->extracted_at_us);

    for (int64_t i = 0; i < rows->row_count; i++) {
        if (metadata->origin == METADATA_CHANGE)
            append_change(metadata, batch, rows, i, row + i);
        else
            append_id(&batch->columns[ID], load, (uint64_t)(row + i));
    }
    append_common(metadata, batch, rows->row_count);
    batch->row_count += rows->row_count;
}
