#include "model/known.h"

#include "base/alloc.h"
#include "base/map.h"
#include "model/session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEARN_AFTER = 8,    /* fresh steps; a read of all costs a few of them */
    ROWS_A_STEP = 50,   /* and one more for so many rows that the last read had */
    KNOWN_ROWS = 20000, /* more are not kept: */
    KNOWN_BYTES = 16 << 20,
};

/* All of it at one moment. */
struct contents {
    struct arena arena;
    struct map states;    /* by asset */
    struct map relations; /* "schema.name", each to itself */
};

struct known {
    pthread_mutex_t lock; /* of all that follows */
    int64_t changes;
    int64_t fresh_at; /* the count at which the steps were fresh */
    int64_t fresh;    /* how many */
    size_t row_count; /* at the last read */
    bool is_learning;
    struct contents *contents; /* or NULL */
    int64_t contents_at;
};

/* ------------------------------------------------------------------------------------- contents */

static struct contents *contents_new(void)
{
    struct contents *contents = alloc_zeroed(1, sizeof *contents);

    arena_init(&contents->arena);
    map_init(&contents->states);
    map_init(&contents->relations);
    return contents;
}

static void contents_free(struct contents *contents)
{
    if (contents == NULL)
        return;
    map_release(&contents->states);
    map_release(&contents->relations);
    arena_release(&contents->arena);
    free(contents);
}

static int add_relation(void *arg, const char *schema, const char *name, const char *kind)
{
    struct contents *contents = arg;
    char *key = arena_printf(&contents->arena, "%s.%s", schema != NULL ? schema : "", name);

    (void)kind;
    map_put(&contents->relations, key, key);
    return contents->relations.count > KNOWN_ROWS;
}

/* In one transaction, so that states and relations are of one moment. */
static int read_contents(struct session *session, struct contents *contents, struct err *err)
{
    struct aorta_error error;
    struct state *states;
    size_t count;

    if (state_read_everything(session, &contents->arena, KNOWN_ROWS, KNOWN_BYTES, &states, &count,
                              err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        map_put(&contents->states, states[i].asset, &states[i]);
    if (session->warehouse->list(session->handle, "", add_relation, contents, &error) < 0)
        return session_error(session, &error, err);
    if (contents->relations.count > KNOWN_ROWS)
        return err_set(err, ERR_CONFIG, "more relations than are kept in memory");
    return 0;
}

/* NULL if it cannot be read, or is too much. */
static struct contents *read_all(struct session *session)
{
    struct contents *contents = contents_new();
    struct err ignored;
    int result = session_begin(session, false, &ignored);

    if (result == 0)
        result = read_contents(session, contents, &ignored);
    session_rollback(session);
    if (result == 0)
        return contents;
    contents_free(contents);
    return NULL;
}

/* ---------------------------------------------------------------------------------------- known */

struct known *known_new(void)
{
    struct known *known = alloc_zeroed(1, sizeof *known);

    pthread_mutex_init(&known->lock, NULL);
    return known;
}

void known_free(struct known *known)
{
    if (known == NULL)
        return;
    contents_free(known->contents);
    pthread_mutex_destroy(&known->lock);
    free(known);
}

void known_changed(struct known *known)
{
    if (known == NULL)
        return;
    pthread_mutex_lock(&known->lock);
    known->changes++;
    pthread_mutex_unlock(&known->lock);
}

static void copy_state(struct state *to, const struct state *from, struct arena *arena)
{
    *to = (struct state){
        .asset = to->asset,
        .is_there = true,
        .epoch = arena_strdup(arena, from->epoch),
        .version = from->version,
        .fingerprint = arena_strdup(arena, from->fingerprint),
        .position = arena_strdup(arena, from->position),
        .checkpoint = arena_strdup(arena, from->checkpoint),
        .row_count = from->row_count,
        .published_at = arena_strdup(arena, from->published_at),
        .run_id = arena_strdup(arena, from->run_id),
    };
}

bool known_states(struct known *known, const char *const *assets, size_t count,
                  const struct relation *physical, struct arena *arena, struct state *states,
                  bool *has)
{
    const char *key = arena_printf(arena, "%s.%s", physical->schema, physical->name);

    pthread_mutex_lock(&known->lock);
    const struct contents *contents = known->contents_at == known->changes ? known->contents : NULL;
    for (size_t i = 0; contents != NULL && i < count; i++) {
        const struct state *state = map_find(&contents->states, assets[i]);
        state_clear(&states[i], assets[i]);
        if (state != NULL)
            copy_state(&states[i], state, arena);
    }
    *has = contents != NULL && map_find(&contents->relations, key) != NULL;
    pthread_mutex_unlock(&known->lock);
    return contents != NULL;
}

/* Whether a read pays now; then the count that it begins at. */
static bool begin_learning(struct known *known, int64_t *changes)
{
    if (known->fresh_at != known->changes)
        known->fresh = 0;
    known->fresh_at = known->changes;
    known->fresh++;
    if (known->is_learning || (known->contents != NULL && known->contents_at == known->changes) ||
        known->fresh < (int64_t)(LEARN_AFTER + known->row_count / ROWS_A_STEP))
        return false;
    known->is_learning = true;
    known->fresh = 0;
    *changes = known->changes;
    return true;
}

void known_learn(struct known *known, struct session *session)
{
    int64_t changes;

    if (known == NULL)
        return;
    pthread_mutex_lock(&known->lock);
    bool learns = begin_learning(known, &changes);
    pthread_mutex_unlock(&known->lock);
    if (!learns)
        return;
    struct contents *read = read_all(session), *old = read;
    pthread_mutex_lock(&known->lock);
    known->is_learning = false;
    if (read != NULL) {
        old = known->contents;
        known->contents = read;
        known->contents_at = changes;
    }
    known->row_count = read != NULL ? read->states.count : KNOWN_ROWS;
    pthread_mutex_unlock(&known->lock);
    contents_free(old);
}
