#include "readings.h"

#include "intake.h"
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
    struct wearer_list wearers;
    struct repertoire repertoire;
    struct place *last; /* of each partition: its last record */
    int64_t first_slot; /* nothing happens before */
    int64_t end_slot;   /* the first that has not ended */
    int64_t begin_slot; /* that this read began with */
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
    wearer_list_release(&readings->wearers);
    repertoire_release(&readings->repertoire);
    buf_release(&readings->position);
    free(readings->last);
    free(readings);
}

static int add_activities(struct repertoire *repertoire, const struct aorta_batch *batch,
                          struct aorta_error *error)
{
    struct intake ids, names;

    if (intake_find(&ids, batch, "activities", "activity_id", false, error) < 0 ||
        intake_find(&names, batch, "activities", "activity_name", true, error) < 0)
        return -1;
    for (int64_t row = 0; row < batch->row_count; row++) {
        int64_t activity_id;
        size_t size;
        if (intake_int(&ids, row, 0, INT32_MAX, &activity_id, error) < 0)
            return -1;
        const char *name = intake_text(&names, row, &size);
        repertoire_add(repertoire,
                       &(struct known_activity){.activity_id = (int32_t)activity_id,
                                                .kind = name == NULL ? ACTIVITY_OTHER
                                                                     : activity_find(name, size)});
    }
    return 0;
}

int readings_feed(struct readings *readings, const char *input, const struct aorta_batch *batch,
                  struct aorta_error *error)
{
    if (strcmp(input, "users") == 0)
        return wearer_list_add(&readings->wearers, readings->settings, batch, error);
    if (strcmp(input, "activities") == 0)
        return add_activities(&readings->repertoire, batch, error);
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
    bool has_text; /* leaves are strings */
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
    if (message->has_text)
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

/* Whether the leaves of a session's messages are strings: of mixed ones, half of them. */
static bool has_text(const struct settings *settings, int32_t user_id, int64_t second)
{
    if (settings->leaves != LEAVES_MIXED)
        return settings->leaves == LEAVES_TEXT;
    struct chance chance =
        chance_of(settings->seed, CHANCE_LEAVES, (uint64_t)user_id, (uint64_t)second);
    return chance_below(&chance, 2) == 0;
}

static void write_session(struct readings *readings, const struct listed_wearer *listed,
                          const struct session *session, struct place *place, struct rows *rows)
{
    struct place *last = &readings->last[listed->partition];
    struct message message;
    char position[PLACE_TEXT_SIZE];

    for (int i = 0; i < session->reading_count; i++, place->index++) {
        if (!place_is_after(place, last))
            continue;
        message.has_text =
            has_text(readings->settings, listed->wearer.user_id, session->timestamps[i]);
        write_message(&message, listed->wearer.user_id, session, i);
        rows_text(rows, COLUMN_KEY, listed->key, listed->key_size);
        rows_text(rows, COLUMN_VALUE, message.text, message.size);
        rows_int(rows, COLUMN_PARTITION, listed->partition);
        rows_text(rows, COLUMN_POSITION, position, place_write(place, position));
        rows_end(rows);
        *last = *place;
    }
}

/* Draws the hour's session; what comes of it is looked up until it can be late no more. */
static void draw_session(const struct readings *readings, struct listed_wearer *listed,
                         int64_t hour)
{
    int delay = 0;
    bool happens = hour >= readings->first_slot &&
                   session_happens(readings->settings, listed->wearer.user_id, hour, &delay);

    listed->delays[hour & (WEARER_HOURS - 1)] = (int8_t)(happens ? delay : -1);
}

/* All that arrives of one user in the slot. */
static void write_arrivals(struct readings *readings, struct listed_wearer *listed,
                           struct rows *rows)
{
    struct place place = {readings->slot, listed->wearer.user_id, 0};
    struct session session;

    draw_session(readings, listed, readings->slot);
    for (int late = SESSION_DELAY_MAX; late >= 0; late--) {
        int64_t hour = readings->slot - late;
        if (listed->delays[hour & (WEARER_HOURS - 1)] != late)
            continue;
        session_make(readings->settings, &readings->repertoire, &listed->wearer, hour, &session);
        write_session(readings, listed, &session, &place, rows);
    }
}

static int sort_inputs(struct readings *readings, struct aorta_error *error)
{
    if (wearer_list_sort(&readings->wearers, error) < 0)
        return -1;
    int32_t twice = repertoire_sort(&readings->repertoire);
    if (twice >= 0)
        return aorta_fail(error, AORTA_DATA, "activity %d was fed twice", twice);
    if (readings->wearers.count > 0 && readings->repertoire.count == 0)
        return aorta_fail(error, AORTA_CONFIG, "there are users and no activities");
    return 0;
}

/* Where the partition that lags behind most goes on. */
static int begin(struct readings *readings, struct aorta_error *error)
{
    if (sort_inputs(readings, error) < 0)
        return -1;
    readings->slot = INT64_MAX;
    for (int32_t i = 0; i < readings->settings->partitions; i++)
        if (readings->last[i].slot < readings->slot)
            readings->slot = readings->last[i].slot;
    if (readings->slot < readings->first_slot)
        readings->slot = readings->first_slot;
    for (int32_t i = 0; i < readings->wearers.count; i++)
        for (int late = SESSION_DELAY_MAX; late > 0; late--)
            draw_session(readings, &readings->wearers.wearers[i], readings->slot - late);
    readings->begin_slot = readings->slot;
    readings->is_begun = true;
    return 0;
}

double readings_share(const struct readings *readings)
{
    if (!readings->is_begun || readings->begin_slot >= readings->end_slot)
        return -1;
    double all = (double)(readings->end_slot - readings->begin_slot);
    double of_slot = readings->wearers.count > 0
                         ? (double)readings->next_wearer / (double)readings->wearers.count
                         : 0;
    return ((double)(readings->slot - readings->begin_slot) + of_slot) / all;
}

int readings_fill(struct readings *readings, struct rows *rows, const atomic_bool *cancel,
                  struct aorta_error *error)
{
    if (!readings->is_begun && begin(readings, error) < 0)
        return -1;
    for (; readings->slot < readings->end_slot; readings->slot++, readings->next_wearer = 0) {
        if (atomic_load(cancel))
            return aorta_fail(error, AORTA_CANCELED, "canceled");
        for (; readings->next_wearer < readings->wearers.count; readings->next_wearer++) {
            if (rows->count + RECORDS_MAX > ROWS_MAX)
                return 0;
            write_arrivals(readings, &readings->wearers.wearers[readings->next_wearer], rows);
        }
    }
    return 0;
}
