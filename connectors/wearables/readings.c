#include "readings.h"

#include "place.h"
#include "session.h"
#include "wearer_list.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum {
    COLUMN_KEY,
    COLUMN_VALUE,
    COLUMN_PARTITION,
    COLUMN_POSITION,
    COLUMNS,
};

enum {
    /* Of a user, in one slot: what is on time and what is late by each delay. */
    RECORDS_MAX = (SESSION_DELAY_MAX + 1) * SESSION_READINGS_MAX,
    MESSAGE_BYTES = 320,
};

static const int64_t us_per_hour = INT64_C(3600000000);

static const struct aorta_field fields[COLUMNS] = {
    [COLUMN_KEY] = {"key", AORTA_TEXT},
    [COLUMN_VALUE] = {"value", AORTA_TEXT},
    [COLUMN_PARTITION] = {"partition", AORTA_INT32},
    [COLUMN_POSITION] = {"position", AORTA_TEXT},
};

const struct aorta_stream readings_stream = {"heart_rates", COLUMNS, fields, 0, NULL};
const char *const readings_inputs[] = {"users", "activities", NULL};

struct readings {
    const struct settings *settings;
    struct wearer_list list;
    struct place *last; /* of each partition: its last record */
    int64_t first_slot; /* nothing happens before */
    int64_t end_slot;   /* the first that has not ended */
    int64_t slot;
    int32_t next_wearer; /* of the slot */
    bool is_begun;
    struct buf position;
};

static int64_t floor_hours(int64_t us)
{
    return us / us_per_hour - (us % us_per_hour < 0);
}

int readings_new(const struct settings *settings, const char *position, int64_t as_of_us,
                 struct readings **readings, struct aorta_error *error)
{
    struct place *last = alloc_zeroed((size_t)settings->partitions, sizeof *last);

    places_init(last, settings->partitions);
    if (position != NULL && !places_parse(last, settings->partitions, position)) {
        free(last);
        return aorta_fail(error, AORTA_BROKEN,
                          "position \"%.200s\" is none of %d partitions' last records", position,
                          settings->partitions);
    }
    struct readings *result = alloc_zeroed(1, sizeof *result);
    result->settings = settings;
    result->last = last;
    result->first_slot = floor_hours(settings->start_us + us_per_hour - 1);
    result->end_slot = floor_hours(as_of_us);
    buf_init(&result->position);
    *readings = result;
    return 0;
}

void readings_free(struct readings *readings)
{
    if (readings == NULL)
        return;
    wearer_list_release(&readings->list);
    buf_release(&readings->position);
    free(readings->last);
    free(readings);
}

int readings_feed(struct readings *readings, const char *input, const struct aorta_batch *batch,
                  struct aorta_error *error)
{
    if (strcmp(input, "users") == 0)
        return wearer_list_add_users(&readings->list, batch, readings->settings->partitions, error);
    if (strcmp(input, "activities") == 0)
        return wearer_list_add_activities(&readings->list, batch, error);
    return aorta_fail(error, AORTA_CONFIG, "no input \"%.100s\"", input);
}

const char *readings_position(struct readings *readings)
{
    buf_reset(&readings->position);
    places_write(readings->last, readings->settings->partitions, &readings->position);
    return readings->position.data;
}

/* ------------------------------------------------------------------------------------- messages */

/* A message in the making; it has room for any (checked by the unit test's longest one). */
struct message {
    char text[MESSAGE_BYTES];
    size_t size;
    bool string_leaves;
};

static void add(struct message *message, const char *text, size_t size)
{
    memcpy(message->text + message->size, text, size);
    message->size += size;
}

#define add_literal(message, literal) add(message, literal, sizeof(literal) - 1)

static void add_digits(struct message *message, uint64_t value, int at_least)
{
    char digits[24];
    int count = 0;

    do
        digits[sizeof digits - (size_t)++count] = (char)('0' + value % 10);
    while ((value /= 10) > 0 || count < at_least);
    add(message, digits + sizeof digits - (size_t)count, (size_t)count);
}

static void add_quote(struct message *message)
{
    if (message->string_leaves)
        message->text[message->size++] = '"';
}

static void add_int(struct message *message, int64_t value)
{
    add_quote(message);
    if (value < 0)
        message->text[message->size++] = '-';
    add_digits(message, value < 0 ? (uint64_t)-value : (uint64_t)value, 1);
    add_quote(message);
}

static void add_degrees(struct message *message, int32_t millionths)
{
    uint64_t magnitude = millionths < 0 ? (uint64_t) - (int64_t)millionths : (uint64_t)millionths;

    add_quote(message);
    if (millionths < 0)
        message->text[message->size++] = '-';
    add_digits(message, magnitude / 1000000, 1);
    message->text[message->size++] = '.';
    add_digits(message, magnitude % 1000000, 6);
    add_quote(message);
}

static void write_message(struct message *message, int32_t user_id, const struct session *session,
                          int reading)
{
    message->size = 0;
    add_literal(message, "{\"user_id\":");
    add_int(message, user_id);
    add_literal(message, ",\"heart_rate\":");
    add_int(message, session->heart_rates[reading]);
    add_literal(message, ",\"timestamp\":");
    add_int(message, session->timestamps[reading]);
    add_literal(message, ",\"meta\":{\"activity_id\":");
    add_int(message, session->activity_id);
    add_literal(message, ",\"location\":{\"latitude\":");
    add_degrees(message, session->latitude);
    add_literal(message, ",\"longitude\":");
    add_degrees(message, session->longitude);
    add_literal(message, "}}}");
}

/* ------------------------------------------------------------------------------------- records */

static void write_session(struct readings *readings, const struct listed_wearer *listed,
                          const struct session *session, struct place *place, struct rows *rows)
{
    struct place *last = &readings->last[listed->partition];
    struct message message = {.string_leaves = readings->settings->string_leaves};
    char position[PLACE_TEXT_SIZE];

    for (int i = 0; i < session->reading_count; i++, place->index++) {
        if (!place_is_after(place, last))
            continue;
        write_message(&message, listed->wearer.user_id, session, i);
        rows_text(rows, COLUMN_KEY, listed->key, listed->key_size);
        rows_text(rows, COLUMN_VALUE, message.text, message.size);
        rows_int(rows, COLUMN_PARTITION, listed->partition);
        rows_text(rows, COLUMN_POSITION, position, place_write(place, position));
        rows_end(rows);
        *last = *place;
    }
}

/* All that arrives of one user in the slot. */
static void write_arrivals(struct readings *readings, const struct listed_wearer *listed,
                           struct rows *rows)
{
    struct place place = {readings->slot, listed->wearer.user_id, 0};
    struct session session;
    int delay;

    for (int late = SESSION_DELAY_MAX; late >= 0; late--) {
        int64_t hour = readings->slot - late;
        if (hour < readings->first_slot ||
            !session_happens(readings->settings, listed->wearer.user_id, hour, &delay) ||
            delay != late)
            continue;
        session_make(readings->settings, &listed->wearer, hour, readings->list.activities,
                     readings->list.activity_count, &session);
        write_session(readings, listed, &session, &place, rows);
    }
}

/* Where the partition that lags behind most goes on. */
static int begin(struct readings *readings, struct aorta_error *error)
{
    if (wearer_list_sort(&readings->list, error) < 0)
        return -1;
    if (readings->list.wearer_count > 0 && readings->list.activity_count == 0)
        return aorta_fail(error, AORTA_CONFIG, "there are users and no activities");
    readings->slot = INT64_MAX;
    for (int32_t i = 0; i < readings->settings->partitions; i++)
        if (readings->last[i].slot < readings->slot)
            readings->slot = readings->last[i].slot;
    if (readings->slot < readings->first_slot)
        readings->slot = readings->first_slot;
    readings->is_begun = true;
    return 0;
}

int readings_fill(struct readings *readings, struct rows *rows, const atomic_bool *cancel,
                  struct aorta_error *error)
{
    if (!readings->is_begun && begin(readings, error) < 0)
        return -1;
    for (; readings->slot < readings->end_slot; readings->slot++, readings->next_wearer = 0) {
        if (atomic_load(cancel))
            return aorta_fail(error, AORTA_CANCELED, "canceled");
        for (; readings->next_wearer < readings->list.wearer_count; readings->next_wearer++) {
            if (rows->count + RECORDS_MAX > ROWS_MAX)
                return 0;
            write_arrivals(readings, &readings->list.wearers[readings->next_wearer], rows);
        }
    }
    return 0;
}
