#include "executor/sink_opening.h"

#include "base/clock.h"
#include "executor/module.h"
#include "executor/sink_writer.h"

#include <inttypes.h>
#include <string.h>

static int is_live(void *arg, const char *incarnation, struct err *err)
{
    const struct sink_opening *opening = arg;
    struct aorta_error error;
    const char *now;

    if (opening->log->topic_incarnation(opening->broker, opening->topic, &now, &error) < 0)
        return module_error(&error, opening->topic, err);
    return strcmp(now, incarnation) == 0;
}

/* Drives a writer until the incarnation is open; the token is then the lake's at that moment. */
static int open_partition(const struct sink_opening *opening, const char *incarnation,
                          int32_t partition, struct arena *arena, const char **token,
                          struct err *err)
{
    struct sink_opening arg = *opening;
    struct aorta_watermarks watermarks;
    struct aorta_error error;
    struct sink_entry entry = {0};
    enum sink_outcome outcome;

    if (opening->log->watermarks(opening->broker, opening->topic, partition, &watermarks, &error) <
        0)
        return module_error(&error, opening->topic, err);
    struct sink_writer_config config = {
        .chain = {.store = opening->store,
                  .connection = opening->lake,
                  .topic = opening->topic,
                  .partition = partition,
                  .single_writer = opening->single_writer},
        .incarnation = incarnation,
        .first_offset = watermarks.low,
        .grouping = {.time_field = ""},
        .stop_at_new = opening->stop_at_new,
        .is_live = is_live,
        .arg = &arg,
    };
    if (sink_chain_check(&config.chain, err) < 0)
        return -1;
    struct sink_writer *writer = sink_writer_new(&config);
    int result = 0;
    /* FILL: a plan of this incarnation is unfinished, so it is open. */
    while (result >= 0 && sink_writer_state(writer) != SINK_STATE_READY &&
           sink_writer_state(writer) != SINK_STATE_FILL)
        result = sink_writer_step(writer, clock_monotonic_us(), err);
    if (result >= 0)
        result = sink_chain_load(&config.chain, sink_writer_opened(writer), arena, &entry, &outcome,
                                 err);
    if (result == 0)
        result = err_set(err, ERR_BROKEN, "topic \"%s\" partition %" PRId32 ": its opening is gone",
                         opening->topic, partition);
    if (result > 0)
        *token = entry.token;
    sink_writer_free(writer);
    return result < 0 ? -1 : 0;
}

static int read_last(const struct sink_opening *opening, int32_t partition, struct arena *arena,
                     const char **token, struct err *err)
{
    struct aorta_error error;
    struct aorta_record record;
    int found =
        opening->log->last_record(opening->broker, opening->topic, partition, &record, &error);

    if (found < 0)
        return module_error(&error, opening->topic, err);
    if (found == 0)
        return 0;
    if (record.header == NULL)
        return err_set(err, ERR_CONFIG,
                       "topic \"%s\" partition %" PRId32 ": the last record has no "
                       "header \"aorta-position\": another producer writes to this topic",
                       opening->topic, partition);
    *token = arena_strndup(arena, record.header, record.header_size);
    return 0;
}

int sink_opening_run(const struct sink_opening *opening, struct arena *arena, const char **tokens,
                     struct err *err)
{
    struct aorta_error error;
    const char *lent;

    if (opening->log->topic_incarnation(opening->broker, opening->topic, &lent, &error) < 0)
        return module_error(&error, opening->topic, err);
    const char *incarnation = arena_strdup(arena, lent);
    for (int32_t i = 0; i < opening->partition_count; i++) {
        tokens[i] = NULL;
        if (open_partition(opening, incarnation, i, arena, &tokens[i], err) < 0 ||
            read_last(opening, i, arena, &tokens[i], err) < 0)
            return -1;
    }
    return 0;
}
