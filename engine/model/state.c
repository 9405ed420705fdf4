#include "model/state.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/map.h"
#include "model/cell.h"
#include "model/relation.h"
#include "model/session.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

static const struct relation state_table = {"", "_aorta_state"};

static const char create_sql[] =
    "CREATE TABLE IF NOT EXISTS %s (asset %s PRIMARY KEY, epoch %s NOT NULL, version %s NOT NULL, "
    "fingerprint %s, position %s, checkpoint %s, row_count %s, published_at %s, run_id %s)";
static const char list_sql[] =
    "SELECT asset, epoch, version, fingerprint, position, checkpoint, row_count, published_at, "
    "run_id FROM %s WHERE version > 0 ORDER BY asset";
static const char select_sql[] =
    "SELECT asset, epoch, version, fingerprint, position, checkpoint, row_count, published_at, "
    "run_id FROM %s%s%s";
static const char claim_sql[] = "INSERT INTO %s (asset, epoch, version) VALUES ($1, '', 0) "
                                "ON CONFLICT (asset) DO NOTHING";
static const char insert_sql[] =
    "INSERT INTO %s (asset, epoch, version, fingerprint, position, checkpoint, row_count, "
    "published_at, run_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
static const char update_sql[] =
    "UPDATE %s SET epoch = $2, version = $3, fingerprint = $4, position = $5, checkpoint = $6, "
    "row_count = $7, published_at = $8, run_id = $9 WHERE asset = $1 AND version = $10";

/* Names in an IN list; more are looked for among all rows. DuckDB needs 70 us to plan each name, and
 * reads 1,000 rows in 300. */
enum { FEW_ASSETS = 32 };

/* "main"."_aorta_state", as this destination calls it. */
static const char *table_sql(struct arena *arena, const struct session *session)
{
    return relation_sql(arena, session->dialect, &state_table);
}

static int table_is_there(struct session *session, struct arena *arena, struct err *err)
{
    struct relation_columns columns;

    if (session->has_state)
        return 1;
    if (relation_describe(session, &state_table, arena, &columns, err) < 0)
        return -1;
    session->has_state = columns.is_there && !session->in_transaction;
    return columns.is_there;
}

/* Two that create it at once: one of them may fail, however the statement is worded (PostgreSQL
 * and DuckDB both check first and then insert into their catalogue). Then it is there. */
int state_create(struct session *session, struct err *err)
{
    const char *const *types = session->dialect->type_names;
    const char *text = types[AORTA_TEXT], *integer = types[AORTA_INT64];
    struct arena arena;
    int result = 0;

    arena_init(&arena);
    int there = table_is_there(session, &arena, err);
    if (there < 0) {
        result = -1;
    } else if (there == 0 &&
               session_execf(session, err, create_sql, table_sql(&arena, session), text, text,
                             integer, text, text, text, integer, text, text) < 0) {
        struct err ignored;
        result = table_is_there(session, &arena, &ignored) == 1 ? 0 : -1;
    }
    session->has_state = result == 0;
    arena_release(&arena);
    return result;
}

/* ----------------------------------------------------------------------------------------- read */

struct reading {
    struct arena *arena;
    struct state *states;
    size_t count;
    struct map wanted; /* the first state of each name */
    struct buf name;   /* of the row that is looked at */
};

static int fail_row(struct err *err)
{
    return err_set(err, ERR_BROKEN, "the state table has a row without asset or epoch");
}

static struct state state_of_row(const char *asset, const struct aorta_batch *batch, int64_t row,
                                 struct arena *arena)
{
    return (struct state){
        .asset = asset,
        .is_there = true,
        .epoch = cell_copy(batch, row, 1, arena),
        .version = cell_int(batch, row, 2),
        .fingerprint = cell_copy(batch, row, 3, arena),
        .position = cell_copy(batch, row, 4, arena),
        .checkpoint = cell_copy(batch, row, 5, arena),
        .row_count = aorta_is_null(&batch->columns[6], row) ? -1 : cell_int(batch, row, 6),
        .published_at = cell_copy(batch, row, 7, arena),
        .run_id = cell_copy(batch, row, 8, arena),
    };
}

static int take_state(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct reading *reading = arg;
    struct arena *arena = reading->arena;

    buf_reset(&reading->name);
    if (!cell_text(batch, row, 0, &reading->name) || aorta_is_null(&batch->columns[1], row))
        return fail_row(err);
    struct state *state = map_find(&reading->wanted, reading->name.data);
    if (state == NULL)
        return 0;
    *state = state_of_row(state->asset, batch, row, arena);
    return 0;
}

void state_clear(struct state *state, const char *asset)
{
    memset(state, 0, sizeof *state);
    state->asset = asset;
    state->epoch = "";
    state->row_count = -1;
}

/* WHERE asset IN ($1, $2, …), or nothing: all rows. */
static void add_where(const struct reading *reading, struct buf *sql, struct aorta_value *params,
                      int32_t *count)
{
    *count = 0;
    if (reading->wanted.count > FEW_ASSETS)
        return;
    buf_append_str(sql, " WHERE asset IN (");
    for (size_t i = 0; i < reading->wanted.count; i++) {
        params[(*count)++] = session_text(reading->wanted.entries[i].key);
        buf_printf(sql, i == 0 ? "$%d" : ", $%d", (int)*count);
    }
    buf_append_char(sql, ')');
}

/* Reads the states, each name once. `suffix` is the row lock. */
static int read_states(struct session *session, struct reading *reading, const char *suffix,
                       struct err *err)
{
    struct aorta_value params[FEW_ASSETS];
    struct buf sql, where;
    int32_t count;

    buf_init(&sql);
    buf_init(&where);
    buf_init(&reading->name);
    map_init(&reading->wanted);
    for (size_t i = 0; i < reading->count; i++)
        if (map_find(&reading->wanted, reading->states[i].asset) == NULL)
            map_put(&reading->wanted, reading->states[i].asset, &reading->states[i]);
    add_where(reading, &where, params, &count);
    buf_printf(&sql, select_sql, table_sql(reading->arena, session), where.data, suffix);
    int result = session_query(session, sql.data, params, count, take_state, reading, err);
    for (size_t i = 0; i < reading->count; i++)
        reading->states[i] =
            *(const struct state *)map_find(&reading->wanted, reading->states[i].asset);
    map_release(&reading->wanted);
    buf_release(&reading->name);
    buf_release(&where);
    buf_release(&sql);
    return result;
}

int state_read_all(struct session *session, const char *const *assets, size_t count,
                   struct arena *arena, struct state *states, struct err *err)
{
    struct reading reading = {.arena = arena, .states = states, .count = count};

    for (size_t i = 0; i < count; i++)
        state_clear(&states[i], assets[i]);
    if (count == 0)
        return 0;
    int there = table_is_there(session, arena, err);
    return there <= 0 ? there : read_states(session, &reading, "", err);
}

struct everything {
    struct arena *arena;
    struct state *states;
    size_t count, capacity;
    size_t max_states, max_bytes, bytes;
};

static size_t size_of(const char *text)
{
    return text != NULL ? strlen(text) : 0;
}

static int take_any(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct everything *all = arg;
    const char *asset = cell_copy(batch, row, 0, all->arena);

    if (asset == NULL || aorta_is_null(&batch->columns[1], row))
        return fail_row(err);
    if (all->count == all->capacity) {
        struct state *before = all->states;
        all->capacity = 2 * all->capacity + 64;
        all->states = arena_calloc(all->arena, all->capacity, sizeof *all->states);
        for (size_t i = 0; i < all->count; i++)
            all->states[i] = before[i];
    }
    struct state *state = &all->states[all->count++];
    *state = state_of_row(asset, batch, row, all->arena);
    all->bytes += size_of(asset) + size_of(state->position) + size_of(state->checkpoint);
    if (all->count > all->max_states || all->bytes > all->max_bytes)
        return err_set(err, ERR_CONFIG, "more states than are kept in memory");
    return 0;
}

int state_read_everything(struct session *session, struct arena *arena, size_t max_states,
                          size_t max_bytes, struct state **states, size_t *count, struct err *err)
{
    struct everything all = {.arena = arena, .max_states = max_states, .max_bytes = max_bytes};
    struct buf sql;
    int result = table_is_there(session, arena, err);

    if (result > 0) {
        buf_init(&sql);
        buf_printf(&sql, select_sql, table_sql(arena, session), "", "");
        result = session_query(session, sql.data, NULL, 0, take_any, &all, err);
        buf_release(&sql);
    }
    *states = all.states;
    *count = all.count;
    return result;
}

int state_read(struct session *session, const char *asset, struct arena *arena, struct state *state,
               struct err *err)
{
    return state_read_all(session, &asset, 1, arena, state, err);
}

int state_query(struct session *session, struct arena *arena, const char **sql, struct err *err)
{
    struct buf text;
    int there = table_is_there(session, arena, err);

    *sql = NULL;
    if (there <= 0)
        return there;
    buf_init(&text);
    buf_printf(&text, list_sql, table_sql(arena, session));
    *sql = arena_strndup(arena, text.data, text.size);
    buf_release(&text);
    return 0;
}

/* ---------------------------------------------------------------------------------------- write */

/* A database with one writer has locked more than the row when the transaction began. */
static bool begin_is_lock(const struct session *session)
{
    return session->dialect->row_lock[0] == '\0';
}

/* Makes the row that is to be locked: a row that is not there cannot be. */
static int make_row(struct session *session, const char *asset, struct err *err)
{
    const struct aorta_value params[] = {session_text(asset)};
    struct arena arena;
    struct buf sql;

    arena_init(&arena);
    buf_init(&sql);
    buf_printf(&sql, claim_sql, table_sql(&arena, session));
    int result = session_run(session, sql.data, params, 1, NULL, err);
    buf_release(&sql);
    arena_release(&arena);
    return result;
}

/* Reads the row with its lock. */
static int lock_row(struct session *session, const char *asset, struct arena *arena,
                    struct state *state, struct err *err)
{
    struct reading reading = {.arena = arena, .states = state, .count = 1};
    const char *lock_wait = session->dialect->lock_wait;

    state_clear(state, asset);
    if (lock_wait != NULL && session_exec(session, lock_wait, err) < 0)
        return -1;
    if (make_row(session, asset, err) < 0)
        return -1;
    return read_states(session, &reading, session->dialect->row_lock, err);
}

int state_claim(struct session *session, const char *asset, struct err *err)
{
    struct state ignored;
    struct arena arena;

    if (begin_is_lock(session))
        return 0;
    arena_init(&arena);
    int result = lock_row(session, asset, &arena, &ignored, err);
    arena_release(&arena);
    return result < 0 ? err_wrap(err, "lock the state of %s", asset) : 0;
}

int state_lock(struct session *session, const char *asset, struct arena *arena, struct state *state,
               struct err *err)
{
    int result = begin_is_lock(session) ? state_read(session, asset, arena, state, err)
                                        : lock_row(session, asset, arena, state, err);

    return result < 0 ? err_wrap(err, "lock the state of %s", asset) : 0;
}

const char *state_new_epoch(struct arena *arena)
{
    uint64_t bits[2];

    /* 16 bytes are never given in part, and a signal cannot interrupt so few (getrandom(2)). */
    if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits) {
        bits[0] = (uint64_t)clock_now_us();
        bits[1] = (uint64_t)clock_monotonic_us();
    }
    return arena_printf(arena, "%016" PRIx64 "%016" PRIx64, bits[0], bits[1]);
}

static int say_moved(const struct state *before, const struct state *now, struct err *err)
{
    return err_set(err, ERR_TRANSIENT,
                   "somebody else published %s meanwhile (version %" PRId64 " became %" PRId64 ")",
                   before->asset, before->version, now->version);
}

/* Why the compare-and-set found nothing. In the transaction, which may not see what happened. */
static int say_lost(struct session *session, const struct state *before, struct arena *arena,
                    struct err *err)
{
    struct state now;

    if (state_read(session, before->asset, arena, &now, err) < 0)
        return -1;
    if (now.version != before->version)
        return say_moved(before, &now, err);
    return err_set(err, ERR_TRANSIENT,
                   "somebody else published %s meanwhile (after version %" PRId64 ")",
                   before->asset, before->version);
}

/* The row was not there, and now its key is taken. */
static int say_first(const struct state *before, struct err *err)
{
    return err_set(err, ERR_TRANSIENT, "somebody else published %s meanwhile, for the first time",
                   before->asset);
}

int state_put(struct session *session, const struct state *before, const struct state *next,
              struct arena *arena, struct state *written, struct err *err)
{
    char now[CLOCK_TEXT_SIZE];
    struct state put = *next;
    struct buf sql;
    int64_t affected = 0;

    put.asset = before->asset;
    put.is_there = true;
    put.version = before->version + 1;
    if (put.epoch == NULL)
        put.epoch = before->epoch[0] != '\0' ? before->epoch : state_new_epoch(arena);
    put.published_at = arena_strdup(arena, clock_format_iso(now, clock_now_us(), 6));
    struct aorta_value params[] = {
        session_text(put.asset),       session_text(put.epoch),        session_int(put.version),
        session_text(put.fingerprint), session_text(put.position),     session_text(put.checkpoint),
        session_int(put.row_count),    session_text(put.published_at), session_text(put.run_id),
        session_int(before->version),
    };
    params[6].is_null = put.row_count < 0;
    fault_point("model.state.before");
    buf_init(&sql);
    buf_printf(&sql, before->is_there ? update_sql : insert_sql, table_sql(arena, session));
    int result = session_run(session, sql.data, params, before->is_there ? 10 : 9, &affected, err);
    buf_release(&sql);
    if (result < 0 && !before->is_there && err->code == ERR_DATA)
        return say_first(before, err);
    if (result < 0)
        return err_wrap(err, "write the state of %s", put.asset);
    if (affected != 1)
        return say_lost(session, before, arena, err);
    fault_point("model.state.after");
    *written = put;
    return 0;
}

int state_explain(struct session *session, const struct state *before, struct err *err)
{
    struct err ignored;
    struct arena arena;
    struct state now;

    arena_init(&arena);
    if (err->code != ERR_CANCELED && !session->in_transaction &&
        state_read(session, before->asset, &arena, &now, &ignored) == 0 &&
        (now.version != before->version || strcmp(now.epoch, before->epoch) != 0))
        say_moved(before, &now, err);
    arena_release(&arena);
    return -1;
}
