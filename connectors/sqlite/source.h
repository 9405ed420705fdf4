/*
 * The source group: tables of a SQLite file, read whole, from a cursor on, or by change capture
 * (sqlite/capture.h). A read is one read transaction from beginning to end: it sees one state of
 * the file, blocks no writer, and keeps the write-ahead log from being emptied while it lasts.
 *
 * Positions. AORTA_READ_ALL has none. AORTA_READ_INCREMENTAL has one behind each batch. In
 * AORTA_READ_CHANGES a snapshot has a position (NULL before) only when it has been read to its end,
 * since it begins anew when it is interrupted; changes have one behind each batch.
 */
#ifndef AORTA_SQLITE_SOURCE_H
#define AORTA_SQLITE_SOURCE_H

#include "connector.h"

extern const struct aorta_source sqlite_source;

#endif
