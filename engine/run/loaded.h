/*
 * A pipeline as it was read, with its graph and schedules: never changed afterwards, shared by all
 * who plan, run or look at it, freed when the last one lets go. The daemon keeps the newest; a run
 * keeps the one that it was planned with, however often the files change meanwhile.
 *
 * The signature is of the names, sizes and times of all files that were read, so that whether they
 * have changed since can be told without reading them.
 */
#ifndef AORTA_RUN_LOADED_H
#define AORTA_RUN_LOADED_H

#include "graph/graph.h"
#include "message/control.h"
#include "schedule/partitioned.h"
#include "schedule/rule.h"
#include "schedule/schedule.h"
#include "schedule/sensor_list.h"

#include <stdbool.h>
#include <stdint.h>

struct loaded {
    struct arena arena; /* of all that follows */
    struct pipeline pipeline;
    struct graph graph;
    struct schedules schedules;
    struct sensor_list sensors;
    struct partitioned partitioned;
    struct rules rules;
    struct problems problems; /* none, if the rest may be used */
    bool is_read;             /* else pipeline.toml could not be, and there is no graph */
    uint64_t signature;
    bool may_be_torn;     /* a file had just been changed: it is read again next time */
    bool has_assignments; /* variables were set for one request */
    int64_t loaded_us;    /* wall clock */
    int64_t begun_us;     /* monotonic: of two readings the later one knows more */
    int references;       /* atomic */
};

/* Reads folder, target and variables of the request. Blocks; never NULL. */
struct loaded *loaded_read(const struct request *request);

/* Whether the request means it: the same folder, target and variables. */
bool loaded_fits(const struct loaded *loaded, const struct request *request);

/* Whether no file has changed since it was read. Blocks for some microseconds a file. */
bool loaded_is_current(const struct loaded *loaded);

/* From any thread. Both accept NULL. */
struct loaded *loaded_retain(struct loaded *loaded);
void loaded_release(struct loaded *loaded);

#endif
