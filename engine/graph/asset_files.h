/*
 * What a source says of the files that it reads.
 *
 *     bad_lines = "skip"            # fail (default), skip, emit
 *     new_columns = "evolve"        # discard (default), freeze, evolve
 *
 *     [from]
 *     connection = "lake"
 *     files = ["topics/hr/year=*", …]        # patterns: base/glob.h
 *     changed_files = "reload"      # fail (default), reload, append
 *     lateness = "2h"               # keys are ordered by time: list from the last hour less this
 *     full_listing = "1d"           # but everything, this often (default)
 *     partition_columns = true      # folders like year=2024 are columns
 *
 * bad_lines is also of sources that read a topic's lake; the rest belongs to `files`.
 */
#ifndef AORTA_GRAPH_ASSET_FILES_H
#define AORTA_GRAPH_ASSET_FILES_H

#include "graph/asset.h"

enum { ASSET_NOT_GIVEN = -1 };

extern const struct asset_files asset_files_unset;

/* Reports what makes no sense, then puts defaults in the place of what was not given. */
void asset_files_check(struct asset *asset, struct problems *problems);

#endif
