/*
 * The files below the folder of assets.
 */
#ifndef AORTA_GRAPH_FOLDER_H
#define AORTA_GRAPH_FOLDER_H

#include "config/pipeline.h"

struct folder_file {
    const char *path;  /* relative to the pipeline's folder */
    const char *group; /* the folders between, joined by "_"; "main" at the top */
};

struct folder_files {
    struct folder_file *items; /* one an asset: the .toml, or a .sql that has none */
    size_t count;
};

/* Walks the folder; hidden entries and other endings are passed over. ERR_CONFIG when it cannot be
 * read or holds more than LIMIT_ASSETS. */
int folder_list(const struct pipeline *pipeline, struct folder_files *files, struct err *err);

/* What can be told of a file, or of all files below a folder, without reading them: names, sizes,
 * times of the last change. Two that differ mean that something has changed. */
struct folder_signature {
    uint64_t hash;
    int64_t newest_us; /* the last change of any; of another time's clock is what lies ahead */
};

/* Adds the path, and if it is a folder what is below it; what is hidden or not there adds nothing. */
void folder_sign(struct folder_signature *signature, const char *path);

#endif
