/*
 * What the engine says to warehouses, statement by statement, for a person who wonders.
 *
 *     AORTA_TRACE_SQL=/tmp/sql.jsonl aorta run
 *     jq -r 'select(.us > 100000) | .sql' /tmp/sql.jsonl
 *
 * Each executor appends one line of JSON a statement, when it is over:
 *
 *     {"session":"4711.3","connection":"warehouse","sql":"INSERT …","params":["users",7],
 *      "us":412,"error":"…"}
 *
 * `session` is the process and which of its sessions; transactions are the statements BEGIN, COMMIT
 * and ROLLBACK; "load users" and "describe users" stand in `call` instead of `sql`, as they are
 * calls of a connector. There is no secret in it (those are options of connections, never SQL), but
 * there are values of rows. Any thread. The file is made if it is not there, for its owner alone.
 */
#ifndef AORTA_MODEL_TRACE_H
#define AORTA_MODEL_TRACE_H

#include "base/err.h"
#include "connector.h"

#include <stdbool.h>
#include <stdint.h>

struct session;

/* Opens the file the first time, if the environment names one. */
void trace_open(void);

/* One thing that a session does: trace_begin, the work, trace_end. Nothing while tracing is off. */
struct trace {
    int64_t started_us;
};

void trace_begin(struct trace *trace);

/* A statement with its parameters; `failed` with its error. */
void trace_statement(const struct trace *trace, const struct session *session, const char *sql,
                     const struct aorta_value *params, int32_t param_count,
                     const struct err *failed);

/* A call of the connector: "describe", and the relation. */
void trace_call(const struct trace *trace, const struct session *session, const char *call,
                const char *relation);

#endif
