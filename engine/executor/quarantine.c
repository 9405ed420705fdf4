#include "executor/quarantine.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "model/stage.h"

enum { RAW_BYTES = 4096 };

enum { EXTRACTED_AT, FILE_NAME, LINE, REASON, RAW, COLUMNS };

static const struct aorta_field fields[COLUMNS] = {
    [EXTRACTED_AT] = {"extracted_at", AORTA_TIMESTAMP},
    [FILE_NAME] = {"file", AORTA_TEXT},
    [LINE] = {"line", AORTA_INT64},
    [REASON] = {"reason", AORTA_TEXT},
    [RAW] = {"raw", AORTA_TEXT},
};

static const char create_sql[] = "CREATE TABLE IF NOT EXISTS %s (extracted_at %s, file %s, "
                                 "line %s, reason %s, raw %s)";
static const char drop_sql[] = "DELETE FROM %s WHERE extracted_at %s CAST($1 AS %s)";

void quarantine_open(struct quarantine *quarantine, struct session *session,
                     const struct relation *target, int64_t extracted_at_us, struct arena *arena)
{
    *quarantine = (struct quarantine){
        .session = session,
        .arena = arena,
        .table = relation_hidden(arena, session->dialect, target, RELATION_QUARANTINE),
        .extracted_at_us = extracted_at_us,
    };
    pthread_mutex_init(&quarantine->lock, NULL);
    batch_init(&quarantine->batch, fields, COLUMNS);
}

void quarantine_close(struct quarantine *quarantine)
{
    if (quarantine->session == NULL)
        return; /* was never opened */
    batch_release(&quarantine->batch);
    pthread_mutex_destroy(&quarantine->lock);
}

/* The line as text that every database takes: no NUL, no broken UTF-8. */
static void append_raw(struct column *column, const char *raw, size_t size)
{
    static const char replacement[] = "\xef\xbf\xbd";
    struct buf text;
    size_t length;

    buf_init(&text);
    for (size_t i = 0; i < size; i += length) {
        length = utf8_length(raw + i, size - i);
        bool is_text = length > 0 && raw[i] != '\0';
        length = length > 0 ? length : 1;
        if (text.size + length + sizeof replacement > RAW_BYTES)
            break;
        if (is_text)
            buf_append(&text, raw + i, length);
        else
            buf_append(&text, replacement, sizeof replacement - 1);
    }
    column_append_text(column, text.data, text.size);
    buf_release(&text);
}

static void append_line(struct quarantine *quarantine, const struct reject *reject)
{
    struct column *columns = quarantine->batch.columns;
    struct buf reason;

    buf_init(&reason);
    buf_append_str(&reason, reject->reason);
    if (reject->column > 0)
        buf_printf(&reason, " near column %lld", (long long)reject->column);
    column_append_int(&columns[EXTRACTED_AT], quarantine->extracted_at_us);
    column_append_str(&columns[FILE_NAME], reject->file);
    column_append_int(&columns[LINE], reject->line);
    column_append_text(&columns[REASON], reason.data, reason.size);
    append_raw(&columns[RAW], reject->raw, reject->raw_size);
    batch_end_row(&quarantine->batch);
    buf_release(&reason);
}

void quarantine_add(void *arg, const struct reject *reject)
{
    struct quarantine *quarantine = arg;

    pthread_mutex_lock(&quarantine->lock);
    quarantine->count++;
    if (!batch_is_full(&quarantine->batch))
        append_line(quarantine, reject);
    pthread_mutex_unlock(&quarantine->lock);
}

int quarantine_check(struct quarantine *quarantine, struct err *err)
{
    int result = 0;

    pthread_mutex_lock(&quarantine->lock);
    int64_t held = quarantine->batch.row_count;
    if (quarantine->count > held)
        result =
            err_set(err, ERR_DATA,
                    "more than %lld lines cannot be read, too many to pass over: see what they "
                    "are with bad_lines = \"fail\", or take them all with bad_lines = \"emit\"",
                    (long long)held);
    pthread_mutex_unlock(&quarantine->lock);
    return result;
}

static int find_table(struct quarantine *quarantine, struct err *err)
{
    struct relation_columns columns;

    if (relation_describe(quarantine->session, &quarantine->table, quarantine->arena, &columns,
                          err) < 0)
        return -1;
    return columns.is_there;
}

static int make_table(struct quarantine *quarantine, struct err *err)
{
    struct session *session = quarantine->session;
    const char *const *types = session->dialect->type_names;

    return session_execf(session, err, create_sql,
                         relation_sql(quarantine->arena, session->dialect, &quarantine->table),
                         types[AORTA_TIMESTAMP], types[AORTA_TEXT], types[AORTA_INT64],
                         types[AORTA_TEXT], types[AORTA_TEXT]);
}

int quarantine_write(struct quarantine *quarantine, struct err *err)
{
    struct stage_load load = {0};
    int64_t rows;

    if (quarantine->batch.row_count == 0)
        return 0;
    if (make_table(quarantine, err) < 0 ||
        stage_load_open(&load, quarantine->session, &quarantine->table, fields, COLUMNS, err) < 0)
        return -1;
    struct aorta_batch view = batch_view(&quarantine->batch);
    if (stage_load_batch(&load, &view, err) < 0 || stage_load_finish(&load, &rows, err) < 0) {
        stage_load_abort(&load);
        return -1;
    }
    batch_reset(&quarantine->batch);
    return 0;
}

/* `compared` with this load's time: "<", "=". *count is how many lines were dropped. */
static int drop(struct quarantine *quarantine, const char *compared, const char *condition,
                int64_t *count, struct err *err)
{
    struct session *session = quarantine->session;
    char at[CLOCK_TEXT_SIZE];
    struct buf sql;
    int there = find_table(quarantine, err);

    *count = 0;
    if (there <= 0)
        return there;
    clock_format_sql(at, quarantine->extracted_at_us, 6);
    const struct aorta_value params[] = {session_text(at)};
    const char *table = relation_sql(quarantine->arena, session->dialect, &quarantine->table);
    buf_init(&sql);
    buf_printf(&sql, drop_sql, table, compared, session->dialect->type_names[AORTA_TIMESTAMP]);
    if (condition != NULL)
        buf_printf(&sql, " AND %s", condition);
    int result = session_run(session, sql.data, params, 1, count, err);
    buf_release(&sql);
    return result;
}

int quarantine_take_back(struct quarantine *quarantine, const char *condition, struct err *err)
{
    int64_t count;

    if (drop(quarantine, "=", condition, &count, err) < 0)
        return -1;
    quarantine->count -= count;
    return 0;
}

int quarantine_forget(struct quarantine *quarantine, const char *condition, struct err *err)
{
    int64_t count;

    return drop(quarantine, "<", condition, &count, err);
}
