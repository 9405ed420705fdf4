/*
 * Files as whole texts.
 */
#ifndef AORTA_BASE_FILE_H
#define AORTA_BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

/* Appends the file's content to out. A file larger than limit_bytes is ERR_CONFIG. On failure out
 * is as it was. */
int file_read(const char *path, size_t limit_bytes, struct buf *out, struct err *err);

/* Writes a new file beside the path, syncs it, renames it over the path and syncs the folder: a
 * reader sees the old content or the new one, also after a power cut. */
int file_write_atomic(const char *path, const void *data, size_t size, struct err *err);

/* Makes the folder and those above it, mode 0777 less the umask. One that exists is no error. */
int file_make_folders(const char *path, struct err *err);

#endif
