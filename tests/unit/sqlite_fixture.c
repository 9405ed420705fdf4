#include "sqlite_fixture.h"

#include "data_show.h"

#include <stdio.h>

const struct aorta_connector *sqlite;
const struct aorta_warehouse *warehouse;

const char *sqlite_path(void)
{
    static char path[300];

    snprintf(path, sizeof path, "%s/file.db", test_folder());
    return path;
}

void *sqlite_connect(const char *busy_timeout)
{
    struct aorta_option_value options[HOST_OPTIONS];
    struct aorta_error err;
    void *connection;

    sqlite = host_connector("sqlite");
    warehouse = sqlite->warehouse;
    host_options(options, sqlite->options, "path", sqlite_path(), "busy_timeout", busy_timeout,
                 NULL);
    check_ok(sqlite->open(&host, options, &connection, &err));
    return connection;
}

void *sqlite_session(void *connection)
{
    struct aorta_error err;
    void *session;

    check_ok(warehouse->session_open(connection, &session, &err));
    return session;
}

struct setting sqlite_set_up(void)
{
    struct setting setting;

    setting.connection = sqlite_connect("10s");
    setting.session = sqlite_session(setting.connection);
    return setting;
}

void sqlite_tear_down(struct setting setting)
{
    warehouse->session_close(setting.session);
    sqlite->close(setting.connection);
}

void run(struct setting setting, const char *sql)
{
    host_exec(warehouse, setting.session, sql);
}

int sqlite_pull(struct setting setting, const char *sql, struct aorta_error *error)
{
    struct aorta_batch batch;
    void *cursor;
    int more;

    if (warehouse->query(setting.session, sql, NULL, 0, &cursor, error) < 0)
        return -1;
    while ((more = warehouse->next(cursor, &batch, error)) > 0)
        ;
    warehouse->cursor_close(cursor);
    return more;
}

void sqlite_check_fails(const char *file, int line, struct setting setting, const char *sql,
                        bool is_query, enum aorta_error_code code, const char *part)
{
    struct aorta_error error;
    int rc = is_query ? sqlite_pull(setting, sql, &error)
                      : warehouse->exec(setting.session, sql, NULL, 0, NULL, &error);

    if (rc >= 0)
        test_fail(file, line, "did not fail: %s", sql);
    test_check_int(file, line, sql, error.code, code);
    test_check_contains(file, line, error.message, part);
}

/* ---------------------------------------------------------------------------------------- reads */

void reading_init(struct reading *reading)
{
    buf_init(&reading->rows);
    buf_init(&reading->position);
    reading->row_count = 0;
    reading->batch_count = 0;
}

void reading_release(struct reading *reading)
{
    buf_release(&reading->rows);
    buf_release(&reading->position);
}

static int pull_reader(void *reader, struct reading *reading, struct aorta_error *error)
{
    struct aorta_batch batch;
    int more;

    while ((more = sqlite->source->next(reader, &batch, error)) > 0) {
        show_batch(&reading->rows, &batch);
        reading->row_count += batch.row_count;
        reading->batch_count++;
    }
    return more;
}

int sqlite_read(struct setting setting, enum aorta_read_mode mode, const char *table,
                const char *cursor_column, const char *position, struct reading *reading,
                struct aorta_error *error)
{
    struct aorta_read_request request = {
        .stream = table, .mode = mode, .cursor_column = cursor_column, .position = position};
    void *reader;

    buf_reset(&reading->rows);
    reading->row_count = 0;
    reading->batch_count = 0;
    if (sqlite->source->read_open(setting.connection, &request, &reader, error) < 0)
        return -1;
    int rc = pull_reader(reader, reading, error);
    const char *reached = sqlite->source->position(reader);
    if (rc == 0 && reached != position) {
        buf_reset(&reading->position);
        buf_append_str(&reading->position, reached != NULL ? reached : "");
    }
    sqlite->source->read_close(reader);
    return rc;
}

void read_on(struct setting setting, enum aorta_read_mode mode, const char *table,
             const char *cursor_column, struct reading *reading)
{
    struct aorta_error err;
    struct buf from;

    buf_init(&from);
    buf_append(&from, reading->position.data, reading->position.size);
    check_ok(sqlite_read(setting, mode, table, cursor_column, from.size > 0 ? from.data : NULL,
                         reading, &err));
    buf_release(&from);
}
