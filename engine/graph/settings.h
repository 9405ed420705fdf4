/*
 * An asset's settings as its SQL reads them: config.get('materialized').
 *
 *     {"description": "Days", "tags": ["daily"], "materialized": "incremental", "unique_key": ["id"],
 *      "strategy": "append", "incremental_strategy": "append", "schema": "marts", "alias": "days"}
 *
 * The names are those of the asset's file, and beside them the ones that dbt has for the same. What
 * is not set is not there, so that config.get() gives its default; tags are a list in any case.
 */
#ifndef AORTA_GRAPH_SETTINGS_H
#define AORTA_GRAPH_SETTINGS_H

#include "graph/asset.h"

/* Of a model or snapshot, as JSON, in the arena. */
const char *settings_json(const struct asset *asset, struct arena *arena);

/* Whether the asset's SQL reads settings. */
bool settings_are_read(const struct asset *asset, struct arena *arena);

#endif
