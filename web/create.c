#include "web/create.h"

#include "base/limits.h"
#include "schedule/partition.h"
#include "web/problem.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { RANGE_BYTES = 2 * PARTITION_KEY_SIZE };

/* A name's end is the first "=" of what is made of it. */
static bool are_names(json_t *vars)
{
    const char *name;
    json_t *value;

    json_object_foreach(vars, name, value)
    {
        if (name[0] == '\0' || strchr(name, '=') != NULL)
            return false;
    }
    return true;
}

int web_vars_fill(struct web_exchange *exchange, const char *vars, struct request *request)
{
    const char *name;
    json_t *value, *root;

    if (vars == NULL)
        return 0;
    root = json_loads(vars, 0, NULL);
    if (!json_is_object(root) || json_object_size(root) > CREATE_VARS) {
        json_decref(root);
        web_problem(exchange, 400, "field \"vars\" must be an object of at most %d values",
                    CREATE_VARS);
        return -1;
    }
    if (!are_names(root)) {
        json_decref(root);
        web_problem(exchange, 400, "field \"vars\" has a name that is empty, or has a \"=\" in it");
        return -1;
    }
    request->assignments =
        arena_calloc(&exchange->arena, json_object_size(root) + 1, sizeof *request->assignments);
    json_object_foreach(root, name, value)
    {
        char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
        request->assignments[request->assignment_count++] = arena_printf(
            &exchange->arena, "%s=%s", name, text != NULL ? text : json_string_value(value));
        free(text);
    }
    json_decref(root);
    return 0;
}

int web_partitions_fill(struct web_exchange *exchange, const struct web_texts *sent,
                        struct request *request)
{
    if (sent->count > CREATE_PARTITIONS) {
        web_problem(
            exchange, 400,
            "field \"partitions\" has more than %d: a range is one, \"2024-04-01..2024-04-30\"",
            CREATE_PARTITIONS);
        return -1;
    }
    for (size_t i = 0; i < sent->count; i++)
        if (sent->texts[i][0] == '\0' || strlen(sent->texts[i]) > RANGE_BYTES) {
            web_problem(exchange, 400, "partitions[%zu] has 1 to %d bytes", i, RANGE_BYTES);
            return -1;
        }
    request->partitions =
        arena_calloc(&exchange->arena, sent->count + 1, sizeof *request->partitions);
    for (size_t i = 0; i < sent->count; i++)
        request->partitions[request->partition_count++] = sent->texts[i];
    return 0;
}

int web_priority_fill(struct web_exchange *exchange, int64_t sent, struct request *request)
{
    request->priority = sent;
    if (sent >= -LIMIT_PRIORITY && sent <= LIMIT_PRIORITY)
        return 0;
    web_problem(exchange, 400, "field \"priority\" must be from %d to %d, not %lld",
                -LIMIT_PRIORITY, LIMIT_PRIORITY, (long long)sent);
    return -1;
}

int web_key_fill(struct web_exchange *exchange, struct request *request)
{
    const char *key = exchange->idempotency_key;

    request->idempotency_key = key;
    if (key == NULL || (key[0] != '\0' && strlen(key) <= CREATE_KEY_BYTES))
        return 0;
    web_problem(exchange, 400, "header Idempotency-Key has 1 to %d bytes", CREATE_KEY_BYTES);
    return -1;
}
