/*
 * All routes there are, a table a resource: each has a file of its name (web/runs.c).
 */
#ifndef AORTA_WEB_ROUTES_H
#define AORTA_WEB_ROUTES_H

#include "base/buf.h"
#include "web/route.h"

extern const struct web_route web_system_routes[]; /* health, metrics, version, openapi.yaml */
extern const struct web_route web_pipeline_routes[];
extern const struct web_route web_assets_routes[];
extern const struct web_route web_partitions_routes[];
extern const struct web_route web_backfills_routes[];
extern const struct web_route web_connections_routes[];
extern const struct web_route web_alerts_routes[];
extern const struct web_route web_queries_routes[]; /* what is asked of the warehouse */
extern const struct web_route web_runs_routes[];
extern const struct web_route web_run_action_routes[];
extern const struct web_route web_schedules_routes[];
extern const struct web_route web_access_routes[];   /* tokens, audit */
extern const struct web_route web_subjects_routes[]; /* schedules, sensors, streams: pause, … */
extern const struct web_route web_stream_list_routes[];
extern const struct web_route web_sensors_routes[];
extern const struct web_route web_events_routes[];

/* openapi.yaml, as it stands in the tree; made by the build. */
extern const unsigned char web_openapi_text[];
extern const size_t web_openapi_size;

/* A line of JSON a route, with what it takes: openapi.yaml is held against it. */
void web_routes_write(struct buf *out);

#endif
