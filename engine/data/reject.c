#include "data/reject.h"

#include "base/json.h"

#include <string.h>

int reject_fail(const struct reject *reject, struct err *err)
{
    long long line = (long long)reject->line;

    if (reject->column == 0)
        return err_set(err, ERR_DATA, "%s:%lld: %s", reject->file, line, reject->reason);
    return err_set(err, ERR_DATA, "%s:%lld: %s near column %lld", reject->file, line,
                   reject->reason, (long long)reject->column);
}

void reject_note(struct buf *errors, const struct reject *reject)
{
    struct json_writer json;

    if (errors->size > 0)
        buf_append_char(errors, ',');
    json_writer_init(&json, errors);
    json_write_object(&json);
    json_write_key(&json, "line");
    json_write_int(&json, reject->line);
    json_write_key(&json, "column");
    json_write_int(&json, reject->column);
    json_write_key(&json, "reason");
    json_write_str(&json, reject->reason);
    json_write_end(&json);
}

void reject_append_errors(const struct reject_rule *rule, struct buf *errors, struct batch *batch)
{
    struct buf text;

    if (rule->policy != REJECT_EMIT)
        return;
    struct column *column = &batch->columns[rule->errors_column];
    if (errors->size == 0) {
        column_append_str(column, REJECT_NO_ERRORS);
        return;
    }
    buf_init(&text);
    buf_printf(&text, "{\"errors\":[%s]}", errors->data);
    column_append_text(column, text.data, text.size);
    buf_release(&text);
    buf_reset(errors);
}

int reject_policy_parse(const char *name, enum reject_policy *policy, struct err *err)
{
    static const char *const names[] = {
        [REJECT_FAIL] = "fail", [REJECT_SKIP] = "skip", [REJECT_EMIT] = "emit"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            *policy = (enum reject_policy)i;
            return 0;
        }
    }
    return err_set(err, ERR_CONFIG, "\"%s\" is none of fail, skip, emit", name);
}
