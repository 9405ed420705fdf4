/*
 * What a request is about, when that is a thing of the pipeline: "schedule:nightly",
 * "sensor:landing", "stream:lake.readings", "asset:marts.sales" (its automation).
 */
#ifndef AORTA_DAEMON_SUBJECT_H
#define AORTA_DAEMON_SUBJECT_H

struct job;
struct loaded;

/* Finds what the job's request is about (a stream or an asset also by its name: then the request is given its
 * key), in what the daemon believes of the files or, where none
 * stays, in the files; then calls `then` on the loop with what was loaded, lent to it. A subject
 * that is not there, and files that cannot be read, are refused. */
void subject_find(struct job *job, void (*then)(struct job *job, struct loaded *loaded));

/* The name behind "schedule:", "sensor:", "stream:" or "asset:", or NULL if the subject is none. */
const char *subject_schedule(const char *subject);
const char *subject_sensor(const char *subject);
const char *subject_stream(const char *subject);
const char *subject_asset(const char *subject);

#endif
