/*
 * The reader of JSON lines against jansson, which shares no code and no author with it: on records
 * made at random, whole and damaged, both must say the same of whether a line is right and of what
 * stands in it. And how fast the two are, for information.
 */
#include "data/jsonl.h"
#include "test.h"

#include "base/clock.h"
#include "base/hash.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
enum { LINES = 6000 }; /* each takes fifteen times as long */
#else
enum { LINES = 30000 };
#endif

static uint64_t state = 1;

static unsigned below(unsigned limit)
{
    state = hash_mix(state + 0x9e3779b97f4a7c15);
    return (unsigned)(state % limit);
}

static const char *pick(const char *const *list, unsigned count)
{
    return list[below(count)];
}

static void add_blank(struct buf *out)
{
    static const char *const blanks[] = {"", "", "", "", " ", "\t", "  \r"};

    buf_append_str(out, pick(blanks, 7));
}

static void add_string(struct buf *out)
{
    static const char *const parts[] = {
        "a",
        "heart",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u00e9",
        "\\u20AC",
        "\xc3\xa9",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        "\\ud83d\\ude00",
        "\x7f",
        " ",
        "12",
        "{",
        ":",
        ",",
        "0123456789abcdef",
    };

    buf_append_char(out, '"');
    for (unsigned n = below(5); n > 0; n--)
        buf_append_str(out, pick(parts, 19));
    buf_append_char(out, '"');
}

static void add_number(struct buf *out)
{
    static const char *const numbers[] = {
        "0",
        "-0",
        "7",
        "-12",
        "1711943972",
        "9223372036854775807",
        "1e3",
        "37.416834",
        "-121.975002",
        "0.1",
        "1E-7",
        "123456.789e-10",
        "2.50",
        "1e22",
        "1.7976931348623157e308",
        "4.9e-324",
        "9007199254740993.0",
    };

    if (below(2) == 0)
        buf_append_str(out, pick(numbers, 17));
    else
        buf_printf(out, "%d.%06u", (int)below(360) - 180, below(1000000));
}

static void add_value(struct buf *out, int depth)
{
    static const char *const words[] = {"true", "false", "null"};
    unsigned kind = below(depth > 4 ? 3 : 5);

    if (kind == 0) {
        add_string(out);
    } else if (kind == 1) {
        add_number(out);
    } else if (kind == 2) {
        buf_append_str(out, pick(words, 3));
    } else {
        buf_append_char(out, kind == 3 ? '[' : '{');
        unsigned count = below(4);
        for (unsigned i = 0; i < count; i++) {
            buf_append_str(out, i > 0 ? "," : "");
            add_blank(out);
            if (kind == 4) {
                add_string(out);
                buf_append_char(out, ':');
            }
            add_value(out, depth + 1);
            add_blank(out);
        }
        buf_append_char(out, kind == 3 ? ']' : '}');
    }
}

/* A record of members t (string), n (integer), d (number), j (anything) and others. */
static void add_record(struct buf *out)
{
    static const char *const names[] = {"t", "n", "d", "j", "other", "\\u0074"};
    unsigned count = below(7);

    buf_append_char(out, '{');
    for (unsigned i = 0; i < count; i++) {
        const char *name = pick(names, 6);
        buf_append_str(out, i > 0 ? "," : "");
        add_blank(out);
        buf_printf(out, "\"%s\"", name);
        add_blank(out);
        buf_append_char(out, ':');
        add_blank(out);
        if (name[0] == 't' || name[0] == '\\')
            add_string(out);
        else if (name[0] == 'n')
            buf_printf(out, "%d", (int)below(2000000) - 1000000);
        else if (name[0] == 'd')
            add_number(out);
        else
            add_value(out, 0);
        add_blank(out);
    }
    buf_append_char(out, '}');
}

/* Damages some lines: a byte is changed, dropped or doubled, or the line is cut. */
static void damage(struct buf *line)
{
    static const char bytes[] = "\"\\{}[]:,0-.eE tn\x01\xff\xc3\xe2u";
    size_t at = below((unsigned)line->size);

    switch (below(8)) {
    case 0: line->data[at] = bytes[below(sizeof bytes - 1)]; break;
    case 1:
        memmove(line->data + at, line->data + at + 1, line->size - at - 1);
        buf_truncate(line, line->size - 1);
        break;
    case 2: buf_truncate(line, at); break;
    case 3: buf_append_char(line, bytes[below(sizeof bytes - 1)]); break;
    default: break;
    }
}

static const struct aorta_field fields[] = {
    {"t", AORTA_TEXT}, {"n", AORTA_INT64}, {"d", AORTA_DOUBLE}, {"j", AORTA_JSON}};

/* What jansson says of the line, compared with the batch's row. */
static void check_row(const struct aorta_batch *batch, json_t *object, const char *line)
{
    for (int i = 0; i < 4; i++) {
        const struct aorta_column *column = &batch->columns[i];
        json_t *value = json_object_get(object, fields[i].name);
        if (value == NULL || json_is_null(value)) {
            if (!aorta_is_null(column, 0))
                test_fail(__FILE__, __LINE__, "%s is not null: %s", fields[i].name, line);
            continue;
        }
        check(!aorta_is_null(column, 0));
        if (i == 1) {
            check_int(((const int64_t *)column->values)[0], json_integer_value(value));
        } else if (i == 2) {
            double number = ((const double *)column->values)[0];
            double wanted = json_number_value(value);
            if (number != wanted)
                test_fail(__FILE__, __LINE__, "%.17g and not %.17g: %s", number, wanted, line);
        } else {
            const char *text = (const char *)column->values + column->offsets[0];
            size_t size = (size_t)(column->offsets[1] - column->offsets[0]);
            if (i == 0) {
                check_int(size, json_string_length(value));
                check(memcmp(text, json_string_value(value), size) == 0);
            } else {
                json_t *parsed = json_loadb(text, size, JSON_DECODE_ANY, NULL);
                check(json_equal(parsed, value));
                json_decref(parsed);
            }
        }
    }
}

TEST("the reader and jansson agree on lines made at random, whole and damaged")
{
    struct schema schema;
    struct batch batch;
    struct buf line;
    struct err err;
    int right = 0, wrong = 0;

    schema_init(&schema);
    buf_init(&line);
    for (int i = 0; i < 4; i++)
        check_ok(schema_add(
            &schema, &(struct schema_column){fields[i].name, NULL, fields[i].type, false}, &err));
    batch_init(&batch, fields, 4);
    struct jsonl *reader = jsonl_new(&(struct jsonl_options){.schema = &schema, .batch = &batch});
    for (int i = 0; i < LINES; i++) {
        buf_reset(&line);
        add_record(&line);
        damage(&line);
        if (strspn(line.data, " \t\r") == line.size)
            continue;
        json_error_t why;
        json_t *value = json_loadb(line.data, line.size, 0, &why);
        jsonl_begin(reader, "f");
        batch_reset(&batch);
        int result = jsonl_feed(reader, line.data, line.size, &err) < 0 ? -1 : 0;
        result = result < 0 ? result : jsonl_finish(reader, &err);
        bool is_right = value != NULL && json_is_object(value);
        /* Damage can make a string of a number and so on: that is the reader's own business. */
        bool is_type = result < 0 && strstr(err.message, "column \"") != NULL;
        /* A number that fits no type is right as JSON; jansson has no way to keep it. */
        bool is_vast =
            value == NULL && (strstr(why.text, "overflow") || strstr(why.text, "too big"));
        if (!is_type && !is_vast && (result == 0) != is_right)
            test_fail(__FILE__, __LINE__, "jansson says %s, the reader %s: %s",
                      value != NULL ? "right" : why.text, result == 0 ? "right" : err.message,
                      line.data);
        struct aorta_batch view = batch_view(&batch);
        bool is_number =
            json_is_number(json_object_get(value, "d")) || json_object_get(value, "d") == NULL;
        bool is_text =
            json_is_string(json_object_get(value, "t")) || json_object_get(value, "t") == NULL;
        bool is_integer =
            json_is_integer(json_object_get(value, "n")) || json_object_get(value, "n") == NULL;
        if (result == 0 && value != NULL && is_number && is_text && is_integer)
            check_row(&view, value, line.data);
        right += result == 0;
        wrong += result < 0;
        json_decref(value);
    }
    check(right > LINES / 3 && wrong > LINES / 10);
    jsonl_free(reader);
    batch_release(&batch);
    schema_release(&schema);
    buf_release(&line);
}

TEST("how many heart-rate records a second, ours and jansson's (for information)")
{
    enum { COUNT = 50000 };
    static const struct aorta_field columns[] = {{"user_id", AORTA_INT64},
                                                 {"heart_rate", AORTA_INT32},
                                                 {"timestamp", AORTA_INT64},
                                                 {"meta", AORTA_JSON}};
    struct schema schema;
    struct batch batch;
    struct buf text;
    struct err err;
    int64_t rows = 0, sum = 0;

    schema_init(&schema);
    buf_init(&text);
    for (int i = 0; i < 4; i++)
        check_ok(schema_add(
            &schema, &(struct schema_column){columns[i].name, NULL, columns[i].type, false}, &err));
    batch_init(&batch, columns, 4);
    for (unsigned i = 0; i < COUNT; i++)
        buf_printf(&text,
                   "{\"user_id\":%u,\"heart_rate\":%u,\"timestamp\":%u,\"meta\":{\"activity_id\":"
                   "20890,\"location\":{\"latitude\":%u.416834,\"longitude\":-121.975002}}}\n",
                   10001 + i % 9999, 40 + i % 160, 1711943972 + i, i % 90);
    struct jsonl *reader = jsonl_new(&(struct jsonl_options){.schema = &schema, .batch = &batch});
    int64_t start = clock_monotonic_us();
    for (size_t at = 0; at < text.size;) {
        int64_t used = jsonl_feed(reader, text.data + at, text.size - at, &err);
        check(used > 0);
        at += (size_t)used;
        rows += batch.row_count;
        batch_reset(&batch);
    }
    int64_t ours_us = clock_monotonic_us() - start;
    check_int(rows, COUNT);
    start = clock_monotonic_us();
    for (char *at = text.data; at < text.data + text.size;) {
        char *end = strchr(at, '\n');
        json_t *object = json_loadb(at, (size_t)(end - at), 0, NULL);
        sum += json_integer_value(json_object_get(object, "heart_rate"));
        json_decref(object);
        at = end + 1;
    }
    int64_t theirs_us = clock_monotonic_us() - start;
    check(sum > 0);
    printf("        %.2f M records/s, %.1f times jansson's %.2f M\n",
           (double)COUNT / (double)ours_us, (double)theirs_us / (double)ours_us,
           (double)COUNT / (double)theirs_us);
    jsonl_free(reader);
    batch_release(&batch);
    schema_release(&schema);
    buf_release(&text);
}
