#include "data/csv_reader.h"
#include "data/infer.h"
#include "data_show.h"
#include "test.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

struct fixture {
    struct schema schema;
    struct batch batch;
    struct csv_reader *reader;
    struct buf shown;
    struct buf skipped;
};

static void note_reject(void *arg, const struct reject *reject)
{
    struct fixture *fixture = arg;

    buf_printf(&fixture->skipped, "%lld %s [%.*s]\n", (long long)reject->line, reject->reason,
               (int)reject->raw_size, reject->raw);
}

static void setup(struct fixture *fixture, enum reject_policy policy,
                  const struct schema_column *columns, int count, bool keep_empty_text)
{
    struct aorta_field fields[16];
    struct err err;

    schema_init(&fixture->schema);
    buf_init(&fixture->shown);
    buf_init(&fixture->skipped);
    for (int i = 0; i < count; i++) {
        check_ok(schema_add(&fixture->schema, &columns[i], &err));
        fields[i] = (struct aorta_field){columns[i].name, columns[i].type};
    }
    fields[count] = (struct aorta_field){"errors", AORTA_JSON};
    batch_init(&fixture->batch, fields, count + (policy == REJECT_EMIT));
    fixture->reader = csv_reader_new(&(struct csv_reader_options){
        .schema = &fixture->schema,
        .batch = &fixture->batch,
        .keep_empty_text = keep_empty_text,
        .rejects = {policy, count, note_reject, fixture},
    });
    csv_reader_begin(fixture->reader, "f.csv");
}

static void teardown(struct fixture *fixture)
{
    csv_reader_free(fixture->reader);
    batch_release(&fixture->batch);
    schema_release(&fixture->schema);
    buf_release(&fixture->shown);
    buf_release(&fixture->skipped);
}

static int feed(struct fixture *fixture, const char *data, size_t size, struct err *err)
{
    char *copy = alloc_bytes(size);

    memcpy(copy, data, size);
    int64_t used = csv_reader_feed(fixture->reader, copy, size, err);
    free(copy);
    check(used < 0 || used == (int64_t)size);
    return used < 0 ? -1 : 0;
}

static int finish(struct fixture *fixture, struct err *err)
{
    if (csv_reader_finish(fixture->reader, err) < 0)
        return -1;
    struct aorta_batch view = batch_view(&fixture->batch);
    show_batch(&fixture->shown, &view);
    batch_reset(&fixture->batch);
    return 0;
}

static int read_all(struct fixture *fixture, const char *text, struct err *err)
{
    return feed(fixture, text, strlen(text), err) < 0 ? -1 : finish(fixture, err);
}

static const struct schema_column country[] = {
    {.name = "name", .type = AORTA_TEXT},
    {.name = "code", .type = AORTA_TEXT},
    {.name = "people", .type = AORTA_INT64},
};

static const char countries[] = "\xef\xbb\xbf"
                                "code,unused,name,people\r\n"
                                "NA,x,Namibia,3000000\r\n"
                                "\r\n"
                                "KR,,\"Korea, \"\"South\"\"\",\n"
                                "\"\",\"a\nb\",\"two\r\nlines\",\"7\"\n"
                                ",,NULL,\"\"";

static const char countries_shown[] = "Namibia|NA|3000000\n"
                                      "Korea, \"South\"|KR|null\n"
                                      "two\r\nlines||7\n"
                                      "NULL|null|null\n";

TEST("fields go to their columns by the header's names; NA and NULL are texts")
{
    struct fixture fixture;
    struct err err;

    setup(&fixture, REJECT_FAIL, country, 3, false);
    check_ok(read_all(&fixture, countries, &err));
    check_str(fixture.shown.data, countries_shown);
    teardown(&fixture);
}

TEST("with keep_empty_text an empty field is the empty text, in text columns only")
{
    struct fixture fixture;
    struct err err;

    setup(&fixture, REJECT_FAIL, country, 3, true);
    check_ok(read_all(&fixture, "name,code,people\n,,\n", &err));
    check_str(fixture.shown.data, "||null\n");
    teardown(&fixture);
}

TEST("every way to cut a file in two gives the same rows")
{
    size_t size = sizeof countries - 1;
    struct err err;

    for (size_t at = 0; at <= size; at++) {
        struct fixture fixture;
        setup(&fixture, REJECT_FAIL, country, 3, false);
        check_ok(feed(&fixture, countries, at, &err));
        check_ok(feed(&fixture, countries + at, size - at, &err));
        check_ok(finish(&fixture, &err));
        check_str(fixture.shown.data, countries_shown);
        teardown(&fixture);
    }
}

TEST("what is wrong with a file is said with file and line")
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "f.csv:1: no header"},
        {"name,code,people\na,b\n", "f.csv:2: row has 2 fields, the header has 3"},
        {"name,code,people\na\n", "f.csv:2: row has 1 field, the header has 3"},
        {"name,code,people\n\"a\nb\",c,1\na,b,c,d\n", "f.csv:4: row has 4 fields"},
        {"name,code\n", "f.csv:1: no column \"people\" in the header"},
        {"name,code,people,code\n", "f.csv:1: column \"code\" is there twice"},
        {"name,,code,people\n", "f.csv:1: column 2 has an empty name"},
        {"name,\xff,people\n", "f.csv:1: the name of column 2 is not UTF-8"},
        {"name,code,people\na,\"b,3\nc,d,4\n", "f.csv:2: a quote is opened and never closed"},
        {"name,code,people\na,\"b\"x,3\n", "f.csv:2: text after a closing quote"},
        {"name,code,people\na,b\"c,3\n", "f.csv:2: a quote within a field"},
        {"name,code,people\na,b,many\n", "f.csv:2: column \"people\": \"many\" is not an integer"},
        {"name,code,people\na,\xff,3\n", "f.csv:2: column \"code\": \"\xff\" is not UTF-8"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct err err;
        setup(&fixture, REJECT_FAIL, country, 3, false);
        check_fails(read_all(&fixture, cases[i].text, &err), ERR_DATA, cases[i].message);
        teardown(&fixture);
    }
}

TEST("a record of too many fields is a bad one, and memory stays bounded")
{
    struct fixture fixture;
    struct buf text;
    struct err err;

    buf_init(&text);
    buf_append_str(&text, "name,code,people\na,b,1\n");
    for (int i = 0; i < 1000000; i++)
        buf_append_char(&text, ',');
    buf_append_str(&text, "\nc,d,2\n");
    setup(&fixture, REJECT_SKIP, country, 3, false);
    check_ok(read_all(&fixture, text.data, &err));
    check_str(fixture.shown.data, "a|b|1\nc|d|2\n");
    check_contains(fixture.skipped.data, "3 more fields than a table can have columns");
    check(fixture.skipped.size < 3000);
    buf_release(&text);
    teardown(&fixture);
}

TEST("a NUL in a field is refused")
{
    struct fixture fixture;
    struct err err;

    setup(&fixture, REJECT_FAIL, country, 3, false);
    check_fails(feed(&fixture, "name,code,people\na\0b,c,1\n", 25, &err), ERR_DATA,
                "f.csv:2: column \"name\": \"a\" has a NUL");
    teardown(&fixture);
}

TEST("under skip and emit a bad record takes no other with it")
{
    static const char text[] = "name,code,people\na,b,1\n\"x,y\",c\nd,e,many\nf,g,2\n";
    struct fixture fixture;
    struct err err;

    setup(&fixture, REJECT_SKIP, country, 3, false);
    check_ok(read_all(&fixture, text, &err));
    check_str(fixture.shown.data, "a|b|1\nf|g|2\n");
    check_str(fixture.skipped.data, "3 row has 2 fields, the header has 3 [\"x,y\",c]\n"
                                    "4 column \"people\": \"many\" is not an integer [d,e,many]\n");
    teardown(&fixture);

    setup(&fixture, REJECT_EMIT, country, 3, false);
    check_ok(read_all(&fixture, text, &err));
    check_str(fixture.shown.data,
              "a|b|1|{\"errors\":[]}\n"
              "null|null|null|{\"errors\":[{\"line\":3,\"column\":0,"
              "\"reason\":\"row has 2 fields, the header has 3\"}]}\n"
              "d|e|null|{\"errors\":[{\"line\":4,\"column\":0,"
              "\"reason\":\"column \\\"people\\\": \\\"many\\\" is not an integer\"}]}\n"
              "f|g|2|{\"errors\":[]}\n");
    teardown(&fixture);
}

/* ------------------------------------------------------------------- another way to split records */

/* The fields of a whole text, split by looking ahead, each ended by '|', records by a line feed:
 * slow, plain, and made from RFC 4180's grammar without a state machine. */
static void split_naively(const char *text, char delimiter, struct buf *out)
{
    while (*text != '\0') {
        for (;;) {
            if (*text == '"') {
                const char *close = text + 1;
                while (*close != '"' || close[1] == '"')
                    close += *close == '"' ? 2 : 1;
                for (const char *at = text + 1; at < close; at += *at == '"' ? 2 : 1)
                    buf_append_char(out, *at);
                text = close + 1;
            } else {
                const char *end = text;
                while (*end != delimiter && *end != '\n' && *end != '\0')
                    end++;
                size_t size = (size_t)(end - text);
                size -= size > 0 && text[size - 1] == '\r' && *end != delimiter;
                buf_append(out, text, size);
                text = end;
            }
            buf_append_char(out, '|');
            if (*text != delimiter)
                break;
            text++;
        }
        text += *text == '\r';
        text += *text == '\n';
        buf_append_char(out, '\n');
    }
}

TEST("records made at random are split as a naive splitter splits them")
{
    static const char *const parts[] = {"a", "bc", "\"\"", ";", "\n", "\r\n", " ", "\xc3\xa9"};
    uint64_t state = 7;

    for (int round = 0; round < 2000; round++) {
        struct buf text, wanted, got;
        struct csv csv;
        buf_init(&text);
        buf_init(&wanted);
        buf_init(&got);
        for (int field = 0; field < 30; field++) {
            bool is_quoted = (state = hash_mix(state + 1)) % 2 == 0;
            buf_append_str(&text, is_quoted ? "\"" : "x");
            for (uint64_t n = (state = hash_mix(state + 1)) % 4; n > 0; n--) {
                state = hash_mix(state + 1);
                buf_append_str(&text, is_quoted ? parts[state % 8] : parts[state % 2]);
            }
            buf_append_str(&text, is_quoted ? "\"" : "");
            buf_append_str(&text, field % 3 < 2 ? ";" : field % 2 == 0 ? "\r\n" : "\n");
        }
        split_naively(text.data, ';', &wanted);
        csv_init(&csv, ';');
        const char *data = text.data;
        size_t size = text.size;
        while (csv_feed(&csv, &data, &size) == 1) {
            check(csv.problem == NULL);
            for (int32_t i = 0; i < csv.field_count; i++) {
                buf_append(&got, csv_text(&csv, i), csv.fields[i].size);
                buf_append_char(&got, '|');
            }
            buf_append_char(&got, '\n');
        }
        check_int(csv_finish(&csv), 0);
        check_str(got.data, wanted.data);
        csv_release(&csv);
        buf_release(&text);
        buf_release(&wanted);
        buf_release(&got);
    }
}

/* ------------------------------------------------------------------------------------ inference */

static enum aorta_type type_of(const char *const *values)
{
    unsigned seen = INFER_NULL;

    for (; *values != NULL; values++)
        seen |= infer_field(*values, strlen(*values), false);
    return infer_type(seen);
}

#define VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST("a column's type is the narrowest that holds its values")
{
    check_int(type_of(VALUES("", "")), AORTA_TEXT);
    check_int(type_of(VALUES("true", "", "FALSE")), AORTA_BOOL);
    check_int(type_of(VALUES("1", "-20", "9223372036854775807")), AORTA_INT64);
    check_int(type_of(VALUES("1", "2.5")), AORTA_DOUBLE);
    check_int(type_of(VALUES("1e3")), AORTA_DOUBLE);
    check_int(type_of(VALUES("007")), AORTA_TEXT);
    check_int(type_of(VALUES("+5")), AORTA_TEXT);
    check_int(type_of(VALUES("0")), AORTA_INT64);
    check_int(type_of(VALUES("00")), AORTA_TEXT);
    check_int(type_of(VALUES("1", "9223372036854775808")), AORTA_TEXT);
    check_int(type_of(VALUES("true", "1")), AORTA_TEXT);
    check_int(type_of(VALUES("NA")), AORTA_TEXT);
    check_int(type_of(VALUES("1", "x")), AORTA_TEXT);
    check_int(type_of(VALUES("2024-04-01")), AORTA_DATE);
    check_int(type_of(VALUES("2024-04-01", "2024-04-01 12:30:00")), AORTA_TIMESTAMP);
    check_int(type_of(VALUES("2024-04-01T12:30:00Z")), AORTA_TIMESTAMPTZ);
    check_int(type_of(VALUES("2024-04-01", "2024-04-01T12:30:00Z")), AORTA_TEXT);
    check_int(type_of(VALUES("2024-04-01", "5")), AORTA_TEXT);
    check_int(type_of(VALUES("01/04/2024")), AORTA_TEXT);
    check_int(type_of(VALUES("nan", "inf")), AORTA_TEXT);
}

TEST("a CSV file's schema has its header's columns, and keeps what was declared")
{
    static const char text[] = "id,zip,name,born\n1,00501,NA,2024-04-01\n\"2\",10001,,\n";
    struct schema schema;
    struct err err;

    schema_init(&schema);
    check_ok(schema_add(&schema, &(struct schema_column){.name = "id", .type = AORTA_INT32}, &err));
    check_ok(infer_csv(&schema, "f.csv", text, sizeof text - 1, ',', &err));
    check_int(schema.column_count, 4);
    check_int(schema_find(&schema, "id")->type, AORTA_INT32);
    check_int(schema_find(&schema, "zip")->type, AORTA_TEXT);
    check_int(schema_find(&schema, "name")->type, AORTA_TEXT);
    check_int(schema_find(&schema, "born")->type, AORTA_DATE);
    schema_release(&schema);
}

TEST("inference says with file and line what is wrong with a CSV file")
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "f.csv:1: no header"},
        {"a,b\n1,2\n3\n", "f.csv:3: row has 1 field, the header has 2"},
        {"a,a\n", "f.csv:1: column \"a\" is there twice"},
        {"a,b\n1,\"2\n\n", "f.csv:2: a quote is opened and never closed"},
    };
    struct schema schema;
    struct err err;

    schema_init(&schema);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_fails(infer_csv(&schema, "f.csv", cases[i].text, strlen(cases[i].text), 0, &err),
                    ERR_DATA, cases[i].message);
    check_int(schema.column_count, 0);
    schema_release(&schema);
}
