/*
 * What the partitions of an asset are made of: which of another asset's partitions, and when those
 * were published. A part of run/parts.h.
 *
 *     both by time         those that share an instant, whatever their units and zones: of a day of
 *                          London the 23, 24 or 25 hours that it has; of an hour the day around it
 *     both by keys         the same key
 *     one of each kind,
 *     or made as one       all of it, for each
 *
 * Views are looked through. What a source reads is what a stream writes into its lake.
 */
#ifndef AORTA_RUN_PARTS_INPUT_H
#define AORTA_RUN_PARTS_INPUT_H

#include "run/parts.h"
#include "store/partitions.h"

struct parts_reading {
    const struct loaded *loaded;
    struct store_reader *reader; /* not NULL */
    struct arena *arena;
    bool is_static;
    const struct partition *list; /* the asset's */
    struct part *parts;           /* likewise */
    size_t count;
    struct map by_key; /* static: key to part */
};

/* Sets input_us and lacks_input of the parts. */
int parts_find_inputs(const struct parts_reading *reading, const struct asset *asset,
                      struct err *err);

#endif
