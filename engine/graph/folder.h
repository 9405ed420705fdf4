/*
 * The files below the folder of assets: which there are, and whether they have changed.
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

/* What can be told of files without reading them: names, sizes, times of the last change. Two that
 * differ mean that something has changed. */
struct folder_signature {
    uint64_t hash;
    int64_t newest_us; /* the last change of any; of another time's clock is what lies ahead */
};

/* Walks the folder, and adds to the signature what is in it before any of it is read. Hidden entries
 * are passed over; other endings are signed only. ERR_CONFIG when it cannot be read or holds more than
 * LIMIT_ASSETS. */
int folder_list(const struct pipeline *pipeline, struct folder_files *files,
                struct folder_signature *signature, struct err *err);

/* Adds to the signature what folder_list adds, and lists nothing. What cannot be read adds nothing. */
void folder_sign(const struct pipeline *pipeline, struct arena *arena,
                 struct folder_signature *signature);

/* Adds one file, by its path. */
void folder_sign_file(struct folder_signature *signature, const char *path);

#endif
