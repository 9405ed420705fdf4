/* Which members records have. */
#include "base/limits.h"
#include "data/jsonl.h"
#include "test.h"

#include <string.h>

/* Looks at a file in pieces of `step` bytes. */
static struct members *look_at(const char *text, size_t step)
{
    struct members *members = members_new();
    struct schema nothing;
    struct batch batch;
    struct err err;

    schema_init(&nothing);
    batch_init(&batch, NULL, 0);
    struct jsonl *reader =
        jsonl_new(&(struct jsonl_options){.schema = &nothing, .batch = &batch, .look = members});
    members_begin(members, "f");
    jsonl_begin(reader, "f");
    for (size_t at = 0; at < strlen(text); at += step) {
        size_t size = strlen(text) - at < step ? strlen(text) - at : step;
        check_int(jsonl_feed(reader, text + at, size, &err), size);
    }
    check_ok(jsonl_finish(reader, &err));
    check_int(batch.row_count, 0);
    check_int(jsonl_rejected(reader), 0);
    jsonl_free(reader);
    batch_release(&batch);
    schema_release(&nothing);
    return members;
}

/* "name kinds file:line|" of each member. */
static const char *seen_in(const char *text, size_t step)
{
    static struct buf out;
    struct members *members = look_at(text, step);
    const struct member_seen *seen;

    buf_reset(&out);
    for (size_t i = 0; (seen = members_at(members, i)) != NULL; i++) {
        buf_printf(&out, "%s %u", seen->name, seen->kinds);
        if (seen->nested_file != NULL)
            buf_printf(&out, " %s:%d", seen->nested_file, (int)seen->nested_line);
        buf_append_char(&out, '|');
    }
    members_free(members);
    return out.size > 0 ? out.data : "";
}

TEST("members are known with all kinds of their values, however the bytes come")
{
    const char *text = "\xef\xbb\xbf{\"a\":1,\"b\":null}\r\n"
                       "\n"
                       "{\"a\":1.5,\"c\":{\"a\":[]},\"d\\u0065\":true}\n"
                       "{\"a\":\"x\",\"c\":[1]}";

    for (size_t step = 1; step < 90; step++)
        check_str(seen_in(text, step), "a 70|b 0|c 128 f:3|de 1|");
    check_int(INFER_INTEGER | INFER_NUMBER | INFER_STRING, 70);
    check_int(INFER_OBJECT, 128);
}

TEST("members have the narrowest type that holds all their values")
{
    static const char text[] = "{\"n\":1,\"d\":1,\"s\":\"1\",\"o\":1,\"z\":null}\n\n"
                               "{\"d\":2.5,\"o\":{\"a\":1},\"late\":true,\"\\u006e\":2 }\n";
    static const struct {
        const char *name;
        enum aorta_type type;
    } wanted[] = {{"n", AORTA_INT64}, {"d", AORTA_DOUBLE}, {"s", AORTA_TEXT},
                  {"o", AORTA_JSON},  {"z", AORTA_TEXT},   {"late", AORTA_BOOL}};
    struct members *members = look_at(text, sizeof text);

    for (size_t i = 0; i < 6; i++) {
        check_str(members_at(members, i)->name, wanted[i].name);
        check_int(infer_type(members_at(members, i)->kinds), wanted[i].type);
    }
    check(members_at(members, 6) == NULL);
    members_free(members);
}

TEST("a line that is torn gives no members at all")
{
    check_str(seen_in("{\"a\":1,\"b\":\n{\"a\":true,\"c\":1} x\n[1]\n{\"d\":1}\n", 1000), "d 2|");
    check_str(seen_in("", 1), "");
}

TEST("more members than a table can have columns are said to be too many")
{
    struct members *members = members_new();
    struct buf line;

    members_begin(members, "f");
    buf_init(&line);
    for (int i = 0; i <= LIMIT_COLUMNS; i++) {
        check(!members_are_too_many(members));
        buf_reset(&line);
        buf_printf(&line, "{\"m%d\":1}\n", i);
        members_look(members, line.data, line.data + line.size - 1, i);
    }
    check(members_are_too_many(members));
    check(members_at(members, LIMIT_COLUMNS - 1) != NULL &&
          members_at(members, LIMIT_COLUMNS) == NULL);
    buf_release(&line);
    members_free(members);
}
