/* How the partitions of an asset stand. */
#include "run/parts.h"
#include "web/assets.h"
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"

#include <string.h>

enum { PARTS_STATE, PARTS_AFTER, PARTS_LIMIT };

static const char *const states[] = {"missing", "present", "stale", "failed", "running", NULL};

static const struct web_parameter parameters[] = {
    [PARTS_STATE] = {"state", WEB_CHOICE, .choices = states},
    [PARTS_AFTER] = {"after", WEB_TEXT, .max = PARTITION_KEY_SIZE},
    [PARTS_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 1000, .fallback = 100},
    {0},
};

struct listed {
    const struct part *part;
    const char *key;
};

static void write_part(struct json_writer *json, const void *item)
{
    const struct listed *listed = item;
    const struct part *part = listed->part;

    web_write_text(json, "partition", listed->key);
    web_write_text(json, "state", part_state_names[part->state]);
    web_write_time(json, "start", part->partition.start_us);
    web_write_time(json, "end", part->partition.end_us);
    web_write_text(json, "run", part->run_id);
    web_write_time(json, "at", part->at_us);
}

static void write_counts(struct json_writer *json, const struct part *parts, size_t count)
{
    int64_t counts[PART_RUNNING + 1] = {0};

    for (size_t i = 0; i < count; i++)
        counts[parts[i].state]++;
    json_write_key(json, "counts");
    json_write_object(json);
    for (size_t i = 0; i <= PART_RUNNING; i++)
        web_write_int(json, part_state_names[i], counts[i]);
    json_write_end(json);
}

/* The first behind the one that the query names; false: there is none of that name, and the answer
 * says so. */
static bool find_first(struct web_exchange *exchange, const struct part *parts, size_t count,
                       size_t *first)
{
    const char *after = web_value(exchange, PARTS_AFTER)->text;

    *first = 0;
    while (after != NULL && *first < count && strcmp(parts[*first].partition.key, after) != 0)
        ++*first;
    if (after == NULL || ++*first <= count)
        return true;
    web_problem(exchange, 400, "parameter after: there is no partition \"%s\"", after);
    return false;
}

static void write_answer(struct web_exchange *exchange, const struct asset *asset,
                         const struct part *parts, size_t count)
{
    const char *state = web_value(exchange, PARTS_STATE)->text;
    int64_t limit = web_value(exchange, PARTS_LIMIT)->number;
    struct listed *listed = arena_calloc(&exchange->arena, (size_t)limit, sizeof *listed);
    size_t first, listed_count = 0;

    if (!find_first(exchange, parts, count, &first))
        return;
    for (size_t i = first; i < count && (int64_t)listed_count < limit; i++)
        if (state == NULL || strcmp(state, part_state_names[parts[i].state]) == 0)
            listed[listed_count++] = (struct listed){&parts[i], parts[i].partition.key};
    const struct web_list list = {WEB_LIST("partitions", listed, listed_count, write_part),
                                  WEB_PAGE(limit, WEB_CURSOR_TEXT, struct listed, key)};
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    web_write_text(json, "asset", asset->key);
    write_counts(json, parts, count);
    web_list_write(json, &list);
    json_write_end(json);
}

static void get(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct asset *asset = web_asset_find(exchange);
    struct part *parts;
    size_t count;
    struct err err;

    if (asset == NULL)
        return;
    if (partitioned_known(&exchange->loaded->partitioned, asset) == NULL)
        web_problem(exchange, 404, "asset \"%s\" has no partitions: it is made as one", asset->key);
    else if (parts_read(exchange->loaded, asset, reader, true, &exchange->arena, &parts, &count,
                        &err) < 0)
        web_read_failed(exchange, &err);
    else
        write_answer(exchange, asset, parts, count);
}

const struct web_route web_partitions_routes[] = {
    {"GET", "/api/v1/assets/{key}/partitions", WEB_VIEWER, .parameters = parameters,
     .wants_pipeline = true, .is_polled = true, .read = get},
    {0},
};
