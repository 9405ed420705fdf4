/*
 * What ingestion adds to each row: where it came from and when.
 *
 *     what                    naming "aorta"             naming "airbyte"                  type
 *     a key of the row        _aorta_id                  _airbyte_raw_id                   uuid
 *     when it was loaded      _aorta_extracted_at        _airbyte_extracted_at             timestamp
 *     what was wrong with it  _aorta_meta                _airbyte_meta                     json
 *     file: its URL           _aorta_file                _ab_source_file_url               text
 *     file: last modified     _aorta_file_modified_at    _ab_source_file_last_modified     text
 *     change: its order       _aorta_lsn                 _ab_cdc_lsn                       bigint
 *     change: when            _aorta_changed_at          _ab_cdc_updated_at                timestamp
 *     change: of a delete     _aorta_deleted_at          _ab_cdc_deleted_at                timestamp
 *
 * All rows of a load have one extracted-at value, strictly greater than those of all loads before:
 * it is the position by which models read what is new. The key is made from where the row comes
 * from (its file and place, its change; for a plain table its load and place), so that a load of
 * files or changes that is repeated gives the same keys.
 */
#ifndef AORTA_EXECUTOR_METADATA_H
#define AORTA_EXECUTOR_METADATA_H

#include "data/batch.h"

#include <stdbool.h>
#include <stdint.h>

enum metadata_origin { METADATA_TABLE, METADATA_FILE, METADATA_CHANGE };

enum { METADATA_MAX = 6, METADATA_ERRORS = 2 }; /* the column "what was wrong with it" */

struct metadata {
    enum metadata_origin origin;
    int64_t extracted_at_us;
    uint64_t asset_hash;
    bool has_errors; /* the reader of the rows fills the column METADATA_ERRORS */
};

/* The columns of that origin and naming: fields[METADATA_MAX]; returns how many. */
int32_t metadata_fields(enum metadata_origin origin, bool airbyte, struct aorta_field *fields);

/* Names of the columns that hold what was wrong, and a file's URL. */
const char *metadata_errors(bool airbyte);
const char *metadata_file(bool airbyte);

void metadata_init(struct metadata *metadata, enum metadata_origin origin, const char *asset,
                   int64_t extracted_at_us);

/* Appends the metadata of `count` rows of a file, the first of which is number `row` of it, to the
 * first columns of the batch. */
void metadata_append_file(const struct metadata *metadata, struct batch *batch, const char *url,
                          const char *modified, uint64_t url_hash, int64_t row, int64_t count);

/* Appends the metadata of a batch of a table (counted from `row`), or of changes: its first three
 * columns are _change, _change_lsn, _change_at. */
void metadata_append_rows(const struct metadata *metadata, struct batch *batch, int64_t row,
                          const struct aorta_batch *rows);

#endif
