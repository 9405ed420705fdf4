#include "executor/lake_ahead.h"

#include "model/files.h"

int lake_ahead_read(struct lake_ahead *ahead, struct intake *intake, struct err *err)
{
    map_init(&ahead->by_name);
    if (intake->load.replaces)
        return 0;
    if (files_read(intake->load.session, intake->step->order->asset, intake->arena, &ahead->names,
                   &ahead->count, err) < 0)
        return -1;
    ahead->has_passed = arena_calloc(intake->arena, ahead->count + 1, sizeof *ahead->has_passed);
    for (size_t i = 0; i < ahead->count; i++)
        map_put(&ahead->by_name, ahead->names[i], &ahead->has_passed[i]);
    return 0;
}

void lake_ahead_release(struct lake_ahead *ahead)
{
    map_release(&ahead->by_name);
}

bool lake_ahead_pass(struct lake_ahead *ahead, const char *key)
{
    bool *has_passed = ahead->count > 0 ? map_find(&ahead->by_name, key) : NULL;

    if (has_passed == NULL)
        return false;
    ahead->passed += !*has_passed;
    *has_passed = true;
    return true;
}

static int forget_some(const struct lake_ahead *ahead, struct intake *intake, struct err *err)
{
    struct picked_file *passed = arena_calloc(intake->arena, ahead->passed, sizeof *passed);
    struct files files;
    size_t count = 0;

    for (size_t i = 0; i < ahead->count; i++)
        if (ahead->has_passed[i])
            passed[count++] =
                (struct picked_file){.file = ahead->names[i], .modified_at = "", .etag = ""};
    if (files_open(&files, intake->load.session, intake->step->order->asset, &intake->load.target,
                   intake->arena, err) < 0 ||
        files_list(&files, passed, count, err) < 0)
        return -1;
    return files_forget_listed(&files, err);
}

int lake_ahead_settle(const struct lake_ahead *ahead, struct intake *intake, struct err *err)
{
    if (intake->load.replaces || (ahead->count > 0 && ahead->passed == ahead->count))
        return files_forget(intake->load.session, intake->step->order->asset, err);
    return ahead->passed > 0 ? forget_some(ahead, intake, err) : 0;
}
