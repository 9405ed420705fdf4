#include "executor/sink_plan.h"

#include "base/clock.h"
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_HOUR (INT64_C(3600) * CLOCK_US_PER_SECOND)

static const char *const unit_names[] = {
    [SINK_SECONDS] = "s",
    [SINK_MILLISECONDS] = "ms",
    [SINK_MICROSECONDS] = "us",
    [SINK_ISO] = "iso",
};

bool sink_time_unit_find(const char *name, enum sink_time_unit *unit)
{
    for (size_t i = 0; i < sizeof unit_names / sizeof *unit_names; i++) {
        if (strcmp(unit_names[i], name) == 0) {
            *unit = (enum sink_time_unit)i;
            return true;
        }
    }
    return false;
}

bool sink_grouping_equal(const struct sink_grouping *a, const struct sink_grouping *b)
{
    return strcmp(a->time_field, b->time_field) == 0 && a->unit == b->unit &&
           a->earliest_us == b->earliest_us;
}

/* --------------------------------------------------------------------------------------- encode */

/* "2024-04-18T00" */
static char *format_hour(char text[CLOCK_TEXT_SIZE], int64_t hour)
{
    clock_format_iso(text, hour * US_PER_HOUR, 0);
    text[strlen("2024-04-18T00")] = '\0';
    return text;
}

static void encode_numbers(struct json_writer *json, const struct sink_object *object)
{
    json_write_key(json, "first"), json_write_int(json, object->first);
    json_write_key(json, "count"), json_write_int(json, object->count);
    json_write_key(json, "bytes"), json_write_int(json, object->bytes);
}

static void encode_flush(struct json_writer *json, const struct sink_entry *entry)
{
    char hour[CLOCK_TEXT_SIZE];

    json_write_key(json, "grouping"), json_write_object(json);
    json_write_key(json, "field"), json_write_str(json, entry->grouping.time_field);
    json_write_key(json, "unit"), json_write_str(json, unit_names[entry->grouping.unit]);
    json_write_key(json, "zone"), json_write_str(json, "UTC");
    json_write_key(json, "earliest_us"), json_write_int(json, entry->grouping.earliest_us);
    json_write_end(json);
    json_write_key(json, "objects"), json_write_array(json);
    for (int32_t i = 0; i < entry->object_count; i++) {
        const struct sink_object *object = &entry->objects[i];
        json_write_object(json);
        json_write_key(json, "hour"), json_write_str(json, format_hour(hour, object->hour));
        encode_numbers(json, object);
        json_write_key(json, "min_us"), json_write_int(json, object->min_us);
        json_write_key(json, "max_us"), json_write_int(json, object->max_us);
        json_write_end(json);
    }
    json_write_end(json);
    json_write_key(json, "dead"), json_write_object(json);
    encode_numbers(json, &entry->dead);
    json_write_end(json);
}

void sink_plan_encode(const struct sink_entry *entry, struct buf *out)
{
    struct json_writer json;

    json_writer_init(&json, out);
    json_write_object(&json);
    json_write_key(&json, "version"), json_write_int(&json, SINK_PLAN_VERSION);
    json_write_key(&json, "kind"),
        json_write_str(&json, entry->kind == SINK_OPEN ? "open" : "flush");
    json_write_key(&json, "topic"), json_write_str(&json, entry->topic);
    json_write_key(&json, "partition"), json_write_int(&json, entry->partition);
    json_write_key(&json, "sequence"), json_write_int(&json, entry->sequence);
    json_write_key(&json, "opened"), json_write_int(&json, entry->opened);
    json_write_key(&json, "incarnation"), json_write_str(&json, entry->incarnation);
    json_write_key(&json, "base"), json_write_int(&json, entry->base);
    json_write_key(&json, "start"), json_write_int(&json, entry->start);
    json_write_key(&json, "end"), json_write_int(&json, entry->end);
    json_write_key(&json, "token"), json_write_str(&json, entry->token);
    if (entry->kind == SINK_FLUSH)
        encode_flush(&json, entry);
    json_write_end(&json);
    buf_append_char(out, '\n');
}

void sink_seal_encode(enum sink_outcome outcome, struct buf *out)
{
    assert(outcome != SINK_UNSEALED);
    buf_printf(out, "{\"version\":%d,\"outcome\":\"%s\"}\n", SINK_PLAN_VERSION,
               outcome == SINK_DONE ? "done" : "void");
}

/* ---------------------------------------------------------------------------------------- parse */

/* What a member is missing or wrong: the first one found; NULL while all is well. */
struct plan_parser {
    struct arena *arena;
    const char *wrong;
};

static int64_t get_int(struct plan_parser *parser, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_integer(value) && parser->wrong == NULL)
        parser->wrong = name;
    return json_integer_value(value);
}

static const char *get_str(struct plan_parser *parser, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_string(value)) {
        if (parser->wrong == NULL)
            parser->wrong = name;
        return "";
    }
    return arena_strdup(parser->arena, json_string_value(value));
}

static int64_t get_hour(struct plan_parser *parser, const json_t *object)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t us = 0;
    int size = snprintf(text, sizeof text, "%s:00", get_str(parser, object, "hour"));

    if (size < 0 || (size_t)size >= sizeof text ||
        !clock_parse(text, (size_t)size, &us, NULL, NULL) || us % US_PER_HOUR != 0)
        parser->wrong = "hour";
    return us / US_PER_HOUR;
}

static void get_numbers(struct plan_parser *parser, const json_t *value, struct sink_object *object)
{
    object->first = get_int(parser, value, "first");
    object->count = get_int(parser, value, "count");
    object->bytes = get_int(parser, value, "bytes");
}

static void get_flush(struct plan_parser *parser, const json_t *root, struct sink_entry *entry)
{
    const json_t *grouping = json_object_get(root, "grouping");
    const json_t *objects = json_object_get(root, "objects");
    size_t count = json_array_size(objects);

    entry->grouping.time_field = get_str(parser, grouping, "field");
    entry->grouping.earliest_us = get_int(parser, grouping, "earliest_us");
    if (!sink_time_unit_find(get_str(parser, grouping, "unit"), &entry->grouping.unit))
        parser->wrong = "unit";
    if (strcmp(get_str(parser, grouping, "zone"), "UTC") != 0)
        parser->wrong = "zone";
    if (!json_is_array(objects) || count > SINK_PLAN_OBJECTS) {
        parser->wrong = "objects";
        return;
    }
    entry->object_count = (int32_t)count;
    entry->objects = arena_calloc(parser->arena, count, sizeof *entry->objects);
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(objects, i);
        struct sink_object *object = &entry->objects[i];
        object->hour = get_hour(parser, value);
        get_numbers(parser, value, object);
        object->min_us = get_int(parser, value, "min_us");
        object->max_us = get_int(parser, value, "max_us");
    }
    get_numbers(parser, json_object_get(root, "dead"), &entry->dead);
}

static void get_entry(struct plan_parser *parser, const json_t *root, struct sink_entry *entry)
{
    const char *kind = get_str(parser, root, "kind");
    int64_t partition = get_int(parser, root, "partition");

    if (partition < 0 || partition > INT32_MAX)
        parser->wrong = "partition";
    entry->partition = (int32_t)partition;
    entry->topic = get_str(parser, root, "topic");
    entry->sequence = get_int(parser, root, "sequence");
    entry->opened = get_int(parser, root, "opened");
    entry->incarnation = get_str(parser, root, "incarnation");
    entry->base = get_int(parser, root, "base");
    entry->start = get_int(parser, root, "start");
    entry->end = get_int(parser, root, "end");
    if (!json_is_null(json_object_get(root, "token")))
        entry->token = get_str(parser, root, "token");
    if (entry->opened < 1 || entry->opened > entry->sequence)
        parser->wrong = "opened";
    if (entry->start < 0 || entry->end < entry->start)
        parser->wrong = "end";
    if (strcmp(kind, "flush") == 0) {
        entry->kind = SINK_FLUSH;
        get_flush(parser, root, entry);
    } else if (strcmp(kind, "open") != 0) {
        parser->wrong = "kind";
    }
}

int sink_plan_parse(const char *text, size_t size, struct arena *arena, struct sink_entry *entry,
                    struct err *err)
{
    struct plan_parser parser = {.arena = arena};
    struct sink_entry parsed = {.kind = SINK_OPEN};
    json_error_t where;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);

    if (root == NULL)
        return err_set(err, ERR_BROKEN, "not JSON: %s", where.text);
    int64_t version = get_int(&parser, root, "version");
    if (parser.wrong == NULL && version != SINK_PLAN_VERSION) {
        json_decref(root);
        return err_set(err, ERR_CONFIG,
                       "version %" PRId64 " is not version %d, which this aorta "
                       "knows",
                       version, SINK_PLAN_VERSION);
    }
    get_entry(&parser, root, &parsed);
    json_decref(root);
    if (parser.wrong != NULL)
        return err_set(err, ERR_BROKEN, "member \"%s\" is missing or wrong", parser.wrong);
    *entry = parsed;
    return 0;
}

int sink_seal_parse(const char *text, size_t size, enum sink_outcome *outcome, struct err *err)
{
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    const char *word = json_string_value(json_object_get(root, "outcome"));
    int result = 0;

    if (json_integer_value(json_object_get(root, "version")) != SINK_PLAN_VERSION)
        result = err_set(err, ERR_BROKEN, "no seal of version %d", SINK_PLAN_VERSION);
    else if (word != NULL && strcmp(word, "done") == 0)
        *outcome = SINK_DONE;
    else if (word != NULL && strcmp(word, "void") == 0)
        *outcome = SINK_VOID;
    else
        result = err_set(err, ERR_BROKEN, "neither done nor void");
    json_decref(root);
    return result;
}

/* ----------------------------------------------------------------------------------------- keys */

void sink_key_topic(struct buf *key, const char *topic)
{
    buf_reset(key);
    buf_printf(key, "topics/%s/_plans/", topic);
}

void sink_key_chain(struct buf *key, const char *topic, int32_t partition)
{
    sink_key_topic(key, topic);
    buf_printf(key, "%" PRId32 "/", partition);
}

void sink_key_plan(struct buf *key, const char *topic, int32_t partition, int64_t sequence)
{
    sink_key_chain(key, topic, partition);
    buf_printf(key, "%020" PRId64 ".plan", sequence);
}

void sink_key_seal(struct buf *key, const char *topic, int32_t partition, int64_t sequence)
{
    sink_key_chain(key, topic, partition);
    buf_printf(key, "%020" PRId64 ".seal", sequence);
}

void sink_key_day(struct buf *key, const char *topic, int64_t hour)
{
    int64_t year;
    int month, day;

    clock_civil_from_days(hour / 24, &year, &month, &day);
    buf_reset(key);
    buf_printf(key, "topics/%s/year=%04" PRId64 "/month=%02d/day=%02d/", topic, year, month, day);
}

void sink_key_hour(struct buf *key, const char *topic, int64_t hour)
{
    sink_key_day(key, topic, hour);
    buf_printf(key, "hour=%02d/", (int)(hour % 24));
}

void sink_key_object(struct buf *key, const char *topic, int32_t partition,
                     const struct sink_object *object)
{
    sink_key_hour(key, topic, object->hour);
    buf_printf(key, "%s+%" PRId32 "+%010" PRId64 ".json", topic, partition, object->first);
}

void sink_key_dead(struct buf *key, const char *topic, int32_t partition, int64_t first)
{
    buf_reset(key);
    buf_printf(key, "topics/%s/_dead/%s+%" PRId32 "+%010" PRId64 ".jsonl", topic, topic, partition,
               first);
}

bool sink_key_parse(const char *key, const char *topic, int32_t *partition, int64_t *sequence,
                    bool *is_seal)
{
    struct buf prefix;
    char *end;

    buf_init(&prefix);
    sink_key_topic(&prefix, topic);
    bool is_ours = strncmp(key, prefix.data, prefix.size) == 0;
    const char *text = key + (is_ours ? prefix.size : 0);
    buf_release(&prefix);
    if (!is_ours)
        return false;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end != '/' || number < 0 || number > INT32_MAX)
        return false;
    *partition = (int32_t)number;
    text = end + 1;
    number = strtoll(text, &end, 10);
    if (end - text != 20 || number < 1)
        return false;
    *sequence = number;
    *is_seal = strcmp(end, ".seal") == 0;
    return *is_seal || strcmp(end, ".plan") == 0;
}
