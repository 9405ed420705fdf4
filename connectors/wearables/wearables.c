/*
 * The connector "wearables": synthetic data of smart watches, the same on every machine.
 *
 *     users, activities   mode changes: who there is and what becomes of them     (history.h)
 *     heart_rates         mode incremental: what the watches send                 (readings.h)
 *
 * There is nothing to connect to: a connection is its settings. A source that makes up its rows
 * can make them up again, so nothing needs to be acknowledged.
 */
#include "history.h"
#include "readings.h"
#include "settings.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A read of one stream: of a subject with a history, or of readings. */
struct reader {
    const struct aorta_stream *stream;
    struct history *history;
    struct readings *readings;
    struct rows rows;
    struct buf position;
    atomic_bool cancel;
};

enum { SUBJECTS = 2 };

static const struct subject *const subjects[SUBJECTS] = {&subject_users, &subject_activities};

static int wearables_open(const struct aorta_host *host, const struct aorta_option_value *values,
                          void **connection, struct aorta_error *error)
{
    struct settings settings;

    (void)host;
    if (settings_read(&settings, values, error) < 0)
        return -1;
    struct settings *result = alloc_bytes(sizeof *result);
    *result = settings;
    *connection = result;
    return 0;
}

static void wearables_close(void *connection)
{
    free(connection);
}

static int discover(void *connection, int (*each)(void *arg, const struct aorta_stream *stream),
                    void *arg, struct aorta_error *error)
{
    (void)connection;
    (void)error;
    for (size_t i = 0; i < SUBJECTS; i++)
        if (each(arg, &subjects[i]->stream) != 0)
            return 0;
    each(arg, &readings_stream);
    return 0;
}

/* {"change":42}: blanks may be anywhere. */
static int parse_change(const char *position, int64_t *change, struct aorta_error *error)
{
    int end = 0;

    if (sscanf(position, " { \"change\" : %" SCNd64 " } %n", change, &end) == 1 && end > 0 &&
        position[end] == '\0' && *change >= 0)
        return 0;
    return aorta_fail(error, AORTA_BROKEN, "position \"%.200s\" is no {\"change\": number}",
                      position);
}

static int open_history(const struct settings *settings, const struct subject *subject,
                        const struct aorta_read_request *request, struct reader *reader,
                        struct aorta_error *error)
{
    int64_t after = 0;

    if (request->mode != AORTA_READ_CHANGES)
        return aorta_fail(error, AORTA_CONFIG, "stream \"%s\" can be read as changes only",
                          request->stream);
    if (request->position != NULL && parse_change(request->position, &after, error) < 0)
        return -1;
    reader->stream = &subject->stream;
    reader->history = history_new(subject, settings, after, settings_as_of(settings));
    /* The change's columns stand before the table's. */
    rows_init(&reader->rows, subject->stream.fields - HISTORY_CHANGE_COLUMNS,
              subject->stream.field_count + HISTORY_CHANGE_COLUMNS);
    return 0;
}

static int open_readings(const struct settings *settings, const struct aorta_read_request *request,
                         struct reader *reader, struct aorta_error *error)
{
    if (request->mode != AORTA_READ_INCREMENTAL)
        return aorta_fail(error, AORTA_CONFIG, "stream \"%s\" can be read incrementally only",
                          request->stream);
    if (readings_new(settings, request->position, settings_as_of(settings), &reader->readings,
                     error) < 0)
        return -1;
    reader->stream = &readings_stream;
    rows_init(&reader->rows, readings_stream.fields, readings_stream.field_count);
    return 0;
}

static int open_stream(const struct settings *settings, const struct aorta_read_request *request,
                       struct reader *reader, struct aorta_error *error)
{
    for (size_t i = 0; i < SUBJECTS; i++)
        if (strcmp(subjects[i]->stream.name, request->stream) == 0)
            return open_history(settings, subjects[i], request, reader, error);
    if (strcmp(readings_stream.name, request->stream) == 0)
        return open_readings(settings, request, reader, error);
    return aorta_fail(error, AORTA_CONFIG,
                      "no stream \"%.100s\"; there are users, activities and heart_rates",
                      request->stream);
}

static void read_close(void *handle)
{
    struct reader *reader = handle;

    if (reader == NULL)
        return;
    history_free(reader->history);
    readings_free(reader->readings);
    rows_release(&reader->rows);
    buf_release(&reader->position);
    free(reader);
}

static int read_open(void *connection, const struct aorta_read_request *request, void **handle,
                     struct aorta_error *error)
{
    struct reader *reader = alloc_zeroed(1, sizeof *reader);

    buf_init(&reader->position);
    atomic_init(&reader->cancel, false);
    if (open_stream(connection, request, reader, error) < 0) {
        read_close(reader);
        return -1;
    }
    *handle = reader;
    return 0;
}

static const char *const *inputs(void *handle)
{
    struct reader *reader = handle;

    return reader->readings != NULL ? readings_inputs : NULL;
}

static int feed(void *handle, const char *input, const struct aorta_batch *batch,
                struct aorta_error *error)
{
    struct reader *reader = handle;

    if (reader->readings == NULL)
        return aorta_fail(error, AORTA_CONFIG, "stream \"%s\" has no inputs", reader->stream->name);
    return readings_feed(reader->readings, input, batch, error);
}

static const struct aorta_stream *schema(void *handle)
{
    return ((struct reader *)handle)->stream;
}

static int next(void *handle, struct aorta_batch *batch, struct aorta_error *error)
{
    struct reader *reader = handle;

    if (atomic_load(&reader->cancel))
        return aorta_fail(error, AORTA_CANCELED, "canceled");
    rows_reset(&reader->rows);
    if (reader->history != NULL)
        history_fill(reader->history, &reader->rows);
    else if (readings_fill(reader->readings, &reader->rows, &reader->cancel, error) < 0)
        return -1;
    if (reader->rows.count == 0)
        return 0;
    rows_view(&reader->rows, batch);
    return 1;
}

static const char *position(void *handle)
{
    struct reader *reader = handle;

    if (reader->readings != NULL)
        return readings_position(reader->readings);
    buf_reset(&reader->position);
    buf_printf(&reader->position, "{\"change\":%" PRId64 "}", history_position(reader->history));
    return reader->position.data;
}

static double share(void *handle)
{
    const struct reader *reader = handle;

    return reader->readings != NULL ? readings_share(reader->readings) : -1;
}

static void cancel(void *handle)
{
    struct reader *reader = handle;

    atomic_store(&reader->cancel, true);
}

static const struct aorta_source source = {
    .discover = discover,
    .read_open = read_open,
    .inputs = inputs,
    .feed = feed,
    .schema = schema,
    .next = next,
    .position = position,
    .cancel = cancel,
    .read_close = read_close,
    .share = share,
};

static const struct aorta_connector connector = {
    .abi = AORTA_ABI,
    .size = sizeof(struct aorta_connector),
    .name = "wearables",
    .summary = "Synthetic data of smart watches: users, activities and their heart rates",
    .options = settings_options,
    .open = wearables_open,
    .close = wearables_close,
    .source = &source,
};

const struct aorta_connector *aorta_connector(void)
{
    return &connector;
}
