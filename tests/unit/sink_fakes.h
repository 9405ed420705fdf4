/*
 * An object store and a message log in memory, behind the tables of connector.h, for tests of the
 * sink. Several processes can work on them, each with a life of its own:
 *
 *     struct fake_process process = {.calls_left = 17};
 *     struct fake_lake_client lake = {&shared_lake, &process};
 *     fake_lake_table.put(&lake, …)        // the 18th call of the process fails: it is dead
 *
 * A dead process's calls fail with "process died" and do nothing; with dies_after the fatal call
 * takes effect first.
 */
#ifndef AORTA_TEST_SINK_FAKES_H
#define AORTA_TEST_SINK_FAKES_H

#include "base/buf.h"
#include "connector.h"

#include <pthread.h>

/* Around each call that the sink makes from several threads. */
extern pthread_mutex_t fake_lock;

struct fake_process {
    int64_t calls_left; /* negative: it does not die */
    bool dies_after;
    bool is_dead;
    int64_t calls;
};

/* ----------------------------------------------------------------------------------------- lake */

struct fake_object {
    char *key;
    struct buf bytes;
};

struct fake_lake {
    struct fake_object *objects; /* keys ascending */
    size_t count;
    size_t capacity;
    int64_t changed;     /* puts that replaced an object by other bytes: the sink never does */
    const char *failing; /* puts of keys with that text in them fail, transient; NULL: none do */
};

struct fake_lake_client {
    struct fake_lake *lake;
    struct fake_process *process;
};

extern const struct aorta_object_store fake_lake_table;
extern const struct aorta_object_store fake_plain_lake_table; /* without put-if-absent */

void fake_lake_release(struct fake_lake *lake);

/* The object's text, or NULL. */
const char *fake_lake_text(const struct fake_lake *lake, const char *key);

/* How many keys have the text in them. */
int64_t fake_lake_count(const struct fake_lake *lake, const char *part);

/* ------------------------------------------------------------------------------------------ log */

enum { FAKE_PARTITIONS = 4 };

struct fake_record {
    char *value;
    size_t size;
    char *header; /* NULL: none */
    int64_t timestamp_ms;
};

struct fake_partition {
    struct fake_record *records;
    int64_t count;
    int64_t low; /* records before it have expired */
};

struct fake_log {
    struct fake_partition partitions[FAKE_PARTITIONS];
    int32_t partition_count;
    int32_t incarnation;
    int64_t batch; /* records a poll gives at most */
    int64_t committed[FAKE_PARTITIONS];
    bool refuses_commits;

    /* What the next consumer to poll learns instead of getting records; set by a test. */
    enum aorta_poll event;
    int32_t event_partition;
    void (*on_poll)(struct fake_log *log, void *arg); /* before each poll; may be NULL */
    void *arg;
};

struct fake_log_client {
    struct fake_log *log;
    struct fake_process *process;
};

extern const struct aorta_message_log fake_log_table;

void fake_log_init(struct fake_log *log, int32_t partition_count);
void fake_log_release(struct fake_log *log);

/* Appends a record; header may be NULL. */
void fake_log_add(struct fake_log *log, int32_t partition, const char *value, const char *header);
void fake_log_add_bytes(struct fake_log *log, int32_t partition, const void *value, size_t size,
                        int64_t timestamp_ms);

/* The broker dies with all records and starts again. */
void fake_log_restart(struct fake_log *log);

#endif
