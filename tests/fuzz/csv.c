/* The first byte chooses the rule for bad records and where the rest is cut in two: cut and whole
 * must give the same. A file that inference accepts must be read with what it inferred. */
#include "fuzz.h"

#include "data/csv_reader.h"
#include "data/infer.h"

#include <string.h>

static void note_reject(void *arg, const struct reject *reject)
{
    buf_printf(arg, "%lld %s ", (long long)reject->line, reject->reason);
    buf_append(arg, reject->raw, reject->raw_size);
}

static void show(struct buf *out, const struct aorta_batch *batch)
{
    for (int32_t i = 0; i < batch->column_count; i++) {
        const struct aorta_column *column = &batch->columns[i];
        if (column->offsets != NULL && batch->row_count > 0)
            buf_append(out, (const char *)column->values + column->offsets[0],
                       (size_t)(column->offsets[batch->row_count] - column->offsets[0]));
        for (int64_t row = 0; row < batch->row_count; row++)
            buf_append_char(out, aorta_is_null(column, row) ? '0' : '1');
    }
}

static int read_all(enum reject_policy policy, const struct schema *schema, const char *data,
                    size_t size, size_t cut, struct buf *out)
{
    struct aorta_field *fields;
    struct arena arena;
    struct batch batch;
    struct err err;

    arena_init(&arena);
    fields = schema_fields(schema, &arena);
    batch_init(&batch, fields, schema->column_count);
    struct csv_reader *reader = csv_reader_new(&(struct csv_reader_options){
        .schema = schema, .batch = &batch, .rejects = {policy, 0, note_reject, out}});
    csv_reader_begin(reader, "f");
    int result = csv_reader_feed(reader, data, cut, &err) < 0 ||
                         csv_reader_feed(reader, data + cut, size - cut, &err) < 0 ||
                         csv_reader_finish(reader, &err) < 0
                     ? -1
                     : 0;
    if (result < 0)
        buf_append_str(out, err.message);
    struct aorta_batch view = batch_view(&batch);
    show(out, &view);
    csv_reader_free(reader);
    batch_release(&batch);
    arena_release(&arena);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct schema schema;
    struct buf whole, cut;
    struct err err;

    if (size < 2 || size > 60000)
        return 0;
    const char *text = (const char *)data + 1;
    size--;
    schema_init(&schema);
    buf_init(&whole);
    buf_init(&cut);
    bool is_inferred = infer_csv(&schema, "f", text, size, ',', &err) == 0;
    if (!is_inferred)
        must(schema_add(&schema, &(struct schema_column){.name = "a", .type = AORTA_INT64}, &err) ==
             0);
    enum reject_policy policy = data[0] % 2 == 0 ? REJECT_FAIL : REJECT_SKIP;
    int result = read_all(policy, &schema, text, size, 0, &whole);
    read_all(policy, &schema, text, size, data[0] / 2 % (size + 1), &cut);
    must(whole.size == cut.size && memcmp(whole.data, cut.data, cut.size) == 0);
    /* Inference looks at types, not at bytes that no text may have. */
    must(!is_inferred || result == 0 || strstr(err.message, "UTF-8") != NULL ||
         strstr(whole.data, "UTF-8") != NULL || strstr(whole.data, "NUL") != NULL);
    schema_release(&schema);
    buf_release(&whole);
    buf_release(&cut);
    return 0;
}
