#include "executor/sink_hours.h"

void sink_hours_init(struct sink_hours *hours, const struct sink_lake_place *place,
                     const char *position)
{
    *hours = (struct sink_hours){.place = *place};
    buf_init(&hours->position);
    if (position != NULL)
        buf_append_str(&hours->position, position);
}

static void close_lake(struct sink_hours *hours)
{
    sink_lake_close(hours->lake);
    hours->lake = NULL;
}

void sink_hours_release(struct sink_hours *hours)
{
    close_lake(hours);
    buf_release(&hours->position);
}

static int open_lake(struct sink_hours *hours, struct err *err)
{
    const char *position = hours->position.size > 0 ? hours->position.data : NULL;

    if (hours->lake != NULL)
        return 0;
    return sink_lake_open(&hours->place, position, &hours->lake, err);
}

int sink_hours_read(struct sink_hours *hours, int64_t most, struct hours *found, struct err *err)
{
    struct sink_lake_object object;
    int got = 1;

    if (open_lake(hours, err) < 0)
        return -1;
    for (; most > 0 && got > 0; most--) {
        got = sink_lake_next(hours->lake, &object, err);
        if (got > 0)
            hours_add(found, object.hour, object.hour);
    }
    /* Also after an error: what was found counts. */
    buf_reset(&hours->position);
    buf_append_str(&hours->position, sink_lake_position(hours->lake));
    if (got <= 0)
        close_lake(hours);
    return got < 0 ? -1 : got == 0;
}
