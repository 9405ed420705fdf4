/*
 * A folder as an object store.
 *
 *     path = "/data/lake"      the root; objects are the regular files below it
 *     key  = "raw/hr/part=0/00017.jsonl"
 *
 * A key is a relative path: segments of 1 to 255 bytes between slashes, at most 1,024 bytes and 32
 * segments, none of them "." or "..", none beginning with ".aorta-" (those are puts under way).
 *
 * Nothing leads out of the root: each segment is opened by itself, below the one before, and
 * symbolic links are never followed; a link is not an object.
 *
 * A put writes ".aorta-<process>-<number>" in the object's own folder, syncs it, and gives it its
 * name by link (if_absent: exactly one of several writers wins) or rename (the last one wins), then
 * syncs the folder. So a process that dies, or wakes up long after, leaves a hidden file or a whole
 * object and nothing in between. The next list that meets a hidden file older than an hour removes
 * it: a put that old is dead, and if it is not, it fails and is tried again.
 */
#ifndef AORTA_FILE_STORE_H
#define AORTA_FILE_STORE_H

#include "connector.h"

#include <sys/stat.h>

#define STORE_TEMPORARY ".aorta-"

enum {
    STORE_KEY_BYTES = 1024, /* as in S3, so that a lake can move there */
    STORE_SEGMENT_BYTES = 255,
    STORE_SEGMENTS = 32, /* a list holds one descriptor a level */
    STORE_ETAG_SIZE = 56,
    STORE_LEFTOVER_SECONDS = 3600,
};

struct store {
    const struct aorta_host *host;
    int root;   /* descriptor of the folder */
    bool sync;  /* objects and folders survive a power cut */
    char *path; /* absolute, for messages */
    char *url;  /* file:// and the path */
};

/* AORTA_CONFIG with the reason if the key cannot be one. */
int store_check_key(const char *key, struct aorta_error *error);

/* Opens the folder that holds the key's last segment, which *name then points to (within key).
 * With `make`, folders that are missing are made and synced. Returns a descriptor that the caller
 * closes, or -1 with errno set: ENOENT when a folder is missing, ENOTDIR when an object or a link
 * is in its place. The key has been checked. */
int store_open_folder(const struct store *store, const char *key, bool make, const char **name);

/* What an object is, from its file's status. The etag (size, time and number of the file) changes
 * whenever the object is put again. */
void store_describe(const struct stat *status, char etag[STORE_ETAG_SIZE],
                    struct aorta_object *object);

/* Fills the error from errno: "write 'key': no space left on device". Returns -1. */
int store_fail(const struct store *store, const char *verb, const char *key,
               struct aorta_error *error);

/* The group's functions of put.c and list.c; connector.h has their contracts. */
int store_put(void *connection, const char *key, const void *data, size_t size, bool if_absent,
              bool *created, struct aorta_error *error);
int store_list(void *connection, const char *prefix, const char *start_after,
               int (*each)(void *arg, const struct aorta_object *object), void *arg,
               struct aorta_error *error);

#endif
