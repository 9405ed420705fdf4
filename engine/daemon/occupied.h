/*
 * Which assets are in runs that wait or work.
 */
#ifndef AORTA_DAEMON_OCCUPIED_H
#define AORTA_DAEMON_OCCUPIED_H

#include "daemon/work.h"
#include "schedule/automation.h"

/* Sets is_in_run and is_being_made of the facts, by asset->order of the graph, which are false
 * before. Of a request that is not planned yet its selection says which it means; if that cannot be
 * known, all are. Streams do not count. */
void occupied_find(const struct daemon *daemon, const struct graph *graph,
                   struct automation_fact *facts, struct arena *arena);

#endif
