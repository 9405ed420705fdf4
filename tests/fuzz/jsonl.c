/* The first byte chooses the rule for bad lines and where the rest is cut in two: cut and whole
 * must give the same rows, the same rejects and the same error, and every text must be UTF-8. */
#include "fuzz.h"

#include "base/utf8.h"
#include "data/infer.h"
#include "data/jsonl.h"

#include <string.h>

static const struct aorta_field fields[] = {
    {"t", AORTA_TEXT},  {"n", AORTA_INT64},      {"i", AORTA_INT32},   {"d", AORTA_DOUBLE},
    {"b", AORTA_BOOL},  {"at", AORTA_TIMESTAMP}, {"u", AORTA_UUID},    {"x", AORTA_DECIMAL},
    {"y", AORTA_BYTES}, {"j", AORTA_JSON},       {"deep", AORTA_TEXT}, {"errors", AORTA_JSON},
};

enum { COLUMNS = sizeof fields / sizeof *fields - 1 };

static void note_reject(void *arg, const struct reject *reject)
{
    buf_printf(arg, "%lld:%lld %s\n", (long long)reject->line, (long long)reject->column,
               reject->reason);
}

static void show(struct buf *out, const struct aorta_batch *batch)
{
    for (int32_t i = 0; i < batch->column_count; i++) {
        const struct aorta_column *column = &batch->columns[i];
        for (int64_t row = 0; row < batch->row_count; row++) {
            if (aorta_is_null(column, row)) {
                buf_append_str(out, "null\n");
            } else if (column->offsets != NULL) {
                const char *text = (const char *)column->values + column->offsets[row];
                size_t size = (size_t)(column->offsets[row + 1] - column->offsets[row]);
                must(batch->fields[i].type == AORTA_BYTES || utf8_is_valid(text, size));
                must(batch->fields[i].type == AORTA_BYTES || memchr(text, 0, size) == NULL);
                buf_append(out, text, size);
                buf_append_char(out, '\n');
            }
        }
    }
}

static void show_members(struct buf *out, const struct members *members)
{
    const struct member_seen *seen;

    for (size_t i = 0; (seen = members_at(members, i)) != NULL; i++)
        buf_printf(out, "%s %u %d\n", seen->name, seen->kinds, (int)infer_type(seen->kinds));
}

static void read_all(enum reject_policy policy, const struct schema *schema, const char *data,
                     size_t size, size_t cut, struct buf *out)
{
    struct members *members = members_new();
    struct batch batch;
    struct err err;

    members_begin(members, "f");
    batch_init(&batch, fields, COLUMNS + (policy == REJECT_EMIT));
    struct jsonl *reader =
        jsonl_new(&(struct jsonl_options){.schema = schema,
                                          .batch = &batch,
                                          .rejects = {policy, COLUMNS, note_reject, out},
                                          .look = members});
    jsonl_begin(reader, "f");
    if (jsonl_feed(reader, data, cut, &err) < 0 ||
        jsonl_feed(reader, data + cut, size - cut, &err) < 0 || jsonl_finish(reader, &err) < 0)
        buf_append_str(out, err.message);
    struct aorta_batch view = batch_view(&batch);
    show(out, &view);
    show_members(out, members);
    jsonl_free(reader);
    members_free(members);
    batch_release(&batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct schema schema;
    struct buf whole, cut;
    struct err err;

    /* Fewer lines than a batch has rows. */
    if (size < 2 || size > 60000)
        return 0;
    const char *text = (const char *)data + 1;
    schema_init(&schema);
    buf_init(&whole);
    buf_init(&cut);
    for (int i = 0; i < COLUMNS; i++)
        must(schema_add(&schema,
                        &(struct schema_column){.name = fields[i].name,
                                                .type = fields[i].type,
                                                .path = i == COLUMNS - 1 ? "j.a.b" : NULL},
                        &err) == 0);
    enum reject_policy policy = (enum reject_policy)(data[0] % 3);
    size--;
    read_all(policy, &schema, text, size, 0, &whole);
    read_all(policy, &schema, text, size, data[0] / 3 % (size + 1), &cut);
    must(whole.size == cut.size && memcmp(whole.data, cut.data, cut.size) == 0);
    schema_release(&schema);
    buf_release(&whole);
    buf_release(&cut);
    return 0;
}
