/*
 * What may come from outside, each with its reason. Nothing enters memory without one.
 */
#ifndef AORTA_BASE_LIMITS_H
#define AORTA_BASE_LIMITS_H

/* Steps of a run at once: a thread and a session of its database each. */
#define LIMIT_THREADS 64

/* Of runs, backfills, schedules, sensors and assets, and as far below 0: more than anybody ranks. */
#define LIMIT_PRIORITY 1000

/* A person writes these; 4 MiB is a thousand pages. */
#define LIMIT_CONFIG_FILE_BYTES ((size_t)4 << 20)

/* A seed is a small table kept in version control; larger data belongs in a source. */
#define LIMIT_SEED_FILE_BYTES ((size_t)64 << 20)

/* The graph is held in memory whole: about 4 KiB an asset. */
#define LIMIT_ASSETS 100000

/* Lists that a person reads. */
#define LIMIT_LISTED_RUNS 100000
#define LIMIT_QUESTIONS 1000

/* Tokens that were ever made: they are in memory, 300 bytes each. */
#define LIMIT_TOKENS 10000

/* A control message is a step or its result; larger answers go over the bulk channel. */
#define LIMIT_MESSAGE_BYTES ((size_t)4 << 20)

/* An order holds its seed: JSON may need six bytes for one. */
#define LIMIT_ORDER_BYTES (6 * LIMIT_SEED_FILE_BYTES + LIMIT_MESSAGE_BYTES)

/* One record of a file or a topic. PostgreSQL allows 1 GiB a field; a reading is 200 bytes. */
#define LIMIT_RECORD_BYTES ((size_t)16 << 20)

/* A batch that is lent between layers: large enough to be cheap, small enough to be many. */
#define LIMIT_BATCH_BYTES ((size_t)64 << 20)
#define LIMIT_BATCH_ROWS 65536

/* Columns of one relation: DuckDB and PostgreSQL (1,600) stay below it. */
#define LIMIT_COLUMNS 2000

/* A password, a token, a key in PEM. */
#define LIMIT_SECRET_BYTES ((size_t)64 << 10)

/* What a sensor reads of an HTTP answer: a list of releases is 100 KiB. */
#define LIMIT_PROBE_BYTES ((size_t)1 << 20)

/* Files of one load of a lake: the list is in memory, some 300 bytes each. What is left over goes to
 * the next run. */
#define LIMIT_LOAD_FILES 500000

/* Nesting of JSON values, of template blocks and expressions: deeper is an attack or a mistake. */
#define LIMIT_NESTING 64

/* A rendered template: a statement larger than this is not read by any database gladly. */
#define LIMIT_RENDERED_BYTES ((size_t)16 << 20)

/* Rounds of all loops of one render, and what its values may take: more is a loop by mistake. */
#define LIMIT_TEMPLATE_ROUNDS 1000000
#define LIMIT_TEMPLATE_BYTES ((size_t)256 << 20)

#endif
