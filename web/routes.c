#include "web/routes.h"

#include "web/gate.h"

const struct web_route *const web_routes[] = {
    web_system_routes,
    web_pipeline_routes,
    web_assets_routes,
    web_partitions_routes,
    web_backfills_routes,
    web_connections_routes,
    web_alerts_routes,
    web_queries_routes,
    web_runs_routes,
    web_run_action_routes,
    web_events_routes,
    web_schedules_routes,
    web_stream_list_routes,
    web_subjects_routes,
    web_access_routes,
    web_sensors_routes,
    NULL,
};

void web_routes_write(struct buf *out)
{
    for (const struct web_route *const *table = web_routes; *table != NULL; table++)
        for (const struct web_route *route = *table; route->method != NULL; route++)
            buf_printf(out, "%s %s %s\n", route->method, route->path, web_role_names[route->role]);
}
