/*
 * The files that `aorta init` writes: examples/starter, built into the program.
 */
#ifndef AORTA_CLI_STARTER_H
#define AORTA_CLI_STARTER_H

#include <stddef.h>

struct starter_file {
    const char *path; /* relative to the pipeline's folder */
    const unsigned char *text;
    size_t size;
};

/* Generated from examples/starter by CMakeLists.txt. */
extern const struct starter_file starter_files[];
extern const size_t starter_file_count;

#endif
