/*
 * How each partition of an asset stands, as far as the run store knows.
 *
 *     running   a run is at work on it
 *     failed    the last attempt to make it failed: what is published of it, if anything, is older
 *     missing   it was never made
 *     stale     something that it is made of (run/parts_input.h) was published after the attempt
 *               began that made this one
 *     present   none of these
 *
 * Of a stream only the hours are known that it has written something of: an hour without events is
 * not missing.
 */
#ifndef AORTA_RUN_PARTS_H
#define AORTA_RUN_PARTS_H

#include "run/loaded.h"
#include "store/read.h"

enum part_state { PART_MISSING, PART_PRESENT, PART_STALE, PART_FAILED, PART_RUNNING };

extern const char *const part_state_names[]; /* "missing", "present", … */

struct part {
    struct partition partition;
    enum part_state state;
    int64_t at_us;      /* when it was published or failed last; 0: never */
    const char *run_id; /* the run that did, or is at work; or NULL */
    bool is_published;  /* something of it is, older than what failed */
    int64_t among;      /* of what failed because of rows: that many were made together */
    int64_t input_us;   /* when something that it is made of was published last; 0: never */
    bool lacks_input;   /* something that it is made of is still to be made */
};

/* All partitions of the asset that there are now, in their order, in the arena: none if it is made
 * as one. A NULL reader knows of nothing. Who is at work is believed only if a daemon is alive. */
int parts_read(const struct loaded *loaded, const struct asset *asset, struct store_reader *reader,
               bool is_alive, struct arena *arena, struct part **parts, size_t *count,
               struct err *err);

#endif
