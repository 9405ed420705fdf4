#include "daemon/wish.h"

#include "daemon/work.h"

void wish_fill(const struct wish *wish, struct request *request)
{
    request->verb = "run";
    request->assignments = wish->assignments;
    request->assignment_count = wish->assignment_count;
    request->select = wish->select->items;
    request->select_count = wish->select->count;
    request->exclude = wish->exclude->items;
    request->exclude_count = wish->exclude->count;
    request->priority = wish->priority;
    request->trigger = wish->trigger;
}

static const char **keep_texts(struct arena *arena, const char **texts, size_t count)
{
    const char **kept = arena_calloc(arena, count + 1, sizeof *kept);

    for (size_t i = 0; i < count; i++)
        kept[i] = arena_strdup(arena, texts[i]);
    return kept;
}

void wish_take(const struct wish *wish, struct job *job)
{
    struct arena *arena = &job->arena;
    struct request *request = arena_memdup(arena, job->request, sizeof *request);

    wish_fill(wish, request);
    request->assignments = keep_texts(arena, request->assignments, request->assignment_count);
    request->select = keep_texts(arena, request->select, request->select_count);
    request->exclude = keep_texts(arena, request->exclude, request->exclude_count);
    request->trigger = arena_strdup(arena, request->trigger);
    request->detaches = job->daemon->stays;
    job->request = request;
}
