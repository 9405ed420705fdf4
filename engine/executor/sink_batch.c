#include "executor/sink_batch.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "executor/sink_event.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_HOUR (INT64_C(3600) * CLOCK_US_PER_SECOND)

void sink_batch_init(struct sink_batch *batch, const struct sink_grouping *grouping)
{
    *batch = (struct sink_batch){.grouping = *grouping, .max_us = INT64_MIN};
    sink_shape_init(&batch->shape);
    buf_init(&batch->lines);
    buf_init(&batch->token);
}

void sink_batch_release(struct sink_batch *batch)
{
    sink_shape_release(&batch->shape);
    buf_release(&batch->lines);
    buf_release(&batch->token);
    free(batch->records);
    free(batch->hours);
    free(batch->order);
    batch->records = NULL;
    batch->hours = NULL;
    batch->order = NULL;
}

size_t sink_batch_bytes(const struct sink_batch *batch)
{
    return batch->lines.size + batch->count * sizeof *batch->records;
}

/* ---------------------------------------------------------------------------------------- hours */

/* The place of the hour in the ascending list, or where it belongs. The guess is a place where it
 * may well be: records of an hour come together. */
static size_t find_hour(const struct sink_batch *batch, int64_t hour, size_t guess)
{
    size_t low = 0, high = batch->hour_count;

    if (guess < high && batch->hours[guess] == hour)
        return guess;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (batch->hours[middle] < hour)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Returns its place. */
static size_t add_hour(struct sink_batch *batch, int64_t hour, size_t guess)
{
    size_t at = find_hour(batch, hour, guess);

    if (at < batch->hour_count && batch->hours[at] == hour)
        return at;
    if (batch->hour_count == batch->hour_capacity) {
        batch->hour_capacity = batch->hour_capacity > 0 ? batch->hour_capacity * 2 : 16;
        batch->hours = alloc_resize(batch->hours, batch->hour_capacity * sizeof *batch->hours);
    }
    memmove(&batch->hours[at + 1], &batch->hours[at],
            (batch->hour_count - at) * sizeof *batch->hours);
    batch->hours[at] = hour;
    batch->hour_count++;
    return at;
}

static void list_hours(struct sink_batch *batch)
{
    size_t at = 0;

    batch->hour_count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->records[i].bad == NULL)
            at = add_hour(batch, batch->records[i].hour, at);
    }
}

/* Whether a line is a record, and of which hour. */
static void classify(const struct sink_batch *batch, const struct sink_grouping *grouping,
                     struct sink_shape *shape, struct sink_line *line)
{
    line->bad = sink_event_time(grouping, shape, batch->lines.data + line->at, line->size,
                                line->log_time_ms, &line->event_us);
    if (line->bad != NULL)
        line->event_us = 0;
    line->hour = line->event_us / US_PER_HOUR;
}

/* ------------------------------------------------------------------------------------------ I/O */

void sink_batch_keep_from(struct sink_batch *batch, int64_t number)
{
    size_t passed = 0;

    if (number < batch->start || number > batch->next) {
        passed = batch->count;
        batch->next = number;
        batch->has_token = false;
    }
    while (passed < batch->count && batch->records[passed].number < number)
        passed++;
    size_t bytes = passed < batch->count ? batch->records[passed].at : batch->lines.size;
    buf_consume(&batch->lines, bytes);
    batch->count -= passed;
    if (batch->count > 0)
        memmove(batch->records, batch->records + passed, batch->count * sizeof *batch->records);
    for (size_t i = 0; i < batch->count; i++)
        batch->records[i].at -= bytes;
    batch->start = number;
    list_hours(batch);
}

static int take_token(struct sink_batch *batch, const struct aorta_record *record, struct err *err)
{
    if (record->header == NULL)
        return 0;
    if (record->header_size > SINK_TOKEN_BYTES)
        return err_set(err, ERR_DATA,
                       "offset %" PRId64 ": header \"aorta-position\" is larger "
                       "than 64 KiB",
                       record->offset);
    if (!utf8_is_valid(record->header, record->header_size) ||
        memchr(record->header, '\0', record->header_size) != NULL)
        return err_set(err, ERR_DATA,
                       "offset %" PRId64 ": header \"aorta-position\" is not UTF-8 "
                       "text",
                       record->offset);
    buf_reset(&batch->token);
    buf_append(&batch->token, record->header, record->header_size);
    batch->has_token = true;
    return 0;
}

int sink_batch_push(struct sink_batch *batch, const struct aorta_record *record, int64_t number,
                    struct err *err)
{
    if (number < batch->next)
        return 0;
    if (take_token(batch, record, err) < 0)
        return -1;
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity > 0 ? batch->capacity * 2 : 256;
        batch->records = alloc_resize(batch->records, batch->capacity * sizeof *batch->records);
    }
    struct sink_line *line = &batch->records[batch->count++];
    *line = (struct sink_line){.at = batch->lines.size,
                               .size = record->value_size,
                               .number = number,
                               .log_time_ms = record->timestamp_ms};
    if (record->value_size > 0)
        buf_append(&batch->lines, record->value, record->value_size);
    buf_append_char(&batch->lines, '\n');
    batch->next = number + 1;
    classify(batch, &batch->grouping, &batch->shape, line);
    if (line->bad == NULL) {
        batch->newest_hour = add_hour(batch, line->hour, batch->newest_hour);
        if (line->event_us > batch->max_us)
            batch->max_us = line->event_us;
    }
    return 0;
}

/* ---------------------------------------------------------------------------------------- plans */

/* How many of the batch's records the entry covers. */
static size_t count_covered(const struct sink_batch *batch, const struct sink_entry *entry)
{
    size_t count = batch->count;

    while (count > 0 && batch->records[count - 1].number >= entry->end)
        count--;
    return count;
}

static void count_line(struct sink_object *object, const struct sink_line *line)
{
    if (object->count == 0) {
        object->first = line->number;
        object->min_us = line->event_us;
        object->max_us = line->event_us;
    }
    object->count++;
    object->bytes += (int64_t)line->size + 1;
    if (line->event_us < object->min_us)
        object->min_us = line->event_us;
    if (line->event_us > object->max_us)
        object->max_us = line->event_us;
}

static bool has_base64(const struct sink_batch *batch, const struct sink_line *line)
{
    return !utf8_is_valid(batch->lines.data + line->at, line->size);
}

static void append_base64(struct buf *out, const unsigned char *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < size; i += 3) {
        uint32_t bits = (uint32_t)data[i] << 16;
        bits |= i + 1 < size ? (uint32_t)data[i + 1] << 8 : 0;
        bits |= i + 2 < size ? (uint32_t)data[i + 2] : 0;
        buf_append_char(out, digits[bits >> 18]);
        buf_append_char(out, digits[bits >> 12 & 63]);
        buf_append_char(out, i + 1 < size ? digits[bits >> 6 & 63] : '=');
        buf_append_char(out, i + 2 < size ? digits[bits & 63] : '=');
    }
}

static void append_dead(const struct sink_batch *batch, const struct sink_entry *entry,
                        const struct sink_line *line, struct buf *out)
{
    const char *text = batch->lines.data + line->at;
    struct json_writer json;
    struct buf base64;

    json_writer_init(&json, out);
    json_write_object(&json);
    json_write_key(&json, "topic"), json_write_str(&json, entry->topic);
    json_write_key(&json, "partition"), json_write_int(&json, entry->partition);
    json_write_key(&json, "offset"), json_write_int(&json, line->number - entry->base);
    json_write_key(&json, "number"), json_write_int(&json, line->number);
    json_write_key(&json, "time_ms"), json_write_int(&json, line->log_time_ms);
    json_write_key(&json, "reason"), json_write_str(&json, line->bad);
    if (has_base64(batch, line)) {
        buf_init(&base64);
        append_base64(&base64, (const unsigned char *)text, line->size);
        json_write_key(&json, "base64"), json_write_strn(&json, base64.data, base64.size);
        buf_release(&base64);
    } else {
        json_write_key(&json, "text"), json_write_strn(&json, text, line->size);
    }
    json_write_end(&json);
    buf_append_char(out, '\n');
}

/* Dead letters are few: their size is found by rendering them. */
static void group_dead(const struct sink_batch *batch, struct sink_entry *entry, size_t *order)
{
    struct buf text;

    buf_init(&text);
    entry->dead = (struct sink_object){0};
    for (size_t i = 0, left = count_covered(batch, entry); i < left; i++) {
        const struct sink_line *line = &batch->records[i];
        if (line->bad == NULL)
            continue;
        if (entry->dead.count == 0)
            entry->dead.first = line->number;
        order[entry->dead.count++] = i;
        buf_reset(&text);
        append_dead(batch, entry, line, &text);
        entry->dead.bytes += (int64_t)text.size;
    }
    buf_release(&text);
}

/* Puts the records of each open hour behind those of the hours before it. Returns how many. */
static size_t order_records(struct sink_batch *batch, struct arena *arena,
                            const struct sink_object *objects, size_t covered)
{
    size_t *next = arena_calloc(arena, batch->hour_count, sizeof *next);
    size_t sum = 0, at = 0;

    for (size_t i = 0; i < batch->hour_count; i++) {
        next[i] = sum;
        sum += (size_t)objects[i].count;
    }
    for (size_t i = 0; i < covered; i++) {
        if (batch->records[i].bad != NULL)
            continue;
        at = find_hour(batch, batch->records[i].hour, at);
        batch->order[next[at]++] = i;
    }
    return sum;
}

/* A plan by other settings: these records go with it, so they may keep its hours. */
static void classify_again(struct sink_batch *batch, const struct sink_entry *entry, size_t covered)
{
    struct sink_shape shape;

    sink_shape_init(&shape);
    for (size_t i = 0; i < covered; i++)
        classify(batch, &entry->grouping, &shape, &batch->records[i]);
    sink_shape_release(&shape);
    list_hours(batch);
}

void sink_batch_group(struct sink_batch *batch, struct arena *arena, struct sink_entry *entry)
{
    size_t covered = count_covered(batch, entry), at = 0;

    assert(entry->start == batch->start && entry->end <= batch->next);
    if (!sink_grouping_equal(&batch->grouping, &entry->grouping))
        classify_again(batch, entry, covered);
    if (batch->order_capacity < covered) {
        batch->order_capacity = covered;
        batch->order = alloc_resize(batch->order, covered * sizeof *batch->order);
    }
    struct sink_object *objects = arena_calloc(arena, batch->hour_count, sizeof *objects);
    for (size_t i = 0; i < covered; i++) {
        const struct sink_line *line = &batch->records[i];
        if (line->bad != NULL)
            continue;
        at = find_hour(batch, line->hour, at);
        count_line(&objects[at], line);
    }
    size_t ordered = order_records(batch, arena, objects, covered);
    group_dead(batch, entry, batch->order + ordered);
    entry->objects = objects;
    entry->object_count = 0;
    for (size_t i = 0; i < batch->hour_count; i++) {
        if (objects[i].count == 0)
            continue;
        objects[i].hour = batch->hours[i];
        objects[entry->object_count++] = objects[i];
    }
}

/* The records in that order as they stand: lent where they are neighbours, else copied. */
static struct sink_bytes gather(const struct sink_batch *batch, const size_t *order, size_t count,
                                struct buf *space)
{
    for (size_t i = 0, run; i < count; i += run) {
        const struct sink_line *first = &batch->records[order[i]];
        run = 1;
        while (i + run < count && order[i + run] == order[i] + run)
            run++;
        const struct sink_line *last = first + run - 1;
        size_t size = last->at + last->size + 1 - first->at;
        if (run == count)
            return (struct sink_bytes){batch->lines.data + first->at, size};
        buf_append(space, batch->lines.data + first->at, size);
    }
    return (struct sink_bytes){space->data, space->size};
}

struct sink_bytes sink_batch_render(const struct sink_batch *batch, const struct sink_entry *entry,
                                    int32_t index, struct buf *space)
{
    const size_t *order = batch->order;

    for (int32_t i = 0; i < index; i++)
        order += entry->objects[i].count;
    buf_reset(space);
    if (index < entry->object_count)
        return gather(batch, order, (size_t)entry->objects[index].count, space);
    for (int64_t i = 0; i < entry->dead.count; i++)
        append_dead(batch, entry, &batch->records[order[i]], space);
    return (struct sink_bytes){space->data, space->size};
}
