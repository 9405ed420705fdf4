/*
 * Rows of files that somebody else writes: any JSON lines in an object store whose keys match the
 * order's patterns.
 *
 *     list ─▶ pick what is new or has changed ─▶ read, in the order of names ─▶ write down what was
 *
 * All of it in the load's transaction, so that each version of each file is loaded exactly once,
 * whatever dies (invariants 2 and 3). A file that vanished is none of our business: its rows stay.
 *
 * A file is read as it was listed, or not at all. One that somebody wrote to meanwhile is left: its
 * rows are taken back out of the stage, and the next load picks it again. Where a load has to have
 * all files it fails the attempt instead, and the next one lists again.
 */
#include "base/hash.h"
#include "base/limits.h"
#include "executor/key_hour.h"
#include "executor/lake_columns.h"
#include "executor/lake_listing.h"
#include "executor/object_workers.h"
#include "model/files.h"

#include <string.h>

enum { LISTED_LEFT = 5 }; /* names in a note */

#define US_PER_HOUR (INT64_C(3600) * CLOCK_US_PER_SECOND)
enum { HOURS_PER_DAY = 24 };

struct files_state {
    struct files files;
    struct lake_listing listing;
    const struct picked_file *picked;
    size_t count;
    int64_t bytes;           /* of those picked */
    size_t next;             /* under the intake's lock */
    bool *is_left;           /* a file each: it changed while it was read */
    bool leaves;             /* one at least */
    const char **partitions; /* of the columns */
    struct object_columns columns;
    struct schema more; /* columns that are not declared */
    struct object_workers workers;
};

static bool takes_all(const struct intake *intake)
{
    return intake->load.replaces || intake->load.window != NULL ||
           strcmp(intake->step->order->mode, "append_all") == 0;
}

/* --------------------------------------------------------------------------------------- changes */

static const struct picked_file *first_changed(const struct files_state *state)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->picked[i].is_changed)
            return &state->picked[i];
    return NULL;
}

static int apply_rule(struct intake *intake, struct err *err)
{
    struct files_state *state = intake->state;
    const struct order *order = intake->step->order;
    const struct picked_file *changed = first_changed(state);

    if (intake->load.window != NULL) {
        intake->replaced = files_picked_rows(&state->files, metadata_file(order->airbyte_names));
        intake->replaced_lines = files_picked_rows(&state->files, "file");
        return 0;
    }
    if (changed == NULL || takes_all(intake) || strcmp(order->changed_files, "append") == 0)
        return 0;
    if (strcmp(order->changed_files, "fail") == 0)
        return err_set(
            err, ERR_DATA,
            "%s has changed since it was loaded (%lld bytes of %s then, %lld of %s now): "
            "say in %s what becomes of its rows, changed_files = \"reload\" or "
            "\"append\", or read all files again with --full-refresh",
            changed->file, (long long)changed->size_before, changed->modified_before,
            (long long)changed->size_bytes, changed->modified_at, order->file);
    intake->replaced = files_changed_rows(&state->files, metadata_file(order->airbyte_names));
    intake->replaced_lines = files_changed_rows(&state->files, "file");
    return 0;
}

/* ------------------------------------------------------------------------------------ partitions */

/* Appends the name of a folder like year=2024, if it is not there. */
static void note_folder(struct intake *intake, const char *folder, size_t size, size_t *capacity)
{
    struct files_state *state = intake->state;
    struct object_columns *columns = &state->columns;

    for (size_t i = 0; i < columns->partition_count; i++)
        if (strlen(columns->partitions[i]) == size &&
            memcmp(columns->partitions[i], folder, size) == 0)
            return;
    if (columns->partition_count == *capacity) {
        *capacity = *capacity < 8 ? 8 : *capacity * 2;
        const char **more = arena_calloc(intake->arena, *capacity, sizeof *more);
        for (size_t i = 0; i < columns->partition_count; i++)
            more[i] = columns->partitions[i];
        columns->partitions = state->partitions = more;
    }
    state->partitions[columns->partition_count++] = arena_strndup(intake->arena, folder, size);
}

static int find_partitions(struct intake *intake, struct err *err)
{
    const struct files_state *state = intake->state;
    size_t capacity = 0;

    for (size_t i = 0; i < state->count; i++) {
        const char *folder = state->picked[i].file;
        for (const char *slash; (slash = strchr(folder, '/')) != NULL; folder = slash + 1) {
            const char *equals = memchr(folder, '=', (size_t)(slash - folder));
            if (equals != NULL && equals > folder)
                note_folder(intake, folder, (size_t)(equals - folder), &capacity);
        }
        if (state->columns.partition_count > LIMIT_COLUMNS)
            return err_set(err, ERR_DATA, "folders give more than %d columns", LIMIT_COLUMNS);
    }
    return 0;
}

/* --------------------------------------------------------------------------------------- listing */

/* More files are there than one load takes. */
static bool is_cut_short(const struct files_state *state)
{
    return state->count == LIMIT_LOAD_FILES;
}

/* What is left over goes to the next run, unless that begins with the same files again. */
static int check_cut(struct intake *intake, struct err *err)
{
    const char *mode = intake->step->order->mode;

    if (!is_cut_short(intake->state))
        return 0;
    if (intake->load.window != NULL)
        return err_set(err, ERR_CONFIG,
                       "%s: partition %s has %d files or more, too many for one load: ask for "
                       "fewer at a time",
                       intake->step->order->file, intake->load.window->label, LIMIT_LOAD_FILES);
    if (strcmp(mode, "incremental_append") != 0)
        return err_set(
            err, ERR_CONFIG,
            "%s: %d files or more are too many for one load, and mode = \"%s\" reads all "
            "of them each time: with incremental_append the rest is for the next run",
            intake->step->order->file, LIMIT_LOAD_FILES, mode);
    buf_printf(&intake->notes, "%d files were read, the rest is for the next run\n",
               LIMIT_LOAD_FILES);
    return 0;
}

/* Borders are in UTC, as folders are. */
static int set_window(struct intake *intake, struct lake_listing *listing, struct err *err)
{
    const struct order_window *window = intake->load.window;

    if (window == NULL)
        return 0;
    listing->has_window = true;
    if (!clock_parse(window->start, strlen(window->start), &listing->from_us, NULL, NULL) ||
        !clock_parse(window->end, strlen(window->end), &listing->until_us, NULL, NULL))
        return err_set(err, ERR_BROKEN, "partition %s has no borders", window->label);
    return 0;
}

static bool is_of_window(const void *arg, const char *file)
{
    const struct lake_listing *listing = arg;

    return key_hour_place(file, listing->from_us, listing->until_us) == KEY_WITHIN;
}

static int pick(struct intake *intake, struct err *err)
{
    struct files_state *state = intake->state;
    const struct intake_load *load = &intake->load;

    if (files_open(&state->files, load->session, intake->step->order->asset, &load->target,
                   intake->arena, err) < 0)
        return -1;
    state->listing = (struct lake_listing){.step = intake->step,
                                           .connection = intake->connection,
                                           .position = takes_all(intake) ? NULL : load->position,
                                           .files = &state->files};
    if (set_window(intake, &state->listing, err) < 0 ||
        lake_listing_run(&state->listing, err) < 0 ||
        (load->window != NULL &&
         files_find_gone(&state->files, is_of_window, &state->listing, err) < 0) ||
        files_pick(&state->files, takes_all(intake) ? FILES_ALL : FILES_NEWS, LIMIT_LOAD_FILES,
                   &state->picked, &state->count, err) < 0)
        return -1;
    intake->has_news = state->count > 0;
    intake->has_all = load->window == NULL && state->listing.is_whole && !is_cut_short(state);
    if (check_cut(intake, err) < 0)
        return -1;
    if (state->listing.found == 0 && load->position == NULL)
        buf_printf(&intake->notes, "no file matches (%lld were looked at)\n",
                   (long long)state->listing.total);
    return apply_rule(intake, err);
}

/* What is not declared: left out, read where the table has it, or whatever the files have. */
static int find_columns(struct intake *intake, struct err *err)
{
    struct files_state *state = intake->state;
    const char *rule = intake->step->order->new_columns;

    if (strcmp(rule, "discard") == 0)
        return 0;
    state->columns.refuses_others = strcmp(rule, "freeze") == 0;
    state->columns.more = &state->more;
    if (lake_columns_find(intake, &state->columns, state->picked, state->count, &state->more, err) <
        0)
        return -1;
    intake->wider = schema_fields(&state->more, intake->arena);
    intake->wider_count = state->more.column_count;
    return 0;
}

/* ------------------------------------------------------------------------------------------ read */

/* Rows that are there already, of a file that is read again, have keys; these get others. */
static uint64_t salt_of(const struct intake *intake, const struct picked_file *file)
{
    bool is_repeated = file->modified_before[0] != '\0' && intake->replaced == NULL;

    if (!is_repeated || intake->load.replaces)
        return 0;
    return hash_mix((uint64_t)intake->load.extracted_at_us);
}

/* Whether the file is still the one that was listed: 0, 1 with the reason in err if not, -1. */
static int find_change(struct intake *intake, const struct picked_file *file, struct err *err)
{
    const struct aorta_object_store *store = intake->connection->connector->object_store;
    char etag[CLOCK_TEXT_SIZE];
    struct aorta_object now;
    struct aorta_error error;
    int there = store->stat(intake->connection->handle, file->file, &now, &error);

    if (there < 0)
        return intake_error(intake, &error, err);
    if (there != 0 && now.size_bytes == file->size_bytes &&
        strcmp(lake_listing_etag(&now, etag), file->etag) == 0)
        return 0;
    err_set(err, ERR_TRANSIENT, "connection %s: %s was %s while it was read",
            intake->connection->name, file->file, there == 0 ? "removed" : "written to");
    return 1;
}

static int take_file(struct intake *intake, struct object_worker *worker, struct err *err)
{
    struct files_state *state = intake->state;
    const struct picked_file *file = &state->picked[state->next];

    (void)err;
    if (state->next == state->count)
        return 0;
    state->next++;
    worker->object = file;
    object_rows_begin(&worker->rows, file->file, file->modified_at, salt_of(intake, file));
    return 1;
}

static int end_file(struct intake *intake, struct object_worker *worker, int result,
                    struct err *err)
{
    const struct files_state *state = intake->state;
    const struct picked_file *file = worker->object;
    struct err change;
    int changed = find_change(intake, file, &change);

    if (changed == 0)
        return result;
    *err = change; /* if something else was wrong, that is why */
    if (changed < 0 || !intake->load.may_leave)
        return -1;
    state->is_left[file - state->picked] = true;
    object_rows_leave(&worker->rows);
    return 0;
}

static int files_intake_open(struct intake *intake, struct err *err)
{
    const struct order *order = intake->step->order;
    struct files_state *state = arena_alloc(intake->arena, sizeof *state);

    intake->state = state;
    schema_init(&state->more);
    if (pick(intake, err) < 0 || (order->partition_columns && find_partitions(intake, err) < 0) ||
        find_columns(intake, err) < 0)
        return -1;
    for (size_t i = 0; i < state->count; i++)
        state->bytes += state->picked[i].size_bytes;
    intake->bytes = 0; /* finding the columns read some */
    state->is_left = arena_calloc(intake->arena, state->count, sizeof *state->is_left);
    state->workers.take = take_file;
    state->workers.end = end_file;
    return object_workers_open(&state->workers, intake, &state->columns, err);
}

static int files_next(struct intake *intake, int32_t worker, struct aorta_batch *batch)
{
    struct files_state *state = intake->state;

    return object_workers_next(&state->workers, worker, batch);
}

/* ------------------------------------------------------------------------------------------- end */

/* Files that changed while they were read are as if they had not been listed. */
static int files_take_back(struct intake *intake, struct err *err)
{
    struct files_state *state = intake->state;
    size_t left = 0;

    for (size_t i = 0; i < state->count; i++) {
        const char *file = state->picked[i].file;
        if (!state->is_left[i])
            continue;
        if (files_leave(&state->files, file, err) < 0)
            return -1;
        if (left++ < LISTED_LEFT)
            buf_printf(&intake->notes, "%s changed while it was read: it is left to the next run\n",
                       file);
    }
    if (left > LISTED_LEFT)
        buf_printf(&intake->notes, "and so are %zu more\n", left - LISTED_LEFT);
    if (left == 0)
        return 0;
    state->leaves = true;
    intake->has_all = false;
    intake->has_news = left < state->count;
    intake->left =
        files_left_rows(&state->files, metadata_file(intake->step->order->airbyte_names));
    intake->left_lines = files_left_rows(&state->files, "file");
    return 0;
}

static void find_hours(struct intake *intake)
{
    const struct files_state *state = intake->state;
    struct key_hour found;

    for (size_t i = 0; i < state->count; i++) {
        if (state->is_left[i] || !key_hour_find(state->picked[i].file, &found))
            continue;
        int64_t hour = found.us / US_PER_HOUR - (found.us % US_PER_HOUR < 0);
        hours_add(&intake->hours, hour, found.hour > 0 ? hour : hour + HOURS_PER_DAY - 1);
    }
}

static int files_settle(struct intake *intake, bool is_published, struct err *err)
{
    struct files_state *state = intake->state;
    char loaded_at[CLOCK_TEXT_SIZE];

    if (is_published && intake->step->order->is_partitioned)
        find_hours(intake);
    if (!is_published)
        return files_drop(&state->files, err);
    clock_format_sql(loaded_at, intake->load.extracted_at_us, 6);
    return files_put(&state->files, loaded_at, intake->load.replaces, err);
}

static double files_share(struct intake *intake)
{
    const struct files_state *state = intake->state;

    return state->bytes > 0 ? (double)intake->bytes / (double)state->bytes : -1;
}

static const char *files_position(struct intake *intake)
{
    const struct files_state *state = intake->state;

    /* What was left over may be older than the hour that the next listing would begin at. A window
     * says nothing of what is outside. */
    return is_cut_short(state) || state->leaves || intake->load.window != NULL
               ? intake->load.position
               : state->listing.after;
}

static int files_ack(struct intake *intake, const char *position, struct err *err)
{
    (void)intake;
    (void)position;
    (void)err;
    return 0; /* the lake keeps what it has */
}

static void files_close(struct intake *intake)
{
    struct files_state *state = intake->state;

    if (state == NULL)
        return;
    object_workers_close(&state->workers);
    schema_release(&state->more);
}

const struct intake_kind intake_of_files = {
    .open = files_intake_open,
    .next = files_next,
    .take_back = files_take_back,
    .settle = files_settle,
    .share = files_share,
    .position = files_position,
    .ack = files_ack,
    .close = files_close,
};
