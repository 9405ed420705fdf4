#include "daemon/backfill_item.h"

#include "base/alloc.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const backfill_state_names[] = {
    [BACKFILL_WAITING] = "waiting",     [BACKFILL_QUEUED] = "queued",
    [BACKFILL_SUCCEEDED] = "succeeded", [BACKFILL_FAILED] = "failed",
    [BACKFILL_CANCELED] = "canceled",
};

struct backfill *backfill_new(const char *id, const char *request, size_t count)
{
    struct backfill *backfill = alloc_zeroed(1, sizeof *backfill);
    struct err err;

    arena_init(&backfill->arena);
    backfill->id = arena_strdup(&backfill->arena, id);
    backfill->request = arena_alloc(&backfill->arena, sizeof *backfill->request);
    backfill->parts = arena_calloc(&backfill->arena, count + 1, sizeof *backfill->parts);
    backfill->count = count;
    if (record_decode(request, strlen(request), &request_shape, &backfill->arena, backfill->request,
                      &err) == 0)
        return backfill;
    log_warn("backfill %s: what was asked for cannot be read: %s", id, err.message);
    backfill_free(backfill);
    return NULL;
}

void backfill_free(struct backfill *backfill)
{
    arena_release(&backfill->arena);
    free(backfill);
}

size_t backfill_count(const struct backfill *backfill, enum backfill_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < backfill->count; i++)
        count += backfill->parts[i].state == state ||
                 (state == BACKFILL_QUEUED && backfill->parts[i].is_asking);
    return count;
}

static enum backfill_state state_of(const struct store_backfill_partition *row)
{
    enum backfill_state state = BACKFILL_WAITING;

    while (state < BACKFILL_CANCELED && strcmp(row->state, backfill_state_names[state]) != 0)
        state++;
    if (state != BACKFILL_QUEUED)
        return state;
    /* Its run is taken up again, unless it is over, or forgotten. */
    if (row->run_state == NULL || strcmp(row->run_state, "failed") == 0)
        return BACKFILL_FAILED;
    return strcmp(row->run_state, "succeeded") == 0  ? BACKFILL_SUCCEEDED
           : strcmp(row->run_state, "canceled") == 0 ? BACKFILL_CANCELED
                                                     : BACKFILL_QUEUED;
}

static int read_parts(struct store_reader *reader, struct backfill *backfill, struct err *err)
{
    const struct store_backfill_part_page all = {.id = backfill->id, .after_position = -1};
    struct store_backfill_partition *rows;

    if (store_read_backfill_partitions(reader, &all, &backfill->arena, &rows, &backfill->count,
                                       err) < 0)
        return -1;
    backfill->parts = arena_calloc(&backfill->arena, backfill->count + 1, sizeof *backfill->parts);
    for (size_t i = 0; i < backfill->count; i++) {
        struct backfill_part *part = &backfill->parts[i];
        part->key = rows[i].key;
        part->state = state_of(&rows[i]);
        part->is_unwritten = strcmp(rows[i].state, backfill_state_names[part->state]) != 0;
        if (rows[i].run_id != NULL)
            snprintf(part->run, sizeof part->run, "%s", rows[i].run_id);
    }
    return 0;
}

int backfill_read(struct store_reader *reader, const struct store_backfill *stored,
                  struct backfill **backfill, struct err *err)
{
    *backfill = backfill_new(stored->id, stored->request, 0);
    if (*backfill == NULL)
        return 0;
    (*backfill)->at_once = stored->at_once;
    if (read_parts(reader, *backfill, err) == 0)
        return 0;
    backfill_free(*backfill);
    return -1;
}
