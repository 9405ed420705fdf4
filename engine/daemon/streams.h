/*
 * Streams are kept running by a daemon that stays.
 *
 *                    ┌── pause ──────────────── resume ──┐
 *                    ▼                                    │
 *     STARTING ─▶ RUNNING ─▶ its run ended ─▶ WAITING ─▶ STARTING
 *         │                                      ▲
 *         └──────────── refused ─────────────────┘
 *
 * Each stream of the pipeline has a run of its own, which retries its step as any run does. When the
 * run has failed nevertheless, another one begins after a while: a second, then twice as long each
 * time, a minute at most; a stream that was well for a minute begins anew with a second. One whose
 * declaration has changed is told to end, writes what it has, and begins with the new one; one that
 * is gone from the pipeline ends. When the daemon ends they write what they have read.
 */
#ifndef AORTA_DAEMON_STREAMS_H
#define AORTA_DAEMON_STREAMS_H

#include "daemon/work.h"
#include "message/stream.h"

struct streams;

/* What runs of streams say about who asked for them: they are not taken up again as runs. */
extern const char STREAMS_TRIGGER[];

/* Begins with those of the loaded pipeline. */
struct streams *streams_open(struct daemon *daemon);

/* Begins nothing more; its memory goes with streams_free, when no job is left. */
void streams_close(struct streams *streams);
void streams_free(struct streams *streams);

/* The pipeline was read again. */
void streams_configure(struct streams *streams);

/* Whether the stream of that key or name is to run: false if there is none. */
bool streams_set_paused(struct streams *streams, const char *name, bool paused);

/* What is known of each now; texts are lent for the turn of the loop. */
struct stream_state *streams_list(const struct streams *streams, struct arena *arena,
                                  size_t *count);

#endif
