/*
 * Connectors for the bench programs in C: loaded as the executor loads them, opened with the few
 * options that are not what they are by default. Whatever fails ends the program with a sentence.
 */
#ifndef AORTA_BENCH_CONNECTORS_H
#define AORTA_BENCH_CONNECTORS_H

#include "base/arena.h"
#include "connector.h"

_Noreturn void bench_die(const char *what, const char *why);

/* FOLDER/NAME.so */
const struct aorta_connector *bench_load(struct arena *arena, const char *folder, const char *name);

/* Options as pipeline.toml has them: names and texts in turn, ended by NULL. */
struct aorta_option_value *bench_fill(struct arena *arena, const struct aorta_option *options,
                                      const char *const *settings);
void *bench_open(struct arena *arena, const struct aorta_connector *connector,
                 const char *const *settings);

#endif
