#include "schedule/turn.h"

#include <stdbool.h>
#include <string.h>

static bool is_of_source(const struct turn *turn, const char *source)
{
    size_t size = strcspn(source, ":");

    return strncmp(turn->source, source, size) == 0 &&
           (turn->source[size] == '\0' || turn->source[size] == ':');
}

static size_t count_of_source(const char *source, const struct turn *running, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += is_of_source(&running[i], source);
    return found;
}

static bool goes_before(const struct turn *a, size_t a_running, const struct turn *b,
                        size_t b_running)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    if (a_running != b_running)
        return a_running < b_running;
    return strcmp(a->id, b->id) < 0;
}

size_t turn_next(const struct turn *queued, size_t count, const struct turn *running,
                 size_t running_count)
{
    size_t best = 0;
    size_t best_running = count_of_source(queued[0].source, running, running_count);

    for (size_t i = 1; i < count; i++) {
        size_t i_running = count_of_source(queued[i].source, running, running_count);
        if (goes_before(&queued[i], i_running, &queued[best], best_running)) {
            best = i;
            best_running = i_running;
        }
    }
    return best;
}
