/*
 * The sink's plans: what stands in the lake beside the data, and the names of everything.
 *
 * Each partition of a topic has a chain of entries, numbered from 1 without gaps. An entry opens
 * an incarnation of the topic, or says what one flush writes; a flush gets a seal that says how it
 * ended. (executor/sink_writer.h has the rule by which they are written.)
 *
 *     topics/hr/_plans/3/00000000000000000001.plan     opens incarnation "k1:hr", base 0
 *     topics/hr/_plans/3/00000000000000000002.plan     records [0, 7312): two objects
 *     topics/hr/_plans/3/00000000000000000002.seal     done
 *     topics/hr/year=2024/month=04/day=18/hour=00/hr+3+0000000000.json
 *     topics/hr/year=2024/month=04/day=18/hour=01/hr+3+0000004410.json
 *     topics/hr/_dead/hr+3+0000000017.jsonl            what was no record
 *
 * Plans and dead letters do not end in .json, so that whoever reads **.json reads data only (and
 * everything that was ever begun: only plans say what is finished).
 *
 * A record's number is the entry's base plus its offset in the log. An object is named by the
 * number of its first record. Numbers never come twice in a chain, whatever the log does.
 */
#ifndef AORTA_EXECUTOR_SINK_PLAN_H
#define AORTA_EXECUTOR_SINK_PLAN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { SINK_PLAN_VERSION = 1 };

/* Open hours of one flush; the buffer is flushed before it holds more. */
#define SINK_PLAN_OBJECTS 4096

/* A plan of that many objects is 700 KB. */
#define SINK_PLAN_BYTES ((size_t)4 << 20)

/* The producer's position in a record's header: see SOURCE positions in connector.h. */
#define SINK_TOKEN_BYTES ((size_t)64 << 10)

enum sink_time_unit { SINK_SECONDS, SINK_MILLISECONDS, SINK_MICROSECONDS, SINK_ISO };

/* How a record gets its hour. Part of each plan: who finishes a plan follows the plan's. */
struct sink_grouping {
    const char *time_field; /* "timestamp", "meta.at"; "": the log's own time */
    enum sink_time_unit unit;
    int64_t earliest_us; /* events before it are dead letters; see SINK_EARLIEST_US */
};

/* The start of 1971: seconds that are read as milliseconds land in January 1970. */
#define SINK_EARLIEST_US (INT64_C(365) * 86400 * 1000000)

enum sink_entry_kind { SINK_OPEN, SINK_FLUSH };

/* How a flush ended. An entry that opens is always SINK_DONE. */
enum sink_outcome { SINK_UNSEALED, SINK_DONE, SINK_VOID };

struct sink_object {
    int64_t hour;  /* hours since 1970-01-01T00Z */
    int64_t first; /* number of its first record */
    int64_t count;
    int64_t bytes;
    int64_t min_us; /* event times */
    int64_t max_us;
};

struct sink_entry {
    enum sink_entry_kind kind;
    const char *topic;
    int32_t partition;
    int64_t sequence; /* its place in the chain */
    int64_t opened;   /* the place of the entry that opened its incarnation */
    const char *incarnation;
    int64_t base;  /* number = base + offset in the log */
    int64_t start; /* covers the numbers [start, end) */
    int64_t end;
    const char *token; /* position of the newest record that is in the lake with it, or NULL */

    /* SINK_FLUSH */
    struct sink_grouping grouping;
    int32_t object_count;
    struct sink_object *objects; /* by hour, ascending */
    struct sink_object dead;     /* count 0: none; hour and times are 0 */
};

/* "s", "ms", "us" or "iso". */
bool sink_time_unit_find(const char *name, enum sink_time_unit *unit);

bool sink_grouping_equal(const struct sink_grouping *a, const struct sink_grouping *b);

/* Appends the entry as JSON. */
void sink_plan_encode(const struct sink_entry *entry, struct buf *out);

/* Parses what sink_plan_encode wrote; everything the entry points to is in the arena. An entry of
 * another version is ERR_CONFIG, anything else that is wrong ERR_BROKEN. The message does not say
 * which plan it was. */
int sink_plan_parse(const char *text, size_t size, struct arena *arena, struct sink_entry *entry,
                    struct err *err);

void sink_seal_encode(enum sink_outcome outcome, struct buf *out);
int sink_seal_parse(const char *text, size_t size, enum sink_outcome *outcome, struct err *err);

/* Each replaces the buffer's content by a key. */
void sink_key_topic(struct buf *key, const char *topic); /* prefix of the plans of all partitions */
void sink_key_chain(struct buf *key, const char *topic, int32_t partition); /* prefix */
void sink_key_plan(struct buf *key, const char *topic, int32_t partition, int64_t sequence);
void sink_key_seal(struct buf *key, const char *topic, int32_t partition, int64_t sequence);
void sink_key_day(struct buf *key, const char *topic, int64_t hour);  /* prefix: that hour's day */
void sink_key_hour(struct buf *key, const char *topic, int64_t hour); /* prefix of its objects */
void sink_key_object(struct buf *key, const char *topic, int32_t partition,
                     const struct sink_object *object);
void sink_key_dead(struct buf *key, const char *topic, int32_t partition, int64_t first);

/* Takes a key below a topic's plans apart; false if it is neither a plan nor a seal. */
bool sink_key_parse(const char *key, const char *topic, int32_t *partition, int64_t *sequence,
                    bool *is_seal);

#endif
