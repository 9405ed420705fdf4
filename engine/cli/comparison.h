/*
 * Two runs of a pipeline beside each other.
 *
 *     run                         started                  took  state      selection
 *  1  01KAN2M8T6Q2X0YV5J9S3D7RBE  2024-04-01T12:30:00Z  19.52s  succeeded  everything
 *  2  01KAN2NBW4E1H8K6P0C5F2M9ZG  2024-04-02T12:30:00Z   4.01s  succeeded  everything
 *
 *     asset            kind      rows 1  time 1  rows 2  time 2  checks
 *     raw.users        source     9,999   0.21s      41   0.04s  24 ok
 *     marts.dim_dates  model     73,049   0.90s   fresh   0.01s  5 ok
 *
 * Where a step published nothing its state stands in place of the rows, and where the run had no
 * such step "-". What the second run's checks said stands behind the first's, if they differ.
 */
#ifndef AORTA_CLI_COMPARISON_H
#define AORTA_CLI_COMPARISON_H

#include "base/arena.h"
#include "base/err.h"
#include "store/read.h"

#include <stdbool.h>

/* Prints the table; is_live as history.h has it. */
int comparison_print(struct store_reader *reader, const struct store_run *first,
                     const struct store_run *second, bool is_live, struct arena *arena,
                     struct err *err);

#endif
