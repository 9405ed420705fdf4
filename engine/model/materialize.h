/*
 * One model, from decision to publication, in one write transaction of the destination.
 *
 *     decide ──fresh──▶ MODEL_FRESH
 *       │
 *     begin, lock the state row ──▶ write: hidden table or stage ──▶ audit ──▶ publish, state, commit
 *                                                                      │            MODEL_PUBLISHED
 *                                                                      └─▶ keep the refused rows,
 *                                                                          commit: MODEL_REJECTED
 *
 * What is published, its state and the versions of inputs that it was made from are one snapshot
 * (invariants 1, 2, 3, 8). A death anywhere leaves the old state.
 *
 * How a model is written and published is its materialization: a table of functions. The state
 * machine around them is the same for all, so a new kind is one file (see snapshot.h).
 */
#ifndef AORTA_MODEL_MATERIALIZE_H
#define AORTA_MODEL_MATERIALIZE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/audit.h"
#include "model/session.h"
#include "model/spec.h"
#include "model/state.h"

enum model_outcome {
    MODEL_PUBLISHED,
    MODEL_FRESH,    /* nothing to do */
    MODEL_REJECTED, /* a blocking check failed: the old relation stands */
};

struct model_result {
    enum model_outcome outcome;
    bool was_incremental;
    int64_t rows;         /* written: of the table, or added */
    int64_t rows_deleted; /* by delete+insert */
    struct state state;   /* as it is now, after a publication */
    const char *cause;    /* why it ran or not, in a word and in a sentence: model/decide.h */
    const char *reason;
    const char *warnings; /* lines, or NULL */
    struct check_result *checks;
    size_t check_count;
};

/* An attempt, as the materializations see it. */
struct model_attempt {
    struct session *session;
    const struct model_spec *spec;
    struct arena *arena;
    struct model_result *result;
    struct state before;        /* of the asset, locked */
    struct state *input_states; /* of spec->inputs */
    struct state *ref_states;   /* of spec->refs */
    struct model_read *reads;   /* of spec->refs: what the checkpoint says (template_context.h) */
    bool *reads_rows;           /* of spec->refs: new_rows() was asked for them */
    struct relation_columns target; /* what stands there */
    bool is_incremental;            /* what is_incremental() says */
    const char *sql;                /* rendered; NULL for a seed */
    bool only_shows;                /* the SQL is for a person's eyes: see model/show.h */

    /* What write leaves for the audit and for publish. */
    struct relation hidden;          /* the table or view it made; name NULL: none */
    struct relation_columns columns; /* of what is audited */
    const char *audit_rows;          /* see struct audit */
    const char *audit_whole;
    const char *window_condition; /* SQL: which rows are of the window; NULL: no window */
    struct publish_report report;
};

struct materialization {
    const char *name; /* "table" */
    bool can_be_incremental;
    bool is_view; /* holds no rows of its own: nothing to keep when it is refused */
    /* A second relation that it publishes, by the place of the first; or NULL. */
    struct relation (*beside)(struct arena *arena, const struct relation *relation);
    /* Makes the hidden relation and fills the attempt's last part. */
    int (*write)(struct model_attempt *attempt, struct err *err);
    /* Publishes it; sets result->rows. The caller writes the state and commits. */
    int (*publish)(struct model_attempt *attempt, struct err *err);
};

extern const struct materialization materialization_view;
extern const struct materialization materialization_table;
extern const struct materialization materialization_seed;
extern const struct materialization materialization_incremental;

/* By name, of those above and snapshot's; NULL if there is none. */
const struct materialization *materialization_find(const char *name);

/* Runs the model on a session that has no transaction open, where the table of states and the
 * relation's schema are (state_create, publish_ensure_schema). The result lives in the arena. On
 * failure everything is rolled back; the error names the asset. */
int model_run(struct session *session, const struct model_spec *spec, struct arena *arena,
              struct model_result *result, struct err *err);

/* Whether its history begins again when the whole of it is made anew: rows of a new table may be
 * any, so whoever read the old one by position reads all of it. */
bool model_restarts(const struct model_spec *spec);

#endif
