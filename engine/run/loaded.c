#include "run/loaded.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "graph/folder.h"
#include "graph/watch.h"

#include <stdlib.h>
#include <string.h>

/* A file that is written twice within one tick of the file system's clock has the same time: what
 * was read so soon after a change is not believed to be the last of it. */
enum { TICK_US = 100 * 1000 };

static void sign_file(const char *folder, struct arena *arena, struct folder_signature *signature)
{
    folder_sign_file(signature, arena_printf(arena, "%s/pipeline.toml", folder));
}

struct loaded *loaded_read(const struct request *request)
{
    const struct pipeline_choice choice = {
        .target = request->target,
        .assignments = request->assignments,
        .assignment_count = request->assignment_count,
        .keeps_added = request->question != NULL,
    };
    struct loaded *loaded = alloc_zeroed(1, sizeof *loaded);
    struct folder_signature signature = {0};

    loaded->references = 1;
    loaded->loaded_us = clock_now_us();
    loaded->begun_us = clock_monotonic_us();
    loaded->has_assignments = request->assignment_count > 0;
    arena_init(&loaded->arena);
    problems_init(&loaded->problems, &loaded->arena);
    graph_init(&loaded->graph);
    sign_file(request->folder, &loaded->arena, &signature);
    if (pipeline_load(&loaded->pipeline, request->folder, &choice, &loaded->arena,
                      &loaded->problems) == 0) {
        loaded->is_read = true;
        size_t before = loaded->problems.count;
        graph_load(&loaded->graph, &loaded->pipeline, &signature, &loaded->problems);
        bool is_whole = loaded->problems.count == before;
        if (is_whole) {
            watch_check(&loaded->graph, &loaded->problems);
            partitioned_init(&loaded->partitioned, &loaded->graph, &loaded->problems);
        }
        schedules_compile(&loaded->schedules, &loaded->pipeline, &loaded->graph, is_whole,
                          &loaded->problems);
        sensors_compile(&loaded->sensors, &loaded->pipeline, &loaded->graph, is_whole,
                        &loaded->problems);
        rules_compile(&loaded->rules, &loaded->graph, &loaded->arena, &loaded->problems);
    }
    loaded->signature = signature.hash;
    loaded->may_be_torn = signature.newest_us > loaded->loaded_us - TICK_US;
    return loaded;
}

bool loaded_fits(const struct loaded *loaded, const struct request *request)
{
    const struct target *target = loaded->pipeline.target;

    if (!loaded->is_read || target == NULL || loaded->has_assignments ||
        request->assignment_count > 0 || strcmp(request->folder, loaded->pipeline.folder) != 0)
        return false;
    if (request->target != NULL)
        return strcmp(request->target, target->name) == 0;
    return target->is_default || loaded->pipeline.target_count == 1;
}

bool loaded_is_current(const struct loaded *loaded)
{
    struct folder_signature signature = {0};
    struct arena arena;

    if (!loaded->is_read || loaded->may_be_torn)
        return false;
    arena_init(&arena);
    sign_file(loaded->pipeline.folder, &arena, &signature);
    folder_sign(&loaded->pipeline, &arena, &signature);
    arena_release(&arena);
    return signature.hash == loaded->signature;
}

struct loaded *loaded_retain(struct loaded *loaded)
{
    if (loaded != NULL)
        __atomic_add_fetch(&loaded->references, 1, __ATOMIC_RELAXED);
    return loaded;
}

void loaded_release(struct loaded *loaded)
{
    if (loaded == NULL || __atomic_sub_fetch(&loaded->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    graph_release(&loaded->graph);
    partitioned_release(&loaded->partitioned);
    schedules_release(&loaded->schedules);
    rules_release(&loaded->rules);
    arena_release(&loaded->arena);
    free(loaded);
}
