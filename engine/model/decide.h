/*
 * Whether a model has to be built, and why. One code decides for the run that builds it and for the
 * plan that only says so, so the two cannot disagree.
 *
 * The fingerprint is what made the published relation, in three parts:
 *
 *     2:<SQL>:<configuration>:<inputs>
 *
 * The SQL by its template's tokens (never rendered), the configuration by the order's hash, the
 * inputs by epoch and version, and the last partition. It is stored in the destination; equal is fresh, and the part that
 * differs is the reason.
 *
 *     cause           reason
 *     first           first build
 *     gone            the relation is gone
 *     full_refresh    full refresh
 *     forced          forced
 *     partition       partition 2024-04-04 was asked for
 *     volatile        it depends on the clock, on chance, or on what others make
 *     restarted       history of raw.users began again: all is built again
 *     sql, config     its SQL changed, its configuration or a variable changed, …
 *     input           raw.users has a newer version; of a plan: raw.users is
 *                     published before, only if raw.users has news
 *     fresh           fresh
 */
#ifndef AORTA_MODEL_DECIDE_H
#define AORTA_MODEL_DECIDE_H

#include "model/known.h"
#include "model/materialize.h"

/* Reads all that the decision needs into the attempt, *own and *print, the fingerprint as it is
 * now: 1 to build, 0 fresh, -1, also if its place is somebody else's (model/foreign.h). Sets
 * result->cause and result->reason. */
int decide_attempt(struct model_attempt *attempt, struct state *own, const char **print,
                   struct err *err);

/* Whether the asset is fresh by what is known of its destination; then fills the result, which lives in
 * the arena. False: the database must be asked. */
bool decide_is_known_fresh(struct known *known, const struct aorta_dialect *dialect,
                           const struct model_spec *spec, struct arena *arena,
                           struct model_result *result);

/* What a plan wants to know. */
struct model_decision {
    bool is_stale;
    bool is_conditional; /* stale only if an input that may be published is */
    bool is_incremental; /* rows are added to what is there */
    bool restarts;       /* whoever reads it row by row begins again */
    const char *cause, *reason;
};

/* Decides without touching anything, the inputs taken as spec->expected says they will be. The
 * session may be NULL: there is no database yet, so nothing was ever built. */
int model_decide(struct session *session, const struct model_spec *spec, struct arena *arena,
                 struct model_decision *decision, struct err *err);

/* Which parts of two fingerprints differ. */
struct fingerprint_parts {
    bool sql, config, inputs;
};
struct fingerprint_parts fingerprint_compare(const char *before, const char *now);

/* The reason in words, if one of the first two parts differs. */
const char *fingerprint_reason(struct fingerprint_parts differs, bool is_seed);

/* The first two parts, of what an asset is by its files alone; in the arena. The template may be
 * NULL. */
struct template;
const char *fingerprint_of_files(const struct template *template, const char *materialization,
                                 const char *config_hash, struct arena *arena);

#endif
