#include "data/jsonl.h"
#include "data_show.h"
#include "test.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

/* A reader with all that it needs, its rows shown as text. */
struct fixture {
    struct schema schema;
    struct batch batch;
    struct jsonl *reader;
    struct buf shown;
    struct buf skipped; /* a line a reject */
};

static void note_reject(void *arg, const struct reject *reject)
{
    struct fixture *fixture = arg;

    buf_printf(&fixture->skipped, "%s:%lld:%lld %s [%.*s]\n", reject->file, (long long)reject->line,
               (long long)reject->column, reject->reason, (int)reject->raw_size, reject->raw);
}

/* columns: "name type", a path after a third blank, "!" behind the type makes it required. */
static void setup(struct fixture *fixture, enum reject_policy policy, const char *const *columns)
{
    struct aorta_field fields[32];
    struct err err;
    int count = 0;

    schema_init(&fixture->schema);
    buf_init(&fixture->shown);
    buf_init(&fixture->skipped);
    for (; columns[count] != NULL; count++) {
        char name[64], type[64], path[64];
        int got = sscanf(columns[count], "%63s %63s %63s", name, type, path);
        size_t end = strlen(type) - 1;
        struct schema_column column = {
            .name = name, .path = got == 3 ? path : NULL, .is_required = type[end] == '!'};
        if (column.is_required)
            type[end] = '\0';
        check_ok(schema_type_parse(type, &column.type, &err));
        check_ok(schema_add(&fixture->schema, &column, &err));
        fields[count] = (struct aorta_field){fixture->schema.columns[count].name, column.type};
    }
    fields[count] = (struct aorta_field){"errors", AORTA_JSON};
    batch_init(&fixture->batch, fields, count + (policy == REJECT_EMIT));
    fixture->reader = jsonl_new(&(struct jsonl_options){
        .schema = &fixture->schema,
        .batch = &fixture->batch,
        .rejects = {policy, count, note_reject, fixture},
    });
    jsonl_begin(fixture->reader, "f.json");
}

static void teardown(struct fixture *fixture)
{
    jsonl_free(fixture->reader);
    batch_release(&fixture->batch);
    schema_release(&fixture->schema);
    buf_release(&fixture->shown);
    buf_release(&fixture->skipped);
}

static void flush(struct fixture *fixture)
{
    struct aorta_batch view = batch_view(&fixture->batch);

    show_batch(&fixture->shown, &view);
    batch_reset(&fixture->batch);
}

static int feed(struct fixture *fixture, const char *data, size_t size, struct err *err)
{
    /* A block of its own, so that a byte read behind its end is found. */
    char *copy = alloc_bytes(size);
    const char *at = copy;
    int64_t used = 0;

    memcpy(copy, data, size);
    while (size > 0 && (used = jsonl_feed(fixture->reader, at, size, err)) >= 0) {
        at += used;
        size -= (size_t)used;
        if (batch_is_full(&fixture->batch))
            flush(fixture);
    }
    free(copy);
    return used < 0 ? -1 : 0;
}

static int read_all(struct fixture *fixture, const char *text, struct err *err)
{
    if (feed(fixture, text, strlen(text), err) < 0 || jsonl_finish(fixture->reader, err) < 0)
        return -1;
    flush(fixture);
    return 0;
}

/* One column v of that type, one value: what it becomes. */
static void check_value(const char *type, const char *json, const char *wanted)
{
    const char *columns[] = {"v", NULL};
    struct fixture fixture;
    struct buf line, shown;
    struct err err;
    char column[64];

    snprintf(column, sizeof column, "v %s", type);
    columns[0] = column;
    setup(&fixture, REJECT_FAIL, columns);
    buf_init(&line);
    buf_init(&shown);
    buf_printf(&line, "{\"v\":%s}", json);
    buf_printf(&shown, "%s\n", wanted);
    check_ok(read_all(&fixture, line.data, &err));
    check_str(fixture.shown.data, shown.data);
    buf_release(&line);
    buf_release(&shown);
    teardown(&fixture);
}

static void check_refused(const char *type, const char *json, const char *reason)
{
    const char *columns[] = {"v", NULL};
    struct fixture fixture;
    struct buf line;
    struct err err;
    char column[64];

    snprintf(column, sizeof column, "v %s", type);
    columns[0] = column;
    setup(&fixture, REJECT_FAIL, columns);
    buf_init(&line);
    buf_printf(&line, "{\"v\":%s}\n", json);
    check_fails(read_all(&fixture, line.data, &err), ERR_DATA, reason);
    check_int(fixture.batch.row_count, 0);
    buf_release(&line);
    teardown(&fixture);
}

static const char *const heart_rate[] = {"user_id bigint", "heart_rate integer", "timestamp bigint",
                                         "meta json", NULL};

TEST("a record's members go to their columns in any order, in strings too")
{
    struct fixture fixture;
    struct err err;

    setup(&fixture, REJECT_FAIL, heart_rate);
    check_ok(read_all(&fixture,
                      "{\"user_id\":10001,\"heart_rate\":128,\"timestamp\":1711943972,\"meta\":{"
                      "\"activity_id\":20890,\"location\":{\"latitude\":37.416834}}}\n"
                      " { \"timestamp\" : \"17\" , \"meta\" : { \"a\" : [ ] } ,\"user_id\":\"2\" ,"
                      "\"heart_rate\":\"95\"}\r\n"
                      "\n \t\r\n"
                      "{}\n"
                      "{\"heart_rate\":1,\"heart_rate\":null,\"user\\u005fid\":7,\"x\":[1]}",
                      &err));
    check_str(fixture.shown.data,
              "10001|128|1711943972|{\"activity_id\":20890,\"location\":{\"latitude\":37.416834}}\n"
              "2|95|17|{ \"a\" : [ ] }\n"
              "null|null|null|null\n"
              "7|null|null|null\n");
    teardown(&fixture);
}

TEST("a column may come from a member further down")
{
    const char *columns[] = {"lat double meta.location.latitude", "meta json", "a integer meta.a",
                             NULL};
    struct fixture fixture;
    struct err err;

    setup(&fixture, REJECT_FAIL, columns);
    check_ok(read_all(&fixture,
                      "{\"meta\":{\"a\":1,\"b\":[{}],\"location\":{\"latitude\":1.5}}}\n"
                      "{\"meta\":{\"location\":null}}\n"
                      "{\"meta\":3}\n"
                      "{\"meta\":{\"a\":1},\"meta\":{\"location\":{\"latitude\":2}}}\n",
                      &err));
    check_str(fixture.shown.data, "1.5|{\"a\":1,\"b\":[{}],\"location\":{\"latitude\":1.5}}|1\n"
                                  "null|{\"location\":null}|null\n"
                                  "null|3|null\n"
                                  "2|{\"location\":{\"latitude\":2}}|null\n");
    teardown(&fixture);
}

TEST("values become what their columns are")
{
    check_value("integer", "12", "12");
    check_value("integer", "-0", "0");
    check_value("integer", "1e3", "1000");
    check_value("integer", "12.0", "12");
    check_value("integer", "\"007\"", "7");
    check_value("bigint", "9223372036854775807", "9223372036854775807");
    check_value("bigint", "-9223372036854775808", "-9223372036854775808");
    check_value("bigint", "1200000000000000000000e-3", "1200000000000000000");
    check_value("double", "37.416834", "37.416834000000001");
    check_value("double", "-1e-7", "-9.9999999999999995e-08");
    check_value("double", "\"121.5\"", "121.5");
    check_value("double", "123456789012345678901234567890", "1.2345678901234568e+29");
    check_value("double", "4.9e-324", "4.9406564584124654e-324");
    check_value("boolean", "true", "true");
    check_value("boolean", "\"FALSE\"", "false");
    check_value("text", "1.50", "1.50");
    check_value("text", "true", "true");
    check_value("text", "\"a\\n\\u00e9\\ud83d\\ude00\\\"\\/\"", "a\n\xc3\xa9\xf0\x9f\x98\x80\"/");
    check_value("text", "\"\"", "");
    check_value("json", "\"a\\nb\"", "\"a\\nb\"");
    check_value("json", "null", "null");
    check_value("json", "1e999", "1e999");
    check_value("date", "\"2024-02-29\"", "2024-02-29");
    check_value("date", "\"0001-01-01\"", "0001-01-01");
    check_value("time", "\"12:30\"", "12:30:00.000000Z");
    check_value("timestamp", "\"2024-04-01T12:30:00.5+02:00\"", "2024-04-01 10:30:00.500000");
    check_value("timestamptz", "\"2024-04-01\"", "2024-04-01T00:00:00.000000Z");
    check_value("uuid", "\"3647e578-df15-1872-87c2-18cb6243e16f\"",
                "3647e578df15187287c218cb6243e16f");
    check_value("decimal", "12.50", "12.50");
    check_value("decimal", "-1.5e-3", "-0.0015");
    check_value("decimal", "1.5e3", "1500");
    check_value("decimal", "\"1.25e1\"", "12.5");
    check_value("bytes", "\"\\\\x00fF\"", "00ff");
}

TEST("a value that does not fit its column is refused by name, value and place")
{
    check_refused("integer", "\"abc\"",
                  "f.json:1: column \"v\": \"abc\" is not an integer near column 7");
    check_refused("integer", "2147483648", "\"2147483648\" does not fit an integer of 32 bits");
    check_refused("integer", "1.5", "is not an integer");
    check_refused("integer", "\"\"", "\"\" is not an integer");
    check_refused("integer", "\" 1\"", "is not an integer");
    check_refused("integer", "true", "\"true\" is not an integer");
    check_refused("bigint", "9223372036854775808", "does not fit 64 bits");
    check_refused("bigint", "1e400", "does not fit 64 bits");
    check_refused("double", "1e999", "does not fit a double");
    check_refused("double", "\"nan\"", "is not a number");
    check_refused("double", "\"0x10\"", "is not a number");
    check_refused("boolean", "2", "is not a boolean");
    check_refused("text", "[1]", "\"[1]\" is nested and the column is not json");
    check_refused("text", "\"a\\u0000\"", "has a NUL");
    check_refused("json", "{\"a\":[\"\\u0000\"]}", "has a NUL");
    check_refused("date", "\"2023-02-29\"", "is not a date");
    check_refused("date", "\"2023-02-28T00:00\"", "is not a date");
    check_refused("time", "\"24:00\"", "is not a time");
    check_refused("timestamp", "1711943972", "is a number and not a timestamp");
    check_refused("timestamp", "\"yesterday\"", "is not a timestamp");
    check_refused("uuid", "\"3647e578\"", "is not a uuid");
    check_refused("decimal", "\"12,5\"", "is not a decimal number");
    check_refused("decimal", "1e1000", "an exponent that is not written out");
    check_refused("bytes", "\"00\"", "is not bytes");
    check_refused("integer!", "null", "column \"v\" is required and null");
    check_refused("integer",
                  "[\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"]",
                  "\xc3\xa9...\" is nested");
}

TEST("what is no JSON is refused wherever it stands, with its reason")
{
    static const struct {
        const char *line, *reason;
    } cases[] = {
        {"{\"user_id\":1", "the line ends too early near column 13"},
        {"{\"x\":{\"a\":[1,2", "the line ends too early"},
        {"{\"x\":\"abc", "the line ends too early near column 10"},
        {"{\"x\":1}}", "something after the record near column 8"},
        {"{\"x\":1} {}", "something after the record"},
        {"[1]", "a record that is no object near column 1"},
        {"{\"x\":1,}", "no member name in quotes near column 8"},
        {"{\"x\":[1,]}", "no value where one should be"},
        {"{x:1}", "no member name in quotes"},
        {"{\"x\" 1}", "no colon after a member name"},
        {"{\"x\":{\"y\" 1}}", "no colon after a member name"},
        {"{\"x\":01}", "a number that begins with 0"},
        {"{\"x\":[-]}", "a minus sign without a digit"},
        {"{\"x\":1.}", "a decimal point without a digit"},
        {"{\"x\":1e+}", "an exponent without a digit"},
        {"{\"x\":+1}", "no value where one should be"},
        {"{\"x\":nul}", "a word that is none of true, false, null"},
        {"{\"x\":nullx}", "no comma or } after a member"},
        {"{\"x\":[1 2]}", "no comma or ] after an element"},
        {"{\"x\":\"a\tb\"}", "a control character within a string"},
        {"{\"x\":\"\\x\"}", "a backslash before something that needs none"},
        {"{\"x\":\"\\u12g4\"}", "\\u without four hexadecimal digits"},
        {"{\"x\":\"\\ud800\"}", "a high surrogate without a low one"},
        {"{\"x\":\"\\ud800\\u0041\"}", "a high surrogate without a low one"},
        {"{\"x\":\"\\udc00\"}", "a low surrogate without a high one"},
        {"{\"x\":\"\xff\"}", "invalid UTF-8 near column 7"},
        {"{\"x\":\"\xc0\xaf\"}", "invalid UTF-8"},
        {"{\"\xed\xa0\x80\":1}", "invalid UTF-8"},
        {"{\"x\":'a'}", "no value where one should be"},
        {"{\"x\":NaN}", "no value where one should be"},
        {"{\"x\":1}\v", "something after the record"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct err err;
        setup(&fixture, REJECT_FAIL, heart_rate);
        check_fails(read_all(&fixture, cases[i].line, &err), ERR_DATA, cases[i].reason);
        check_contains(err.message, "f.json:1: ");
        teardown(&fixture);
    }
}

TEST("nesting is allowed up to its limit and not beyond")
{
    struct fixture fixture;
    struct buf line;
    struct err err;

    for (int depth = LIMIT_NESTING - 1; depth <= LIMIT_NESTING; depth++) {
        buf_init(&line);
        buf_append_str(&line, "{\"meta\":");
        for (int i = 0; i < depth; i++)
            buf_append_char(&line, '[');
        for (int i = 0; i < depth; i++)
            buf_append_char(&line, ']');
        buf_append_char(&line, '}');
        setup(&fixture, REJECT_FAIL, heart_rate);
        if (depth < LIMIT_NESTING)
            check_ok(read_all(&fixture, line.data, &err));
        else
            check_fails(read_all(&fixture, line.data, &err), ERR_DATA, "nested too deep");
        teardown(&fixture);
        buf_release(&line);
    }
}

TEST("under fail, the rows before the bad line stay and the message has file and line")
{
    struct fixture fixture;
    struct err err;

    setup(&fixture, REJECT_FAIL, heart_rate);
    check_fails(read_all(&fixture, "{\"user_id\":1}\n\n{\"user_id\":2\n{\"user_id\":3}\n", &err),
                ERR_DATA, "f.json:3: the line ends too early near column 13");
    check_int(fixture.batch.row_count, 1);
    teardown(&fixture);
}

TEST("under skip, a bad line is counted and handed over, and takes no other with it")
{
    struct fixture fixture;
    struct err err;

    setup(&fixture, REJECT_SKIP, heart_rate);
    check_ok(read_all(&fixture,
                      "{\"user_id\":1}\n"
                      "{\"user_id\":2,\"heart_rate\n"
                      "{\"user_id\":3}\n"
                      "{\"user_id\":4,\"heart_rate\":\"fast\"}\n"
                      "{\"user_id\":5}",
                      &err));
    check_str(fixture.shown.data, "1|null|null|null\n3|null|null|null\n5|null|null|null\n");
    check_str(fixture.skipped.data,
              "f.json:2:25 the line ends too early [{\"user_id\":2,\"heart_rate]\n"
              "f.json:4:28 column \"heart_rate\": \"fast\" is not an integer "
              "[{\"user_id\":4,\"heart_rate\":\"fast\"}]\n");
    check_int(jsonl_rejected(fixture.reader), 2);
    teardown(&fixture);
}

TEST("under emit, a bad line is a row with its errors, a bad value only a null")
{
    const char *columns[] = {"a integer", "b integer!", NULL};
    struct fixture fixture;
    struct err err;

    setup(&fixture, REJECT_EMIT, columns);
    check_ok(read_all(&fixture,
                      "{\"a\":1,\"b\":2}\n"
                      "{\"a\":\"x\",\"b\":3}\n"
                      "{\"a\":4\n"
                      "{\"a\":\"\\\"\",\"b\":null}\n",
                      &err));
    check_str(
        fixture.shown.data,
        "1|2|{\"errors\":[]}\n"
        "null|3|{\"errors\":[{\"line\":2,\"column\":7,"
        "\"reason\":\"column \\\"a\\\": \\\"x\\\" is not an integer\"}]}\n"
        "null|null|{\"errors\":[{\"line\":3,\"column\":7,"
        "\"reason\":\"the line ends too early\"}]}\n"
        "null|null|{\"errors\":[{\"line\":4,\"column\":7,"
        "\"reason\":\"column \\\"a\\\": \\\"\\\\\\\"\\\" is not an integer\"},"
        "{\"line\":4,\"column\":20,\"reason\":\"column \\\"b\\\" is required and null\"}]}\n");
    check_int(jsonl_rejected(fixture.reader), 3);
    teardown(&fixture);
}

TEST("a line beyond the limit is one bad line, in pieces or whole, and is not kept")
{
    struct fixture fixture;
    struct err err;
    size_t size = LIMIT_RECORD_BYTES + 100;
    char *line = alloc_bytes(size + 1);

    memset(line, 'x', size);
    line[size] = '\n';
    for (int whole = 0; whole <= 1; whole++) {
        setup(&fixture, REJECT_SKIP, heart_rate);
        check_ok(feed(&fixture, "{\"user_id\":1}\n", 14, &err));
        for (size_t at = 0; at < size + 1;) {
            size_t part = whole ? size + 1 : 1000000;
            part = part < size + 1 - at ? part : size + 1 - at;
            check_ok(feed(&fixture, line + at, part, &err));
            at += part;
        }
        check_ok(feed(&fixture, "{\"user_id\":2}\n", 14, &err));
        check_ok(jsonl_finish(fixture.reader, &err));
        flush(&fixture);
        check_str(fixture.shown.data, "1|null|null|null\n2|null|null|null\n");
        check_contains(fixture.skipped.data, "f.json:2:1 a line longer than 16777216 bytes [xxx");
        check(fixture.skipped.size < 5000);
        teardown(&fixture);
    }
    free(line);
}

TEST("every way to cut a file in two gives the same rows and the same bad lines")
{
    static const char text[] =
        "\xef\xbb\xbf{\"user_id\":1,\"meta\":{\"a\":\"\\ud83d\\ude00 \xc3\xa9\"}}\r\n"
        "{\"user_id\":\"x\"}\n"
        "\r\n"
        "{\"timestamp\": 17 , \"user_id\":3}\n"
        "{\"torn\":\n"
        "{\"user_id\":4}";
    struct fixture whole, cut;
    struct err err;

    setup(&whole, REJECT_SKIP, heart_rate);
    check_ok(read_all(&whole, text, &err));
    check_contains(whole.skipped.data, "f.json:5:9");
    for (size_t at = 0; at <= sizeof text - 1; at++) {
        setup(&cut, REJECT_SKIP, heart_rate);
        check_ok(feed(&cut, text, at, &err));
        check_ok(feed(&cut, text + at, sizeof text - 1 - at, &err));
        check_ok(jsonl_finish(cut.reader, &err));
        flush(&cut);
        check_str(cut.shown.data, whole.shown.data);
        check_str(cut.skipped.data, whole.skipped.data);
        teardown(&cut);
    }
    teardown(&whole);
}

TEST("a full batch stops the reader, which goes on after it; files follow one another")
{
    struct fixture fixture;
    struct buf text;
    struct err err;

    setup(&fixture, REJECT_FAIL, heart_rate);
    buf_init(&text);
    for (int i = 0; i < LIMIT_BATCH_ROWS + 10; i++)
        buf_printf(&text, "{\"user_id\":%d}\n", i);
    int64_t used = jsonl_feed(fixture.reader, text.data, text.size, &err);
    check(used > 0 && used < (int64_t)text.size);
    check_int(fixture.batch.row_count, LIMIT_BATCH_ROWS);
    batch_reset(&fixture.batch);
    int64_t rest = jsonl_feed(fixture.reader, text.data + used, text.size - (size_t)used, &err);
    check_int(used + rest, text.size);
    check_int(fixture.batch.row_count, 10);
    check_int(fixture.batch.columns[0].int64s[0], LIMIT_BATCH_ROWS);
    check_ok(jsonl_finish(fixture.reader, &err));
    jsonl_begin(fixture.reader, "g.json");
    check_fails(read_all(&fixture, "?", &err), ERR_DATA, "g.json:1: ");
    buf_release(&text);
    teardown(&fixture);
}
