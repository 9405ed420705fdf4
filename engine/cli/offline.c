#include "cli/offline.h"

#include "base/map.h"
#include "model/decide.h"
#include "run/order.h"
#include "store/read.h"

#include <string.h>
#include <unistd.h>

/* What becomes of an asset, for those behind it. */
enum fate { STAYS, MAY_CHANGE, CHANGES };

struct offline {
    struct plan *plan;
    const struct request *request;
    struct arena *arena;
    struct map known; /* struct store_materialization by asset */
    enum fate *fates; /* by asset->order */
};

static int read_known(struct offline *o, const char *state_folder, struct err *err)
{
    const char *path = arena_printf(o->arena, "%s/runs.db", state_folder);
    struct store_materialization *items;
    struct store_reader *reader;
    size_t count;

    if (access(path, F_OK) != 0)
        return 0; /* nothing has run yet */
    if (store_reader_open(path, &reader, err) < 0)
        return -1;
    int result = store_read_materializations(reader, o->plan->pipeline->target->name, o->arena,
                                             &items, &count, err);
    store_reader_close(reader);
    for (size_t i = 0; result == 0 && i < count; i++)
        map_put(&o->known, items[i].asset, &items[i]);
    return result;
}

static void set(struct event *event, const char *action, const char *reason, const char *message)
{
    event->action = action;
    event->reason = reason;
    event->message = message;
}

/* Generators, streams and sources. */
static enum fate look_at_origin(const struct offline *o, const struct asset *asset,
                                struct event *event)
{
    bool is_source = asset->kind == ASSET_SOURCE;
    bool replaces = is_source && (asset->mode == ASSET_FULL_REFRESH || o->request->full_refresh);

    set(event,
        asset->kind == ASSET_GENERATOR ? "generate"
        : replaces                     ? "replace"
                                       : "read",
        asset_kind_names[asset->kind],
        arena_printf(o->arena, "a %s is always asked: %s", asset_kind_names[asset->kind],
                     replaces ? "it is read whole" : "for what is new"));
    if (is_source && map_find(&o->known, asset->key) == NULL)
        set(event, event->action, "first", "first load");
    else if (is_source && o->request->full_refresh)
        set(event, event->action, "full_refresh", "full refresh");
    else
        event->conditional = !replaces;
    return event->conditional ? MAY_CHANGE : CHANGES;
}

/* What an input that the SQL reads makes of the asset; views that are not selected are transparent. */
static enum fate look_at_input(const struct offline *o, const struct asset *input,
                               const struct store_materialization *own, struct event *event)
{
    const struct store_materialization *last = map_find(&o->known, input->key);
    bool is_later = last != NULL && last->at_us > own->at_us;
    enum fate fate = is_later ? CHANGES : o->fates[input->order];
    const char *before = fate == MAY_CHANGE ? "only if " : "";
    const char *behind = is_later          ? " has a newer version"
                         : fate == CHANGES ? " is published before"
                                           : " has news";

    if (fate != STAYS)
        set(event, event->action, "input",
            arena_printf(o->arena, "%s%s%s", before, input->key, behind));
    bool is_view = input->kind == ASSET_MODEL && input->materialized == ASSET_VIEW;
    for (size_t i = 0; is_view && fate == STAYS && i < input->sql_input_count; i++)
        fate = look_at_input(o, input->sql_inputs[i], own, event);
    return fate;
}

static enum fate look_at_inputs(const struct offline *o, const struct asset *asset,
                                const struct store_materialization *own, struct event *event)
{
    enum fate fate = STAYS;

    for (size_t i = 0; i < asset->sql_input_count && fate != CHANGES; i++) {
        struct event seen = *event;
        enum fate more = look_at_input(o, asset->sql_inputs[i], own, &seen);
        if (more <= fate)
            continue;
        fate = more;
        *event = seen;
    }
    event->conditional = fate == MAY_CHANGE;
    if (fate == STAYS)
        set(event, "skip", "fresh", "fresh");
    return fate;
}

static enum fate look_at_model(const struct offline *o, const struct asset *asset,
                               struct event *event)
{
    const struct store_materialization *own = map_find(&o->known, asset->key);
    bool is_model = asset->kind == ASSET_MODEL;
    const char *how =
        is_model ? asset_materialized_names[asset->materialized] : asset_kind_names[asset->kind];
    bool adds =
        asset->kind == ASSET_SNAPSHOT || (is_model && asset->materialized == ASSET_INCREMENTAL);
    struct order order;

    order_fill(&order, o->plan->graph, asset, NULL, 0, o->arena);
    set(event,
        is_model && asset->materialized == ASSET_VIEW      ? "view"
        : adds && own != NULL && !o->request->full_refresh ? "append"
                                                           : "build",
        "first", "first build");
    if (own == NULL)
        return CHANGES;
    const char *now = fingerprint_of_files(asset->template, how, order.config_hash, o->arena);
    struct fingerprint_parts differs = fingerprint_compare(own->fingerprint, now);
    if (o->request->full_refresh)
        set(event, event->action, "full_refresh", "full refresh");
    else if (o->request->force)
        set(event, event->action, "forced", "forced");
    else if (order.is_volatile)
        set(event, event->action, "volatile",
            "it depends on the clock, on chance, or on what others make");
    else if (differs.sql || differs.config)
        set(event, event->action, differs.sql ? "sql" : "config",
            fingerprint_reason(differs, asset->kind == ASSET_SEED));
    else
        return look_at_inputs(o, asset, own, event);
    return CHANGES;
}

static void look_at(struct offline *o, const struct asset *asset, struct event *event)
{
    bool is_origin = asset->kind == ASSET_GENERATOR || asset->kind == ASSET_STREAM ||
                     asset->kind == ASSET_SOURCE;

    *event =
        (struct event){.type = "plan", .asset = asset->key, .kind = asset_kind_names[asset->kind]};
    const struct asset **before = plan_waits_for(o->plan, asset, &event->after_count);
    event->after = arena_calloc(o->arena, event->after_count + 1, sizeof(char *));
    for (size_t i = 0; i < event->after_count; i++)
        event->after[i] = before[i]->key;
    o->fates[asset->order] =
        is_origin ? look_at_origin(o, asset, event) : look_at_model(o, asset, event);
}

int offline_preview(struct plan *plan, const struct request *request, const char *state_folder,
                    void (*each)(void *arg, const struct event *event), void *arg, struct err *err)
{
    struct offline o = {.plan = plan, .request = request, .arena = &plan->arena};
    struct event event;

    map_init(&o.known);
    o.fates = arena_calloc(o.arena, plan->graph->count + 1, sizeof *o.fates);
    int result = read_known(&o, state_folder, err);
    for (size_t i = 0; result == 0 && i < plan->graph->count; i++)
        if (plan->is_selected[i]) {
            look_at(&o, plan->graph->assets[i], &event);
            each(arg, &event);
        }
    map_release(&o.known);
    return result;
}
