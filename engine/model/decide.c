#include "model/decide.h"

#include "base/hash.h"
#include "model/foreign.h"
#include "model/template_context.h"
#include "model/window.h"
#include "template/template.h"

#include <string.h>

/* Changes when what a fingerprint covers does: then every model is built once more. */
#define FINGERPRINT_VERSION "2"

enum { PART_SIZE = HASH_HEX_SIZE / 2 }; /* 128 bits are enough to tell two apart */

/* ---------------------------------------------------------------------------------- fingerprint */

static const char *finish_part(struct hash *hash, struct arena *arena)
{
    char hex[HASH_HEX_SIZE + 1];

    hash_finish(hash, hex);
    return arena_strndup(arena, hex, PART_SIZE);
}

const char *fingerprint_of_files(const struct template *template, const char *materialization,
                                 const char *config_hash, struct arena *arena)
{
    struct hash *sql = hash_new(), *config = hash_new();

    if (template != NULL)
        template_hash(template, sql);
    hash_add_str(config, materialization);
    hash_add_str(config, config_hash != NULL ? config_hash : "");
    const char *of_sql = finish_part(sql, arena), *of_config = finish_part(config, arena);
    return arena_printf(arena, "%s:%s:%s", FINGERPRINT_VERSION, of_sql, of_config);
}

static const char *fingerprint_of_inputs(const struct model_attempt *attempt)
{
    struct hash *hash = hash_new();

    for (size_t i = 0; i < attempt->spec->input_count; i++) {
        const struct state *input = &attempt->input_states[i];
        hash_add_str(hash, input->asset);
        hash_add_str(hash, input->epoch);
        hash_add(hash, &input->version, sizeof input->version);
    }
    if (attempt->spec->window_count > 0)
        hash_add_str(hash, attempt->spec->windows[0].last);
    return finish_part(hash, attempt->arena);
}

/* What makes the asset what it is. */
static int fingerprint(const struct model_attempt *attempt, const char **out, struct err *err)
{
    const struct model_spec *spec = attempt->spec;
    struct template *template = NULL;

    if (spec->sql != NULL &&
        template_parse(attempt->arena, spec->file, spec->sql, spec->sql_size, &template, err) < 0)
        return -1;
    *out = arena_printf(attempt->arena, "%s:%s",
                        fingerprint_of_files(template, spec->materialization->name,
                                             spec->config_hash, attempt->arena),
                        fingerprint_of_inputs(attempt));
    return 0;
}

/* Whether both have the same text before their next colon; both go behind it. */
static bool next_part_differs(const char **a, const char **b)
{
    size_t size_a = strcspn(*a, ":"), size_b = strcspn(*b, ":");
    bool differs = size_a != size_b || memcmp(*a, *b, size_a) != 0;

    *a += size_a + ((*a)[size_a] == ':');
    *b += size_b + ((*b)[size_b] == ':');
    return differs;
}

struct fingerprint_parts fingerprint_compare(const char *before, const char *now)
{
    struct fingerprint_parts parts = {true, true, true};

    if (before == NULL || next_part_differs(&before, &now))
        return parts; /* made by another version: all of it */
    parts.sql = next_part_differs(&before, &now);
    parts.config = next_part_differs(&before, &now);
    parts.inputs = next_part_differs(&before, &now);
    return parts;
}

const char *fingerprint_reason(struct fingerprint_parts differs, bool is_seed)
{
    if (differs.sql && differs.config)
        return "its SQL and its configuration changed";
    if (differs.sql)
        return "its SQL changed";
    return is_seed ? "its rows or its configuration changed"
                   : "its configuration or a variable changed";
}

/* --------------------------------------------------------------------------------------- decide */

/* What a plan expects of an input is as if it had happened. */
static void expect(const struct model_spec *spec, struct state *state)
{
    for (size_t i = 0; i < spec->expected_count; i++) {
        const struct model_expectation *expected = &spec->expected[i];
        if (strcmp(expected->asset, state->asset) != 0)
            continue;
        state->version++;
        if (expected->restarts)
            state->epoch = "a new one";
    }
}

/* Whose states are needed: the asset's, its inputs' and its refs', in this order. */
static const char **assets_of(const struct model_spec *spec, struct arena *arena, size_t *count)
{
    *count = 1 + spec->input_count + spec->ref_count;
    const char **assets = arena_calloc(arena, *count, sizeof *assets);

    assets[0] = spec->asset;
    for (size_t i = 0; i < spec->input_count; i++)
        assets[1 + i] = spec->inputs[i];
    for (size_t i = 0; i < spec->ref_count; i++)
        assets[1 + spec->input_count + i] = spec->refs[i].asset;
    return assets;
}

static void keep_states(struct model_attempt *attempt, struct state *states)
{
    attempt->input_states = states + 1;
    attempt->ref_states = states + 1 + attempt->spec->input_count;
}

/* All in one query. The asset's is kept apart: `before` is what was locked. */
static int read_states(struct model_attempt *attempt, struct state *own, struct err *err)
{
    size_t count;
    const char **assets = assets_of(attempt->spec, attempt->arena, &count);
    struct state *states = arena_calloc(attempt->arena, count, sizeof *states);

    if (state_read_all(attempt->session, assets, count, attempt->arena, states, err) < 0)
        return -1;
    for (size_t i = 1; i < count; i++)
        expect(attempt->spec, &states[i]);
    *own = states[0];
    keep_states(attempt, states);
    return 0;
}

/* The ref whose version or epoch is not what the checkpoint says; NULL if all are. */
static const char *changed_input(const struct model_attempt *attempt)
{
    for (size_t i = 0; i < attempt->spec->ref_count; i++) {
        const struct model_read *read = &attempt->reads[i];
        const struct state *now = &attempt->ref_states[i];
        if (read->is_known &&
            (read->version != now->version || strcmp(read->epoch, now->epoch) != 0))
            return now->asset;
    }
    return NULL;
}

/* An input read row by row that began again: what was read of it means nothing now. */
static const char *restarted_input(const struct model_attempt *attempt)
{
    for (size_t i = 0; i < attempt->spec->ref_count; i++) {
        const struct model_read *read = &attempt->reads[i];
        if (read->is_known && read->has_position &&
            strcmp(read->epoch, attempt->ref_states[i].epoch) != 0)
            return attempt->spec->refs[i].asset;
    }
    return NULL;
}

static bool because(struct model_attempt *attempt, const char *cause, const char *reason)
{
    attempt->result->cause = cause;
    attempt->result->reason = reason;
    return true;
}

static bool because_of_inputs(struct model_attempt *attempt)
{
    const struct model_spec *spec = attempt->spec;
    const char *input = changed_input(attempt);

    for (size_t i = 0; i < spec->expected_count; i++)
        for (size_t j = 0; j < spec->input_count; j++)
            if (strcmp(spec->expected[i].asset, spec->inputs[j]) == 0)
                return because(
                    attempt, "input",
                    spec->expected[i].is_sure
                        ? arena_printf(attempt->arena, "%s is published before", spec->inputs[j])
                        : arena_printf(attempt->arena, "only if %s has news", spec->inputs[j]));
    if (input == NULL)
        return because(attempt, "input", "what it reads has a newer version");
    return because(attempt, "input", arena_printf(attempt->arena, "%s has a newer version", input));
}

/* Whether the asset has to be built; says why, or that it is fresh. */
static bool is_stale(struct model_attempt *attempt, const struct state *own, const char *now)
{
    const struct model_spec *spec = attempt->spec;
    const char *input;

    if (own->version == 0)
        return because(attempt, "first", "first build");
    if (!attempt->target.is_there)
        return because(attempt, "gone", "the relation is gone");
    if (spec->full_refresh)
        return because(attempt, "full_refresh", "full refresh");
    if (spec->is_partition_asked)
        return because(
            attempt, "partition",
            arena_printf(attempt->arena, "partition %s was asked for", spec->windows[0].label));
    if (spec->force)
        return because(attempt, "forced", "forced");
    if (spec->is_volatile)
        return because(attempt, "volatile",
                       "it depends on the clock, on chance, or on what others make");
    if (own->fingerprint != NULL && strcmp(own->fingerprint, now) == 0) {
        because(attempt, "fresh", "fresh");
        return false;
    }
    input = restarted_input(attempt);
    if (input != NULL)
        return because(
            attempt, "restarted",
            arena_printf(attempt->arena, "history of %s began again: all is built again", input));
    struct fingerprint_parts differs = fingerprint_compare(own->fingerprint, now);
    if (differs.sql || differs.config)
        return because(attempt, differs.sql ? "sql" : "config",
                       fingerprint_reason(differs, spec->sql == NULL));
    return because_of_inputs(attempt);
}

static int check_place(const struct model_attempt *attempt, const struct state *own,
                       const struct relation *relation, const struct relation_columns *there,
                       struct err *err)
{
    const struct foreign foreign = {
        .relation = relation,
        .there = there,
        .own = own,
        .full_refresh = attempt->spec->full_refresh,
    };

    return foreign_check(attempt->session, &foreign, attempt->arena, err);
}

/* Whether the asset's place is its own, or free; that of what it publishes beside it, too. */
static int check_places(const struct model_attempt *attempt, const struct state *own,
                        struct err *err)
{
    const struct model_spec *spec = attempt->spec;
    struct relation_columns there;

    if (own->version > 0 || attempt->only_shows)
        return 0;
    if (check_place(attempt, own, &spec->relation, &attempt->target, err) < 0)
        return -1;
    if (spec->materialization->beside == NULL)
        return 0;
    struct relation beside = spec->materialization->beside(attempt->arena, &spec->relation);
    if (relation_describe(attempt->session, &beside, attempt->arena, &there, err) < 0)
        return -1;
    return check_place(attempt, own, &beside, &there, err);
}

/* Whether what is there can stay: rows are added, or those of a partition are replaced. */
static bool can_stay(const struct model_attempt *attempt, const struct state *own)
{
    const struct model_spec *spec = attempt->spec;

    if (own->version == 0 || !attempt->target.is_there || attempt->target.is_view ||
        spec->full_refresh)
        return false;
    return spec->is_partition_asked ||
           (spec->materialization->can_be_incremental && restarted_input(attempt) == NULL);
}

int decide_attempt(struct model_attempt *attempt, struct state *own, const char **print,
                   struct err *err)
{
    const struct model_spec *spec = attempt->spec;

    if (read_states(attempt, own, err) < 0 ||
        relation_describe(attempt->session, &spec->relation, attempt->arena, &attempt->target,
                          err) < 0 ||
        check_places(attempt, own, err) < 0 ||
        model_checkpoint_parse(spec, own->checkpoint, attempt->arena, &attempt->reads, err) < 0 ||
        fingerprint(attempt, print, err) < 0)
        return -1;
    attempt->reads_rows = arena_calloc(attempt->arena, spec->ref_count, sizeof(bool));
    attempt->result->state = *own;
    attempt->is_incremental = can_stay(attempt, own);
    /* A partition that was asked for says nothing of the others: what makes the asset stale does so
     * still. */
    if (spec->is_partition_asked && attempt->is_incremental && own->fingerprint != NULL)
        *print = own->fingerprint;
    if (is_stale(attempt, own, *print))
        return 1;
    attempt->result->outcome = MODEL_FRESH;
    return 0;
}

bool decide_is_known_fresh(struct known *known, const struct aorta_dialect *dialect,
                           const struct model_spec *spec, struct arena *arena,
                           struct model_result *result)
{
    struct model_attempt attempt = {.spec = spec, .arena = arena, .result = result};
    const struct relation place = relation_physical(arena, dialect, &spec->relation);
    const char *print;
    struct err ignored;
    size_t count;

    memset(result, 0, sizeof *result);
    const char **assets = assets_of(spec, arena, &count);
    struct state *states = arena_calloc(arena, count, sizeof *states);
    if (!known_states(known, assets, count, &place, arena, states, &attempt.target.is_there))
        return false;
    keep_states(&attempt, states);
    if (model_checkpoint_parse(spec, states[0].checkpoint, arena, &attempt.reads, &ignored) < 0 ||
        fingerprint(&attempt, &print, &ignored) < 0 || is_stale(&attempt, &states[0], print))
        return false;
    result->state = states[0];
    result->outcome = MODEL_FRESH;
    return true;
}

/* ----------------------------------------------------------------------------------------- plan */

static int decide_with(struct session *session, const struct model_spec *spec, struct arena *arena,
                       struct model_decision *decision, struct err *err)
{
    struct model_result result = {0};
    struct model_attempt attempt = {
        .session = session, .spec = spec, .arena = arena, .result = &result};
    const char *print;
    struct state own;

    int stale = decide_attempt(&attempt, &own, &print, err);
    if (stale < 0)
        return err_wrap(err, "asset %s", spec->asset);
    *decision = (struct model_decision){
        .is_stale = stale > 0,
        .is_incremental = attempt.is_incremental,
        .cause = result.cause,
        .reason = result.reason,
    };
    return 0;
}

int model_decide(struct session *session, const struct model_spec *spec, struct arena *arena,
                 struct model_decision *decision, struct err *err)
{
    struct model_spec sure = *spec;
    struct model_expectation *certain = arena_calloc(arena, spec->expected_count, sizeof *certain);
    int result = 0;

    sure.expected = certain;
    sure.expected_count = 0;
    for (size_t i = 0; i < spec->expected_count; i++)
        if (spec->expected[i].is_sure)
            certain[sure.expected_count++] = spec->expected[i];
    if (session == NULL) {
        *decision =
            (struct model_decision){.is_stale = true, .cause = "first", .reason = "first build"};
    } else {
        result = decide_with(session, &sure, arena, decision, err);
        if (result == 0 && !decision->is_stale && sure.expected_count < spec->expected_count) {
            result = decide_with(session, spec, arena, decision, err);
            decision->is_conditional = decision->is_stale;
        }
    }
    decision->restarts = !decision->is_incremental && model_restarts(spec);
    return result;
}
