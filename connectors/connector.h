/*
 * The whole contract between Aorta and a connector.
 *
 * A connector is a shared object that exports one function, `aorta_connector`, which returns a
 * constant table. What the connector can do is said by the groups of functions that are not NULL:
 *
 *     source         gives rows: tables, change streams, synthetic data
 *     warehouse      holds tables, runs SQL
 *     object_store   holds objects under keys
 *     message_log    topics of partitions of records
 *     server         an embedded server for development, which lives in a process of its own
 *
 * The module links to nothing of Aorta's: all it needs is in this file, and what it needs from the
 * engine comes through `struct aorta_host`. A unit test drives it with a host of its own.
 *
 * Who calls. Modules are loaded in executors only, never in the daemon. A connection is opened
 * once and used by several threads at once; each session, reader, consumer, producer and cursor is
 * used by one thread at a time. `cancel` functions are the only ones that may be called from
 * another thread, and never together with the close of the same object.
 *
 * Who owns. What a function is passed is lent for the call. What a function returns (a cursor's
 * batch, a position) is lent until the next call on the same object. Objects returned through
 * `void **` are the caller's, to be closed with the function beside the one that opened them.
 *
 * Errors. Functions return 0 (or what they say) or -1 with *error filled. The code says what the
 * scheduler will do, the message what a person will read: lower case, one line, values quoted, no
 * secrets, without the connector's name (the engine puts it before). After -1 outputs are unset.
 */
#ifndef AORTA_CONNECTOR_H
#define AORTA_CONNECTOR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define AORTA_ABI 1
#define AORTA_EXPORT __attribute__((visibility("default")))

/* ------------------------------------------------------------------------------------- errors */

enum aorta_error_code {
    AORTA_CONFIG,    /* a person must change something: never retried */
    AORTA_TRANSIENT, /* may pass by itself: retried with backoff */
    AORTA_DATA,      /* these rows are bad */
    AORTA_CANCELED,  /* cancel was called */
    AORTA_BROKEN,    /* our own state makes no sense */
};

struct aorta_error {
    enum aorta_error_code code;
    char message[512];
};

/* Fills the error and returns -1. */
__attribute__((format(printf, 3, 4))) static inline int aorta_fail(struct aorta_error *error,
                                                                   enum aorta_error_code code,
                                                                   const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    error->code = code;
    vsnprintf(error->message, sizeof error->message, fmt, args);
    va_end(args);
    return -1;
}

/* -------------------------------------------------------------------------------------- batches
 *
 * A batch is columns in Arrow's memory layout (Arrow Columnar Format 1.4), a closed list of types:
 *
 *     type                values                                             Arrow
 *     AORTA_BOOL          a bit a row, least significant first               Bool
 *     AORTA_INT32         int32_t                                            Int32
 *     AORTA_INT64         int64_t                                            Int64
 *     AORTA_DOUBLE        double                                             Float64
 *     AORTA_DATE          int32_t, days since 1970-01-01                     Date32
 *     AORTA_TIME          int64_t, microseconds since midnight               Time64(us)
 *     AORTA_TIMESTAMP     int64_t, microseconds since 1970, no zone          Timestamp(us)
 *     AORTA_TIMESTAMPTZ   int64_t, microseconds since 1970 UTC               Timestamp(us, UTC)
 *     AORTA_UUID          16 bytes, as RFC 4122 orders them                  FixedSizeBinary(16)
 *     AORTA_TEXT          UTF-8                                              Utf8
 *     AORTA_JSON          UTF-8, one JSON value                              Utf8
 *     AORTA_DECIMAL       ASCII, an exact decimal number: -12.50             Utf8
 *     AORTA_BYTES         bytes                                              Binary
 *
 * The last four have `offsets` (rows + 1 of them, the first may be greater than 0) into `values`.
 * `validity` has a bit a row, 1 = not null, least significant first; NULL = no nulls. The value of
 * a null row is not looked at (its offsets still ascend). Unused bits at the end may be anything.
 *
 * A batch has at most AORTA_BATCH_ROWS rows and AORTA_BATCH_BYTES bytes, or is one row.
 */
enum aorta_type {
    AORTA_BOOL,
    AORTA_INT32,
    AORTA_INT64,
    AORTA_DOUBLE,
    AORTA_DATE,
    AORTA_TIME,
    AORTA_TIMESTAMP,
    AORTA_TIMESTAMPTZ,
    AORTA_UUID,
    AORTA_TEXT,
    AORTA_JSON,
    AORTA_DECIMAL,
    AORTA_BYTES,
};

#define AORTA_TYPES 13
#define AORTA_BATCH_ROWS 65536
#define AORTA_BATCH_BYTES (64 << 20)

struct aorta_field {
    const char *name;
    enum aorta_type type;
};

struct aorta_column {
    const uint8_t *validity;
    const void *values;
    const int32_t *offsets; /* TEXT, JSON, DECIMAL, BYTES only */
};

struct aorta_batch {
    int64_t row_count;
    int32_t column_count;
    const struct aorta_field *fields;
    const struct aorta_column *columns;
};

static inline bool aorta_is_null(const struct aorta_column *column, int64_t row)
{
    return column->validity != NULL && (column->validity[row >> 3] >> (row & 7) & 1) == 0;
}

/* A single value, for a statement's parameters. Text is pointer and size. */
struct aorta_value {
    enum aorta_type type;
    bool is_null;
    union {
        int64_t integer; /* BOOL, INT32, INT64, DATE, TIME, TIMESTAMP, TIMESTAMPTZ */
        double number;   /* DOUBLE */
        struct {
            const char *data;
            size_t size;
        } text; /* UUID (16 bytes), TEXT, JSON, DECIMAL, BYTES */
    };
};

/* -------------------------------------------------------------------------------------- options
 *
 * What can be set is declared; the engine reads it from pipeline.toml, checks it, fills in
 * defaults, resolves secrets and paths, and prints the reference. A function gets an array of
 * values in the order of the declaration.
 */
enum aorta_option_type {
    AORTA_OPTION_TEXT,
    AORTA_OPTION_INTEGER,
    AORTA_OPTION_NUMBER,
    AORTA_OPTION_BOOL,
    AORTA_OPTION_PATH,     /* text, made absolute from the folder of pipeline.toml */
    AORTA_OPTION_DURATION, /* "500ms", "30s", "5m", "2h", "7d": integer, in milliseconds */
    AORTA_OPTION_SIZE,     /* "64KiB", "200MiB", "1GiB": integer, in bytes */
    AORTA_OPTION_TIME,     /* an ISO 8601 date or date-time: integer, microseconds since 1970 UTC */
    AORTA_OPTION_PATHS,    /* text: several paths, separated by commas */
};

struct aorta_option {
    const char *name; /* NULL ends the table */
    enum aorta_option_type type;
    bool is_required;
    bool is_secret;           /* may be given as env:NAME or file:PATH only; never shown */
    const char *default_text; /* NULL: unset */
    const char *help;         /* one sentence, without a full stop */
};

struct aorta_option_value {
    bool is_set;      /* given, or by default */
    const char *text; /* TEXT, PATH, PATHS */
    int64_t integer;  /* INTEGER, BOOL, DURATION, SIZE, TIME */
    double number;    /* NUMBER */
};

/* ----------------------------------------------------------------------------------------- host */

enum aorta_log_level { AORTA_LOG_DEBUG, AORTA_LOG_INFO, AORTA_LOG_WARN, AORTA_LOG_ERROR };

struct aorta_host {
    uint32_t abi;
    uint32_t size;
    void (*log)(enum aorta_log_level level, const char *message); /* one line; any thread */
};

/* --------------------------------------------------------------------------------------- source
 *
 * A source is read from a position to a bound that it fixes when the read is opened, so that every
 * read ends:
 *
 *     read_open(stream, position) → next, next, … → 0 → position → (the destination commits) → ack
 *
 * A position is a JSON text of at most 64 KiB that only the source understands; NULL is the
 * beginning. After each batch `position` says where a later read goes on so that no row of the
 * batches so far comes again and none is left out. Only what has been acknowledged may be forgotten
 * by the source; a source without that need has ack NULL.
 *
 * In mode AORTA_READ_CHANGES the batch begins with three columns of the engine's names, then the
 * table's:
 *     _change         TEXT       R(ead in the first snapshot), I(nsert), U(pdate), D(elete)
 *     _change_lsn     INT64      the order of changes: no two of a key are equal, later is greater
 *     _change_at      TIMESTAMP  when it happened, UTC
 * A D row carries the key; every other column is null.
 */
enum aorta_read_mode {
    AORTA_READ_ALL,         /* every row as it is now; position is not used */
    AORTA_READ_INCREMENTAL, /* rows whose cursor column is after the position */
    AORTA_READ_CHANGES,     /* first a snapshot, then every change */
};

struct aorta_read_request {
    const char *stream; /* a table, a topic, the name of a synthetic stream */
    enum aorta_read_mode mode;
    const char *cursor_column;                /* AORTA_READ_INCREMENTAL */
    const char *position;                     /* JSON, or NULL */
    const struct aorta_option_value *options; /* by the source's stream_options */
};

struct aorta_stream {
    const char *name;
    int32_t field_count;
    const struct aorta_field *fields;
    int32_t key_count; /* of the primary key; 0: none */
    const int32_t *key;
};

struct aorta_source {
    /* What a source asset can say in [from] besides connection, table and mode. May be NULL. */
    const struct aorta_option *stream_options;

    /* The streams that are there, each given to `each`; a non-zero return of it ends the list. May
     * be NULL. */
    int (*discover)(void *connection, int (*each)(void *arg, const struct aorta_stream *stream),
                    void *arg, struct aorta_error *error);

    int (*read_open)(void *connection, const struct aorta_read_request *request, void **reader,
                     struct aorta_error *error);
    /* Names of the inputs that must be fed before the first next, ended by NULL; may be NULL. */
    const char *const *(*inputs)(void *reader);
    int (*feed)(void *reader, const char *input, const struct aorta_batch *batch,
                struct aorta_error *error);
    /* The stream with the columns that next will give (without the _change ones). */
    const struct aorta_stream *(*schema)(void *reader);
    /* 1 and a batch, 0 at the end, -1. */
    int (*next)(void *reader, struct aorta_batch *batch, struct aorta_error *error);
    const char *(*position)(void *reader);
    /* Makes next return AORTA_CANCELED soon; any thread. May be NULL if next never takes long. */
    void (*cancel)(void *reader);
    void (*read_close)(void *reader);

    /* The destination has committed everything up to the position. May be NULL. */
    int (*ack)(void *connection, const char *stream, const char *position,
               struct aorta_error *error);

    /* How much of what the read is going to give has been given: from 0 to 1, and roughly will do,
     * for it is for those who watch. Negative: not known. May be NULL: it never is. */
    double (*share)(void *reader);
};

/* ------------------------------------------------------------------------------------ warehouse */

/* A published relation is replaced in one transaction, in which the new one was also made:
 *
 *     begin → lock the state row → CREATE TABLE hidden AS … → checks → [carry: before] →
 *     DROP old → RENAME hidden TO name → [carry: after, views] → state → commit
 *
 * Transactions read one snapshot (PostgreSQL: REPEATABLE READ), DDL included. What hangs on the old
 * relation (views, indexes, comments, grants) is carried to the new one by statements that the
 * dialect's `carry` query writes. What it says was found by experiment (tests/integration/publish_*):
 *
 *     DuckDB      Views bind by name and follow, but a view whose parent has other columns than it
 *                 had is refused when it is read, until it is made again: "view" statements. An
 *                 indexed table cannot be renamed, so indexes are made after ("after"). They are
 *                 never dropped by themselves: DROP INDEX and CREATE INDEX of one name in one
 *                 transaction end the process (1.4.4). Catalog and binder errors leave the
 *                 transaction usable, all others end it.
 *     SQLite      As DuckDB, without "view"; PRAGMA legacy_alter_table = ON in each session, or
 *                 RENAME is refused while a view names the dropped table. Triggers as indexes.
 *     PostgreSQL  Views depend on the table itself: they are dropped ("before") and made again
 *                 ("after") with their options, owners, grants and comments. Indexes and
 *                 constraints are built on the hidden table ("build") under other names, which
 *                 needs no lock on the old one, and renamed ("after"). Materialized views, foreign
 *                 keys of others, triggers, policies, functions bound to the row type: "block".
 *
 * What differs between databases, as data. SQL that the engine writes uses nothing else. */
struct aorta_dialect {
    const char *name;        /* "duckdb", "postgres", "sqlite" */
    bool has_schemas;        /* otherwise schema is "" in every call here, and the engine joins
                               * what it calls schema and name by "__" */
    bool is_single_process;  /* its file can be open in one process only */
    bool concurrent_writers; /* several sessions may write at once */
    bool transactional_ddl;
    int32_t identifier_bytes; /* longest name */
    /* A query with $1 schema, $2 name of the published relation and $3 name of the hidden one in
     * the same schema, each a table or a view, run before anything is dropped, that gives rows
     * (phase TEXT, statement TEXT) in the order in which they are run:
     *     block   what cannot be carried, named for a person: rows are replaced instead
     *     build   run on the hidden table, once, before anything is locked
     *     before  run before the old relation is dropped
     *     after   run when the new one has its name
     *     view    run after that, only if columns changed; failing is reported, not fatal
     * It leaves out what concerns columns that the new one has not, and indexes if the new one is
     * a view. When columns are only added to a table in place, $3 is '' and "view" alone is run.
     * NULL: nothing to carry. */
    const char *carry;
    /* Run before the old relation is dropped: limits how long it may wait for readers. With it the
     * database has savepoints, and the drop is tried again. NULL: readers never block it. */
    const char *lock_wait;
    /* Pattern, %1$s a relation: run first in a transaction for each relation that it will read, so
     * that none is replaced meanwhile. For a database whose snapshots do not hold for catalogues
     * (PostgreSQL: a table swapped in after the snapshot looks empty). NULL: not needed. */
    const char *read_lock;
    const char *row_lock;       /* after a SELECT that must lock its row: " FOR UPDATE", or "" */
    const char *current_schema; /* the schema that names without one go to */
    /* Patterns: %1$s, %2$s, %3$s stand for SQL expressions. */
    const char *json_text;       /* "(%1$s ->> '$.%2$s')": member 2 of JSON expression 1 as text */
    const char *regex;           /* "regexp_matches(%1$s, %2$s)": unanchored search, boolean */
    const char *epoch_timestamp; /* "make_timestamp(%1$s * 1000000)": timestamp from epoch s */
    const char *md5;             /* "md5(%1$s)": lower-case hex of text */
    const char *timestamp_ms_text; /* timestamp 1 as 'YYYY-MM-DD HH:MM:SS.mmm' */
    const char *count_if; /* how many rows meet condition 1: of ways to say it the fastest */
    /* Many conditions on a table's rows are counted by a query each, in one statement, faster than
     * by one query for all: where columns are kept apart, with the least and the greatest value of
     * each part of them. */
    bool counts_apart;
    /* A 64-bit hash of a list of expressions, equal for values that are and never negative:
     * "hash(%1$s)". Then doubled keys of many rows are looked for by sorting hashes, which needs
     * little memory. NULL: all keys are grouped. */
    const char *hash;
    const char *date_add; /* date 1 plus integer 2 units 3 (day, month, year): a date */
    const char *analyze;  /* after large changes; "" where not needed */
    const char *type_names[AORTA_TYPES];
};

struct aorta_relation {
    const char *kind; /* "table" or "view" */
    int32_t field_count;
    const struct aorta_field *fields;
    const char *const *type_names; /* a field, as the database calls it */
};

/* Rows that a load pulls: `workers` readers, each used by one thread at a time, several of them at
 * once. `next` gives 1 and a batch, which may be empty, lent until the worker's next call, or 0: no
 * more. What goes wrong where the rows come from is the caller's business: he ends the feed and
 * rolls back. */
struct aorta_feed {
    void *arg;
    int32_t workers;
    int (*next)(void *arg, int32_t worker, struct aorta_batch *batch);
};

struct aorta_warehouse {
    const struct aorta_dialect *dialect;

    int (*session_open)(void *connection, void **session, struct aorta_error *error);
    void (*session_close)(void *session); /* rolls back what is open */

    /* begin: one snapshot for all that follows; for_write takes the write lock at once where the
     * database has one lock, and without it a statement that writes may be refused (AORTA_CONFIG).
     * A commit or statement that lost against another transaction fails with AORTA_TRANSIENT. */
    int (*begin)(void *session, bool for_write, struct aorta_error *error);
    int (*commit)(void *session, struct aorta_error *error);
    int (*rollback)(void *session, struct aorta_error *error);

    /* One statement, parameters $1, $2, … *affected (may be NULL): rows inserted, updated or
     * deleted, 0 for others. A message that names a line of it says "(line 2: TEXT)". */
    int (*exec)(void *session, const char *sql, const struct aorta_value *params,
                int32_t param_count, int64_t *affected, struct aorta_error *error);

    /* A query whose rows are pulled; next gives 1 and a batch, 0 at the end, -1. A cursor has its
     * fields even when it has no rows. One cursor a session at a time. */
    int (*query)(void *session, const char *sql, const struct aorta_value *params,
                 int32_t param_count, void **cursor, struct aorta_error *error);
    int (*next)(void *cursor, struct aorta_batch *batch, struct aorta_error *error);
    void (*cursor_close)(void *cursor);
    /* The fields of a cursor, before the first next. */
    const struct aorta_field *(*cursor_fields)(void *cursor, int32_t *count);

    /* The relation, lent until the next call on the session; 1 if it is there, 0 if not. */
    int (*describe)(void *session, const char *schema, const char *name,
                    struct aorta_relation *relation, struct aorta_error *error);
    /* Every relation whose name begins with the prefix, in every schema. */
    int (*list)(void *session, const char *name_prefix,
                int (*each)(void *arg, const char *schema, const char *name, const char *kind),
                void *arg, struct aorta_error *error);

    /* Bulk load into a table that exists, in the session's transaction: columns of the batch by
     * name, columns that it lacks are null. After a failure, or instead of end, abort. */
    int (*load_begin)(void *session, const char *schema, const char *name,
                      const struct aorta_field *fields, int32_t field_count, void **load,
                      struct aorta_error *error);
    int (*load_batch)(void *load, const struct aorta_batch *batch, struct aorta_error *error);
    int (*load_end)(void *load, int64_t *rows, struct aorta_error *error);
    void (*load_abort)(void *load);

    /* The same in one call, on the database's own threads: the rows in any order. NULL: use
     * load_begin. After a failure only a rollback is left. */
    int (*load_from)(void *session, const char *schema, const char *name,
                     const struct aorta_field *fields, int32_t field_count,
                     const struct aorta_feed *feed, int64_t *rows, struct aorta_error *error);

    /* Whether anything hangs on the relation that one with the same columns must be given: 0 surely
     * not, then `carry` is not asked; 1 perhaps; -1. For databases where asking costs more the more
     * relations there are. NULL: ask. */
    int (*needs_carry)(void *session, const char *schema, const char *name,
                       struct aorta_error *error);

    /* Interrupts the statement that the session runs; the statement fails with AORTA_CANCELED. One
     * that starts a moment later is not interrupted, so the caller repeats it. Any thread. */
    void (*cancel)(void *session);

    /* From now on the session is for SQL that is not to be trusted: it takes single statements that
     * read, and reach nothing but what is in the database and where the connection's options let
     * SQL look. Whatever else is refused with AORTA_CONFIG before it begins. Transactions still
     * begin and end by the functions above. There is no way back but to close the session. NULL:
     * no such SQL is run. */
    int (*confine)(void *session, struct aorta_error *error);
};

/* --------------------------------------------------------------------------------- object store */

struct aorta_object {
    const char *key;
    int64_t size_bytes;
    int64_t modified_us; /* since 1970 UTC */
    const char *etag;
};

struct aorta_object_store {
    bool has_put_if_absent; /* without it a lake has one writer only */

    /* Objects whose key begins with prefix and is greater than start_after (NULL: all), ascending
     * bytewise. A non-zero return of each ends the list. */
    int (*list)(void *connection, const char *prefix, const char *start_after,
                int (*each)(void *arg, const struct aorta_object *object), void *arg,
                struct aorta_error *error);
    /* 1 if there is such an object, 0 if not. */
    int (*stat)(void *connection, const char *key, struct aorta_object *object,
                struct aorta_error *error);
    /* Up to size bytes from offset; *got is less only at the object's end. An object that is not
     * there is AORTA_DATA. */
    int (*read)(void *connection, const char *key, int64_t offset, void *data, size_t size,
                size_t *got, struct aorta_error *error);
    /* Whole objects, visible whole or not at all, durable when it returns. With if_absent an
     * object that is there already stays, and *created is false. */
    int (*put)(void *connection, const char *key, const void *data, size_t size, bool if_absent,
               bool *created, struct aorta_error *error);
    int (*remove)(void *connection, const char *key, struct aorta_error *error); /* absent: fine */
    const char *(*url)(void *connection); /* for messages: "file:///…", "s3://bucket/prefix" */
};

/* ---------------------------------------------------------------------------------- message log */

struct aorta_record {
    int32_t partition; /* produce: -1 = by the key */
    int64_t offset;
    int64_t timestamp_ms; /* the log's; 0 = now */
    const void *key;
    size_t key_size;
    const void *value;
    size_t value_size;
    const char *header; /* value of the one header "aorta-position", or NULL */
    size_t header_size;
};

enum aorta_poll { AORTA_POLL_NOTHING, AORTA_POLL_RECORDS, AORTA_POLL_ASSIGNED, AORTA_POLL_REVOKED };

/* What consumer_poll gives. Lent until the poll after the next one, so that another thread can work
 * on it while the next one is made; partitions until the next. */
struct aorta_polled {
    enum aorta_poll kind;
    int64_t record_count; /* RECORDS: of several partitions, each in the order of offsets */
    const struct aorta_record *records;
    int32_t partition_count; /* ASSIGNED, REVOKED */
    const int32_t *partitions;
};

struct aorta_watermarks {
    int64_t low;  /* offset of the oldest record kept */
    int64_t high; /* offset that the next record will get */
};

struct aorta_message_log {
    /* Makes the topic if it is not there; *partition_count is what it then has. */
    int (*topic_ensure)(void *connection, const char *topic, int32_t wanted_partitions,
                        int32_t *partition_count, struct aorta_error *error);
    /* Identity of the topic: differs when it was made again. Lent until the next call. */
    int (*topic_incarnation)(void *connection, const char *topic, const char **incarnation,
                             struct aorta_error *error);
    int (*watermarks)(void *connection, const char *topic, int32_t partition,
                      struct aorta_watermarks *watermarks, struct aorta_error *error);
    /* The last record of a partition: 1 and the record, lent until the next call; 0 if empty. */
    int (*last_record)(void *connection, const char *topic, int32_t partition,
                       struct aorta_record *record, struct aorta_error *error);

    /* Idempotent, all replicas; produce copies the record, blocks while the queue is full, and
     * fails if an earlier record failed. flush returns when all are acknowledged. */
    int (*producer_open)(void *connection, const char *topic, void **producer,
                         struct aorta_error *error);
    int (*produce)(void *producer, const struct aorta_record *record, struct aorta_error *error);
    int (*producer_flush)(void *producer, struct aorta_error *error);
    void (*producer_close)(void *producer); /* what was not flushed may be lost */

    /* A member of a consumer group. Partitions come and go with ASSIGNED and REVOKED; after
     * ASSIGNED the caller seeks each partition before records come. Records of a partition that
     * was revoked never come after its REVOKED. Offsets out of range are AORTA_DATA, never reset.
     * With `alone` it does not join the group and gets every partition at once; what it commits is
     * still the group's. For reads that end: joining takes a group seconds. */
    int (*consumer_open)(void *connection, const char *topic, const char *group, bool alone,
                         void **consumer, struct aorta_error *error);
    int (*consumer_poll)(void *consumer, int32_t timeout_ms, struct aorta_polled *polled,
                         struct aorta_error *error);
    int (*consumer_seek)(void *consumer, int32_t partition, int64_t offset,
                         struct aorta_error *error);
    int (*consumer_pause)(void *consumer, int32_t partition, bool pause, struct aorta_error *error);
    /* Stores the offset of the next record to read, for lag displays and other members. */
    int (*consumer_commit)(void *consumer, int32_t partition, int64_t offset,
                           struct aorta_error *error);
    int (*consumer_committed)(void *consumer, int32_t partition, int64_t *offset,
                              struct aorta_error *error); /* -1: none */
    void (*consumer_close)(void *consumer);
};

/* --------------------------------------------------------------------------------------- server */

struct aorta_server {
    /* Starts the server in this process on a loopback port that the kernel chooses. *address is
     * what the connector's option named by address_option must be set to, to reach it. */
    int (*start)(const struct aorta_host *host, const struct aorta_option_value *options,
                 void **server, const char **address, struct aorta_error *error);
    void (*stop)(void *server);
    const char *address_option;
};

/* ------------------------------------------------------------------------------------ connector */

struct aorta_connector {
    uint32_t abi;  /* AORTA_ABI */
    uint32_t size; /* sizeof (struct aorta_connector) */
    const char *name;
    const char *summary;                /* one line */
    const struct aorta_option *options; /* of a connection */

    /* Opens a connection: cheap, and nothing heavy is loaded before. */
    int (*open)(const struct aorta_host *host, const struct aorta_option_value *options,
                void **connection, struct aorta_error *error);
    void (*close)(void *connection);
    /* Whether there is anything behind the connection, where open would make it (a database file):
     * 1, 0, -1. Makes nothing. NULL: there always is. */
    int (*is_there)(const struct aorta_host *host, const struct aorta_option_value *options,
                    struct aorta_error *error);

    const struct aorta_source *source;
    const struct aorta_warehouse *warehouse;
    const struct aorta_object_store *object_store;
    const struct aorta_message_log *message_log;
    const struct aorta_server *server;

    /* Whether whoever is behind the connection can be reached and lets us in: asks something small,
     * and changes nothing. NULL: the engine asks a statement, a list of objects or of streams. */
    int (*ping)(void *connection, struct aorta_error *error);
};

AORTA_EXPORT const struct aorta_connector *aorta_connector(void);

#endif
