#include "model/files.h"

#include "base/limits.h"
#include "data/batch.h"
#include "model/cell.h"
#include "model/relation.h"

#include <string.h>

static const struct relation files_table = {"", "_aorta_files"};

static const char create_sql[] =
    "CREATE TABLE IF NOT EXISTS %s (asset %s NOT NULL, file %s NOT NULL, modified_at %s NOT NULL, "
    "size_bytes %s NOT NULL, etag %s NOT NULL, loaded_at %s NOT NULL, PRIMARY KEY (asset, file))";
/* Everything that is listed, and what was known of it. */
static const char pick_sql[] =
    "INSERT INTO %s (file, modified_at, size_bytes, etag, is_changed, modified_before, "
    "size_before) SELECT l.file, l.modified_at, l.size_bytes, l.etag, "
    "CASE WHEN f.etag <> l.etag OR f.size_bytes <> l.size_bytes THEN 1 ELSE 0 END, "
    "COALESCE(f.modified_at, ''), COALESCE(f.size_bytes, 0) "
    "FROM %s AS l LEFT JOIN %s AS f ON f.asset = $1 AND f.file = l.file";
static const char only_news_sql[] =
    " WHERE f.file IS NULL OR f.etag <> l.etag OR f.size_bytes <> l.size_bytes";
static const char some_sql[] = " ORDER BY l.file LIMIT %lld";
static const char select_sql[] =
    "SELECT file, modified_at, size_bytes, etag, is_changed, modified_before, size_before FROM %s "
    "ORDER BY file";
static const char gone_sql[] = "SELECT f.file FROM %s AS f LEFT JOIN %s AS l ON l.file = f.file "
                               "WHERE f.asset = $1 AND l.file IS NULL";
static const char pick_gone_sql[] =
    "INSERT INTO %s (file, modified_at, size_bytes, etag, is_changed, modified_before, "
    "size_before) VALUES ($1, '', 0, '', 3, '', 0)";
static const char leave_sql[] = "UPDATE %s SET is_changed = 2 WHERE file = $1";
static const char unpick_sql[] = "DELETE FROM %s WHERE is_changed = 2";
static const char forget_picked_sql[] =
    "DELETE FROM %s WHERE asset = $1 AND file IN (SELECT file FROM %s)";
static const char forget_all_sql[] = "DELETE FROM %s WHERE asset = $1";
static const char put_sql[] =
    "INSERT INTO %s (asset, file, modified_at, size_bytes, etag, loaded_at) "
    "SELECT CAST($1 AS %s), file, modified_at, size_bytes, etag, CAST($2 AS %s) FROM %s "
    "WHERE is_changed <> 3";

static const char read_sql[] = "SELECT file FROM %s WHERE asset = $1";

const struct aorta_field files_listing_fields[FILES_LISTING_COLUMNS] = {
    {"file", AORTA_TEXT},
    {"modified_at", AORTA_TEXT},
    {"size_bytes", AORTA_INT64},
    {"etag", AORTA_TEXT},
};

static const struct aorta_field picked_fields[] = {
    {"file", AORTA_TEXT},         {"modified_at", AORTA_TEXT}, {"size_bytes", AORTA_INT64},
    {"etag", AORTA_TEXT},         {"is_changed", AORTA_INT64}, {"modified_before", AORTA_TEXT},
    {"size_before", AORTA_INT64},
};

enum { PICKED_COLUMNS = sizeof picked_fields / sizeof *picked_fields };

/* As with the state's own table, one of two that create it at once may fail; then it is there. */
int files_create(struct session *session, struct err *err)
{
    const char *const *types = session->dialect->type_names;
    const char *text = types[AORTA_TEXT], *integer = types[AORTA_INT64];
    struct relation_columns columns;
    struct arena arena;

    arena_init(&arena);
    const char *name = relation_sql(&arena, session->dialect, &files_table);
    int result = relation_describe(session, &files_table, &arena, &columns, err);
    if (result == 0 && !columns.is_there &&
        session_execf(session, err, create_sql, name, text, text, text, integer, text, text) < 0) {
        struct err ignored;
        if (relation_describe(session, &files_table, &arena, &columns, &ignored) < 0 ||
            !columns.is_there)
            result = -1;
    }
    arena_release(&arena);
    return result;
}

int files_open(struct files *files, struct session *session, const char *asset,
               const struct relation *target, struct arena *arena, struct err *err)
{
    const struct aorta_dialect *dialect = session->dialect;

    *files = (struct files){.session = session, .arena = arena, .asset = asset};
    files->listing = relation_hidden(arena, dialect, target, RELATION_LISTING);
    files->picked = relation_hidden(arena, dialect, target, RELATION_PICKED);
    files->table_sql = relation_sql(arena, dialect, &files_table);
    files->listing_sql = relation_sql(arena, dialect, &files->listing);
    files->picked_sql = relation_sql(arena, dialect, &files->picked);
    return stage_create(session, &files->listing, files_listing_fields, FILES_LISTING_COLUMNS, err);
}

static int load_listed(struct stage_load *load, const struct picked_file *listed, size_t count,
                       struct batch *batch, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        column_append_str(&batch->columns[0], listed[i].file);
        column_append_str(&batch->columns[1], listed[i].modified_at);
        column_append_int(&batch->columns[2], listed[i].size_bytes);
        column_append_str(&batch->columns[3], listed[i].etag);
        batch_end_row(batch);
        if (i + 1 < count && !batch_is_full(batch))
            continue;
        struct aorta_batch view = batch_view(batch);
        if (stage_load_batch(load, &view, err) < 0)
            return -1;
        batch_reset(batch);
    }
    return 0;
}

int files_list(struct files *files, const struct picked_file *listed, size_t count, struct err *err)
{
    struct stage_load load;
    struct batch batch;
    int64_t rows;

    if (stage_load_open(&load, files->session, &files->listing, files_listing_fields,
                        FILES_LISTING_COLUMNS, err) < 0)
        return -1;
    batch_init(&batch, files_listing_fields, FILES_LISTING_COLUMNS);
    int result = load_listed(&load, listed, count, &batch, err);
    if (result == 0)
        result = stage_load_finish(&load, &rows, err);
    if (result < 0)
        stage_load_abort(&load);
    batch_release(&batch);
    return result;
}

/* ---------------------------------------------------------------------------------------- known */

struct known {
    struct arena *arena;
    const char **names;
    size_t count, capacity;
};

static int take_known(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct known *known = arg;

    if (known->count == LIMIT_LOAD_FILES)
        return err_set(err, ERR_CONFIG, "more than %d files are known", LIMIT_LOAD_FILES);
    if (known->count == known->capacity) {
        known->capacity = known->capacity > 0 ? known->capacity * 2 : 16;
        const char **more = arena_calloc(known->arena, known->capacity, sizeof *more);
        for (size_t i = 0; i < known->count; i++)
            more[i] = known->names[i];
        known->names = more;
    }
    known->names[known->count++] = cell_copy(batch, row, 0, known->arena);
    return 0;
}

int files_read(struct session *session, const char *asset, struct arena *arena, const char ***names,
               size_t *count, struct err *err)
{
    const struct aorta_value params[] = {session_text(asset)};
    struct known known = {.arena = arena};
    struct relation_columns columns;
    struct buf sql;
    int result = relation_describe(session, &files_table, arena, &columns, err);

    if (result == 0 && columns.is_there) {
        buf_init(&sql);
        buf_printf(&sql, read_sql, relation_sql(arena, session->dialect, &files_table));
        result = session_query(session, sql.data, params, 1, take_known, &known, err);
        buf_release(&sql);
    }
    *names = known.names;
    *count = known.count;
    return result;
}

int files_forget(struct session *session, const char *asset, struct err *err)
{
    const struct aorta_value params[] = {session_text(asset)};
    struct relation_columns columns;
    struct arena arena;
    struct buf sql;

    arena_init(&arena);
    int result = relation_describe(session, &files_table, &arena, &columns, err);
    if (result == 0 && columns.is_there) {
        buf_init(&sql);
        buf_printf(&sql, forget_all_sql, relation_sql(&arena, session->dialect, &files_table));
        result = session_run(session, sql.data, params, 1, NULL, err);
        buf_release(&sql);
    }
    arena_release(&arena);
    return result;
}

int files_forget_listed(struct files *files, struct err *err)
{
    const struct aorta_value params[] = {session_text(files->asset)};
    struct buf sql;

    buf_init(&sql);
    buf_printf(&sql, forget_picked_sql, files->table_sql, files->listing_sql);
    int result = session_run(files->session, sql.data, params, 1, NULL, err);
    buf_release(&sql);
    return result < 0 ? -1
                      : session_execf(files->session, err, "DROP TABLE %s", files->listing_sql);
}

/* ----------------------------------------------------------------------------------------- pick */

struct taking {
    struct arena *arena;
    struct picked_file *files;
    size_t count, capacity;
};

static int take_file(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct taking *taking = arg;

    if (taking->count == taking->capacity)
        return err_set(err, ERR_BROKEN, "more files were picked than were counted");
    taking->files[taking->count++] = (struct picked_file){
        .file = cell_copy(batch, row, 0, taking->arena),
        .modified_at = cell_copy(batch, row, 1, taking->arena),
        .size_bytes = cell_int(batch, row, 2),
        .etag = cell_copy(batch, row, 3, taking->arena),
        .is_changed = cell_int(batch, row, 4) != 0,
        .modified_before = cell_copy(batch, row, 5, taking->arena),
        .size_before = cell_int(batch, row, 6),
    };
    return 0;
}

static int fill_picked(struct files *files, enum files_wanted wanted, int64_t limit, int64_t *rows,
                       struct err *err)
{
    const struct aorta_value asset[] = {session_text(files->asset)};
    struct buf sql;

    buf_init(&sql);
    buf_printf(&sql, pick_sql, files->picked_sql, files->listing_sql, files->table_sql);
    if (wanted == FILES_NEWS)
        buf_append_str(&sql, only_news_sql);
    buf_printf(&sql, some_sql, (long long)limit);
    int result = session_run(files->session, sql.data, asset, 1, rows, err);
    buf_release(&sql);
    return result;
}

struct gone {
    struct arena *arena;
    struct buf file;
    bool (*is_meant)(const void *arg, const char *file);
    const void *arg;
    const char **items;
    size_t count, capacity;
};

static int take_gone(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct gone *gone = arg;

    buf_reset(&gone->file);
    (void)cell_text(batch, row, 0, &gone->file);
    if (!gone->is_meant(gone->arg, gone->file.data))
        return 0;
    if (gone->count == LIMIT_LOAD_FILES)
        return err_set(err, ERR_CONFIG, "more than %d files are gone", LIMIT_LOAD_FILES);
    if (gone->count == gone->capacity) {
        gone->capacity = gone->capacity > 0 ? gone->capacity * 2 : 16;
        const char **more = arena_calloc(gone->arena, gone->capacity, sizeof *more);
        for (size_t i = 0; i < gone->count; i++)
            more[i] = gone->items[i];
        gone->items = more;
    }
    gone->items[gone->count++] = arena_strdup(gone->arena, gone->file.data);
    return 0;
}

int files_find_gone(struct files *files, bool (*is_meant)(const void *arg, const char *file),
                    const void *arg, struct err *err)
{
    const struct aorta_value asset[] = {session_text(files->asset)};
    struct gone gone = {.arena = files->arena, .is_meant = is_meant, .arg = arg};
    struct buf sql;

    buf_init(&gone.file);
    buf_init(&sql);
    buf_printf(&sql, gone_sql, files->table_sql, files->listing_sql);
    int result = session_query(files->session, sql.data, asset, 1, take_gone, &gone, err);
    buf_release(&sql);
    buf_release(&gone.file);
    files->gone = gone.items;
    files->gone_count = gone.count;
    return result;
}

static int pick_gone(struct files *files, struct err *err)
{
    struct buf sql;
    int result = 0;

    buf_init(&sql);
    buf_printf(&sql, pick_gone_sql, files->picked_sql);
    for (size_t i = 0; i < files->gone_count && result == 0; i++) {
        const struct aorta_value file[] = {session_text(files->gone[i])};
        result = session_run(files->session, sql.data, file, 1, NULL, err);
    }
    buf_release(&sql);
    return result;
}

int files_pick(struct files *files, enum files_wanted wanted, int64_t limit,
               const struct picked_file **picked, size_t *count, struct err *err)
{
    struct taking taking = {.arena = files->arena};
    struct buf sql;
    int64_t rows;

    if (stage_create(files->session, &files->picked, picked_fields, PICKED_COLUMNS, err) < 0 ||
        fill_picked(files, wanted, limit, &rows, err) < 0 ||
        session_execf(files->session, err, "DROP TABLE %s", files->listing_sql) < 0)
        return -1;
    taking.capacity = (size_t)rows;
    taking.files = arena_calloc(files->arena, taking.capacity, sizeof *taking.files);
    buf_init(&sql);
    buf_printf(&sql, select_sql, files->picked_sql);
    int result = session_query(files->session, sql.data, NULL, 0, take_file, &taking, err);
    buf_release(&sql);
    *picked = taking.files;
    *count = taking.count;
    return result < 0 ? -1 : pick_gone(files, err);
}

const char *files_picked_rows(const struct files *files, const char *file_column)
{
    struct buf sql;

    buf_init(&sql);
    relation_quote_name(&sql, file_column);
    buf_printf(&sql, " IN (SELECT file FROM %s)", files->picked_sql);
    const char *condition = arena_strndup(files->arena, sql.data, sql.size);
    buf_release(&sql);
    return condition;
}

/* is_changed is 0 or 1, 2 of a file that is left, 3 of one that is gone. */
static const char *rows_where(const struct files *files, const char *file_column, int is_changed)
{
    struct buf sql;

    buf_init(&sql);
    relation_quote_name(&sql, file_column);
    buf_printf(&sql, " IN (SELECT file FROM %s WHERE is_changed = %d)", files->picked_sql,
               is_changed);
    const char *condition = arena_strndup(files->arena, sql.data, sql.size);
    buf_release(&sql);
    return condition;
}

const char *files_changed_rows(const struct files *files, const char *file_column)
{
    return rows_where(files, file_column, 1);
}

const char *files_left_rows(const struct files *files, const char *file_column)
{
    return rows_where(files, file_column, 2);
}

int files_leave(struct files *files, const char *file, struct err *err)
{
    const struct aorta_value params[] = {session_text(file)};
    struct buf sql;

    buf_init(&sql);
    buf_printf(&sql, leave_sql, files->picked_sql);
    int result = session_run(files->session, sql.data, params, 1, NULL, err);
    buf_release(&sql);
    return result;
}

/* ------------------------------------------------------------------------------------------ put */

static int run(struct files *files, struct buf *sql, const struct aorta_value *params,
               int32_t param_count, struct err *err)
{
    int result = session_run(files->session, sql->data, params, param_count, NULL, err);

    buf_reset(sql);
    return result;
}

int files_put(struct files *files, const char *loaded_at, bool forget, struct err *err)
{
    const struct aorta_value params[] = {session_text(files->asset), session_text(loaded_at)};
    const char *text = files->session->dialect->type_names[AORTA_TEXT];
    struct buf sql;
    int result = -1;

    buf_init(&sql);
    buf_printf(&sql, unpick_sql, files->picked_sql);
    if (run(files, &sql, NULL, 0, err) < 0)
        goto out;
    if (forget)
        buf_printf(&sql, forget_all_sql, files->table_sql);
    else
        buf_printf(&sql, forget_picked_sql, files->table_sql, files->picked_sql);
    if (run(files, &sql, params, 1, err) < 0)
        goto out;
    buf_printf(&sql, put_sql, files->table_sql, text, text, files->picked_sql);
    if (run(files, &sql, params, 2, err) < 0)
        goto out;
    result = files_drop(files, err);
out:
    buf_release(&sql);
    return result < 0 ? err_wrap(err, "write down which files of %s were loaded", files->asset) : 0;
}

int files_drop(struct files *files, struct err *err)
{
    return session_execf(files->session, err, "DROP TABLE %s", files->picked_sql);
}
