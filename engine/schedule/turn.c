#include "schedule/turn.h"

#include <stdlib.h>
#include <string.h>

bool turn_is_of_source(const char *trigger, const char *source)
{
    size_t size = strcspn(source, ":");

    return strncmp(trigger, source, size) == 0 && (trigger[size] == '\0' || trigger[size] == ':');
}

bool step_turn_goes_before(const struct step_turn *a, const struct step_turn *b)
{
    if (a->run_priority != b->run_priority)
        return a->run_priority > b->run_priority;
    if (a->source_running != b->source_running)
        return a->source_running < b->source_running;
    if (a->step_priority != b->step_priority)
        return a->step_priority > b->step_priority;
    if (a->run_running != b->run_running)
        return a->run_running < b->run_running;
    return strcmp(a->run, b->run) < 0;
}

static size_t count_of_source(const char *source, const struct turn *running, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += turn_is_of_source(running[i].source, source);
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

static int compare(const void *left, const void *right)
{
    const struct turn *a = left, *b = right;

    return goes_before(a, a->ahead, b, b->ahead) ? -1 : goes_before(b, b->ahead, a, a->ahead);
}

void turn_sort(struct turn *queued, size_t count, const struct turn *running, size_t running_count)
{
    for (size_t i = 0; i < count; i++)
        queued[i].ahead = count_of_source(queued[i].source, running, running_count);
    qsort(queued, count, sizeof *queued, compare);
}
